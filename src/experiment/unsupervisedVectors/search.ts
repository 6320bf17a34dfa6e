/** @file Searches for vectors and adapters, of one norm and, where they search, at equal compute. */
import {
  adapterMelbo,
  type HookName,
  type LanguageModel,
  type MelboOptions,
  melbo,
  type SteeringVector,
} from '../../model/index.ts';
import { addedVector, type Intervention } from './judge.ts';
import type { VectorSettings } from './settings.ts';
import type { Subject } from './subject.ts';

/** Where vectors are added. */
export const PLACE: HookName = 'blocks.0.hook_mlp_out';

/** One intervention that an arm found. */
export interface Found {
  readonly done: Intervention;
  /** How far it moves the target; undefined where the arm does not look. */
  readonly objective: number;
  /** Tokens passed forward, and passed back. */
  readonly forwardTokens: number;
  readonly backwardTokens: number;
}

/** What an arm searches with. */
export interface Search {
  readonly subject: Subject;
  readonly settings: VectorSettings;
  readonly radius: number;
  readonly seed: number;
  readonly safePoint: () => Promise<void>;
}

/** How an arm searches. */
export type Find = (search: Search, count: number) => Promise<Found[]>;

/** Step size of each coordinate, as a share of its typical size. */
const RATE = 0.1;

/** What all searches for vectors take. */
export function searchOptions(
  { settings, radius, seed, safePoint, subject }: Search,
  count: number,
) {
  const width = subject.model.config.hidden_size;
  const learningRate = (RATE * radius) / Math.sqrt(width);
  return { at: PLACE, radius, seed, count, steps: settings.steps, learningRate, safePoint };
}

/** Prompts that are searched on. */
export const searchTexts = ({ subject }: Search) =>
  subject.prompts.search.map(({ prompt }) => prompt);

function taken(vectors: readonly SteeringVector[]): Found[] {
  return vectors.map((found) => ({ ...found, done: addedVector(found) }));
}

/** How vectors are found more plainly. */
type FindVectors = (
  model: LanguageModel,
  prompts: readonly string[],
  options: ReturnType<typeof searchOptions>,
) => Promise<SteeringVector[]>;

/** Vectors that are found more plainly. */
export function plainly(find: FindVectors): Find {
  return async (search, count) =>
    taken(await find(search.subject.model, searchTexts(search), searchOptions(search, count)));
}

/** Ascent with more options. */
export function ascent(more: Partial<MelboOptions> = {}): Find {
  return async (search, count) => {
    const given = { ...searchOptions(search, count), ...more };
    return taken(await melbo(search.subject.model, searchTexts(search), given));
  };
}

/** Mean norm of an activation over the search prompts. */
async function meanNorm({ subject }: Search, at: HookName): Promise<number> {
  let [sum, n] = [0, 0];
  for (const { prompt } of subject.prompts.search) {
    const { activations } = await subject.model.run(prompt, { read: [at], logits: false });
    const { data, dims } = activations[at]!;
    const width = dims.at(-1)!;
    for (let i = 0; i < data.length; i += width, n++)
      sum += Math.hypot(...data.subarray(i, i + width));
  }
  return sum / n;
}

/** Vectors on the embedding, as large beside it as the others are beside what they are added to. */
export async function embeddingVectors(search: Search, count: number): Promise<Found[]> {
  const share = search.radius / (await meanNorm(search, PLACE));
  const radius = share * (await meanNorm(search, 'hook_embed'));
  const given = { ...searchOptions({ ...search, radius }, count), at: 'hook_embed' as const };
  return taken(await melbo(search.subject.model, searchTexts(search), given));
}

/** Adapters whose output is at most as long as the vectors, at neurons of typical norm. */
export async function adapters(search: Search, count: number): Promise<Found[]> {
  const radius = search.radius / (await meanNorm(search, 'blocks.0.mlp.hook_post'));
  const { model } = search.subject;
  const width = Math.sqrt(model.config.hidden_size);
  const learningRate = (RATE * Math.sqrt(radius)) / width;
  const { at: _, ...given } = searchOptions(search, count);
  const found = await adapterMelbo(model, searchTexts(search), {
    ...given,
    radius,
    learningRate,
    layer: 0,
  });
  return found.map((one) => ({ ...one, done: { kind: 'adapter', lora: one.lora } }));
}
