/** @file The user's token for gated and private models. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, homeFolder } from './repository.ts';

/** HF_TOKEN, or the file that `hf auth login` writes; undefined where there is none. */
export async function readToken(env: Environment): Promise<string | undefined> {
  const named = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN;
  if (named) return named.trim();
  const path = env.HF_TOKEN_PATH || join(homeFolder(env), 'token');
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() || undefined;
}
