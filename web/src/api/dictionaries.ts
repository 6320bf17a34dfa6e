/** @file What is asked of dictionaries. */
import { ask } from './client.ts';
import type { Looked } from './generate.ts';
import type {
  DictionaryList,
  DictionaryMatch,
  DictionaryState,
  DirectionMap,
  LatentPortrait,
  LatentSearch,
  Latents,
  LatentTable,
  TrainingCurves,
} from './types.ts';

const AT = '/v1/touchstone/dictionaries';
const of = (name: string) => `${AT}/${encodeURIComponent(name)}`;
const query = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

export const listDictionaries = () => ask<DictionaryList>(AT);
export const openDictionary = (body: DictionaryState['request']) =>
  ask<DictionaryState>(AT, { body });
export const closeDictionary = (name: string) => ask(of(name), { method: 'DELETE' });
export const tableOf = (name: string) => ask<LatentTable>(`${of(name)}/latents`);
export const portraitOf = (name: string, latent: number, signal: AbortSignal) =>
  ask<LatentPortrait>(`${of(name)}/latents/${latent}`, { signal });
export const searchIn = (name: string, text: string, by: string) =>
  ask<LatentSearch>(`${of(name)}/search?${query({ text, by })}`);
export const mapOf = (name: string) => ask<DirectionMap>(`${of(name)}/map`);
export const matchWith = (name: string, path: string) =>
  ask<DictionaryMatch>(`${of(name)}/match?${query({ path })}`);
export const curvesOf = (run: string) =>
  ask<TrainingCurves>(`/v1/touchstone/runs/${encodeURIComponent(run)}/curves`);
/** The largest latents of each token. */
export const latentsOf = (name: string, { edits, ...looked }: Looked, signal: AbortSignal) =>
  ask<Latents>(`${of(name)}/read`, { body: { ...looked, edits: [...edits] }, signal });
