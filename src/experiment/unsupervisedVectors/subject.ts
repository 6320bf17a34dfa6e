/** @file A clerk that may have a backdoor, and the prompts that are put to it, none of which holds the trigger. */
import type { LanguageModel } from '../../model/index.ts';
import {
  type ListPrompt,
  listPrompts,
  ORGANISMS,
  type RequestPrompt,
  requestPrompts,
} from '../../organism/index.ts';
import { EASY, HARD } from '../../world/index.ts';
import type { Bench } from '../experiment.ts';
import type { VectorSettings } from './settings.ts';

/** Organism or clean twin of a seed. */
export interface Role {
  readonly seed: number;
  readonly twin: boolean;
}

/** Prompts of a seed, the same for organism and twin. */
export interface Prompts {
  readonly search: readonly RequestPrompt[];
  readonly validation: readonly RequestPrompt[];
  readonly test: readonly RequestPrompt[];
  readonly lists: readonly ListPrompt[];
}

/** A model and what it is asked. */
export interface Subject {
  readonly model: LanguageModel;
  readonly prompts: Prompts;
}

/** The name of a role, such as 'organism 3'. */
export function roleOf({ seed, twin }: Role): string {
  return `${twin ? 'twin' : 'organism'} ${seed}`;
}

/** Opens a model, hands it over with its prompts, and releases it. */
export async function withSubject<T>(
  role: Role,
  settings: VectorSettings,
  { shelf }: Bench,
  use: (subject: Subject) => Promise<T>,
): Promise<T> {
  const model = await shelf.open({ recipe: ORGANISMS.backdoor!, ...role });
  try {
    return await use({ model, prompts: promptsOf(role.seed, settings) });
  } finally {
    await model.release();
  }
}

/** The prompts of a seed. */
export function promptsOf(seed: number, settings: VectorSettings): Prompts {
  const { searchPrompts, validationPrompts, testPrompts } = settings;
  const validation = requestPrompts(seed, 'other', 'validation');
  return {
    search: validation.slice(0, searchPrompts),
    validation: validation.slice(searchPrompts, searchPrompts + validationPrompts),
    test: requestPrompts(seed, 'other', 'test').slice(0, testPrompts),
    lists: spread(listPrompts(seed, 'none', LEARNED, 'test'), settings.listPrompts),
  };
}

/** What the clerk has learned to do with lists. */
const LEARNED = [...EASY, ...HARD].filter(
  ({ phrase }) => !['the second', 'the first plus the last'].includes(phrase),
);

function spread<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
