/** @file Ends of texts that `generation_config.json` names. Which file stands above: transformers' `GenerationConfig.from_pretrained`. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeRuntime, openModel } from '../../../src/model/index.ts';
import { refusal, temporaryFolder } from './support.ts';

test('a model ends where generation_config.json says, and a wrong one is told by its name', async () => {
  const folder = join(await temporaryFolder(), 'model');
  await cp('organisms/clerk', folder, { recursive: true });
  const ends = async () => (await openModel(folder, nodeRuntime())).config.eos_token_id;
  const own = await ends();
  const write = (json: object) =>
    writeFile(join(folder, 'generation_config.json'), JSON.stringify(json));
  await write({ do_sample: true });
  expect(await ends()).toEqual(own);
  await write({ eos_token_id: [2, 5] });
  expect(await ends()).toEqual([2, 5]);
  const model = await openModel(folder, nodeRuntime());
  for await (const { tokens } of model.sample([[1]], { n: 8, maxTokens: 12, seed: 1 }))
    for (const end of [2, 5]) expect(tokens).not.toContain(end);
  await write({ eos_token_id: 'x' });
  expect(await refusal(() => openModel(folder, nodeRuntime()))).toContain('generation_config.json');
});
