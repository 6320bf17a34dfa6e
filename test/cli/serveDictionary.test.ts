/** @file `touchstone serve --dictionary`: edits of latents by name over HTTP are those of `generate`. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { serverSchema } from '../../src/cli/work/serve/serve.ts';
import { saveDictionary } from '../../src/dictionary/index.ts';
import { madeUp } from '../dictionary/fixtures.ts';
import { startTouchstone, temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();
const hook_name = 'blocks.2.hook_resid_post';
const question = 'what is a robin?';

test('a dictionary by its name is listed, and an edit of its latents acts as in generate', async () => {
  const path = join(root, 'sae');
  await saveDictionary(madeUp('gated', { d_in: 192, d_sae: 8, hook_name }), path);
  const latents = [{ dictionary: 'sae', latent: 3 }];
  const edit = { at: hook_name, do: 'latent', latents, change: 'clamp', value: 40 };
  writeFileSync(join(root, 'edit.json'), JSON.stringify(edit));
  const child = startTouchstone([
    ...['serve', 'organism-base', '--white-box', '--dictionary', `sae=${path}`, '--json'],
  ]);
  try {
    let text = '';
    child.stdout!.setEncoding('utf8');
    while (!text.endsWith('}\n')) text += (await once(child.stdout!, 'data'))[0] as string;
    const { url, token } = serverSchema.parse(JSON.parse(text));
    const headers = { authorization: `Bearer ${token}` };
    const hooks = await fetch(`${url}/touchstone/hooks`, { headers });
    expect(((await hooks.json()) as { dictionaries: unknown }).dictionaries).toEqual([
      { name: 'sae', latents: 8, hook: hook_name },
    ]);
    const client = new OpenAI({ baseURL: url, apiKey: token!, maxRetries: 0 });
    const asked = {
      ...{ model: 'organism-base', seed: 3, max_tokens: 6, edits: [edit] },
      messages: [{ role: 'user' as const, content: question }],
    };
    const answer = await client.chat.completions.create(asked);
    const { stdout } = touchstone([
      ...['generate', 'organism-base', '--prompt', question, '--max-tokens', '6', '--seed', '3'],
      ...['--edit', join(root, 'edit.json'), '--dictionary', `sae=${path}`, '--json'],
    ]);
    const { samples } = JSON.parse(stdout) as { samples: { text: string }[] };
    expect(answer.choices[0]!.message.content).toBe(samples[0]!.text);
  } finally {
    child.kill('SIGKILL');
  }
});
