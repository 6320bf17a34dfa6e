/** @file `generation_config.json`: the tokens that end a text, where they are others than the config's (chat models end turns with further ones). */
import { z } from 'zod';
import type { ModelConfig } from './config.ts';
import { hasFile, join, readJson } from './folder.ts';
import { checkShape } from './json.ts';

const tokenId = z.number().int().min(0);

const schema = z.looseObject({
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
});

/**
 * The config with the ends that generation is to have: as in transformers, those of `generation_config.json` stand above those
 * of `config.json`.
 *
 * @throws TouchstoneError where the file is there and wrong
 */
export async function withGeneration(config: ModelConfig, folder: string): Promise<ModelConfig> {
  const path = join(folder, 'generation_config.json');
  if (!(await hasFile(path))) return config;
  const { eos_token_id: ends } = checkShape(schema, await readJson(path), path);
  if (ends === undefined || ends === null) return config;
  return { ...config, eos_token_id: ends };
}
