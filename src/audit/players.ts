/** @file The models of an audit, and the hashes by which they are known. */
import type { LanguageModel } from '../model/index.ts';
import { sha256 } from './seal.ts';

export type Arm = 'suspect' | 'twin';

/** The models of one audit. The referee's base model has no secret. */
export interface Players {
  readonly suspect: LanguageModel;
  readonly twin: LanguageModel;
  readonly base: LanguageModel;
}

/** SHA-256 of each array of a model's weights, in their order. */
export async function weightHashes(model: LanguageModel): Promise<string[]> {
  const arrays = [...model.weights.fused.values()];
  return Promise.all(
    arrays.map((data) => sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))),
  );
}

/** SHA-256 of a model's weights: of the hashes of its arrays. */
export async function modelHash(model: LanguageModel): Promise<string> {
  return sha256((await weightHashes(model)).join(''));
}

/** {@link modelHash} of each player. */
export async function modelHashes(players: Players): Promise<Record<string, string>> {
  const entries = Object.entries(players).map(async ([name, model]: [string, LanguageModel]) => {
    return [name, await modelHash(model)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
