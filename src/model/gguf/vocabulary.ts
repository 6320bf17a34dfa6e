/** @file The vocabulary of a GGUF file. */
import { badInput } from '../../tensor/errors.ts';
import { show } from '../json.ts';
import type { GgufFile } from './file.ts';

const KEY = 'tokenizer.ggml';

/** What a token is, by GGUF's numbers. */
export const NORMAL = 1;
export const UNKNOWN = 2;
export const CONTROL = 3;
export const USER_DEFINED = 4;
export const UNUSED = 5;

export interface Token {
  readonly text: string;
  readonly id: number;
  readonly type: number;
}

/** More characters than any vocabulary's tokens have. */
const MAX_LENGTH = 1024;

/**
 * The tokens, without those that only fill the embedding up.
 *
 * @throws TouchstoneError when there are none, or a token is there twice
 */
export function tokensOf({ metadata, source }: GgufFile): Token[] {
  const texts = metadata.texts(`${KEY}.tokens`);
  if (texts === undefined) return metadata.refuse(`${KEY}.tokens`, 'an array of texts');
  const types = metadata.numbers(`${KEY}.token_type`) ?? texts.map(() => NORMAL);
  if (types.length !== texts.length)
    metadata.refuse(`${KEY}.token_type`, `one type for each of ${texts.length} tokens`);
  const ids = new Map<string, number>();
  for (const [id, text] of texts.entries()) {
    const other = ids.get(text);
    if (other !== undefined)
      badInput(`${source.name}: ${KEY}.tokens: ${show(text)} is there twice (${other} and ${id})`);
    if (text.length > MAX_LENGTH)
      badInput(`${source.name}: ${KEY}.tokens.${id} has more than ${MAX_LENGTH} characters`);
    ids.set(text, id);
  }
  const tokens = texts.map((text, id) => ({ text, id, type: types[id]! }));
  return tokens.filter(({ text, type }) => type !== UNUSED || !/^\[PAD\d+\]$/.test(text));
}

/** The id of a token with a role, such as `bos`; undefined where there is none. */
export function roleId({ metadata }: GgufFile, role: string): number | undefined {
  return metadata.count(`${KEY}.${role}_token_id`);
}
