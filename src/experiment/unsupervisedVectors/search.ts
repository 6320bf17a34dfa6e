/** @file The arms of unsupervised-vectors: how interventions are searched, all at one radius and, where they search, at equal compute. */
import {
  activationVectors,
  adapterMelbo,
  type HookName,
  inputAttack,
  jacobianVectors,
  type LanguageModel,
  type MelboOptions,
  melbo,
  randomVectors,
  type SteeringVector,
} from '../../model/index.ts';
import { prompt, requestText } from '../../world/index.ts';
import { addedEverywhere, addedVector, type Intervention } from './judge.ts';
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

export interface Arm {
  readonly name: string;
  readonly what: string;
  readonly affordances: readonly string[];
  /** Whether it is a variant, of fewer vectors and tried on organisms alone. */
  readonly variant?: boolean;
  /** Another use of what was found, and its name as an arm. */
  readonly also?: {
    readonly name: string;
    readonly what: string;
    readonly as: (done: Intervention) => Intervention;
  };
  find(search: Search, count: number): Promise<Found[]>;
}

/** Step size of each coordinate, as a share of its typical size. */
const RATE = 0.1;

/** What all searches for vectors take. */
function options({ settings, radius, seed, safePoint, subject }: Search, count: number) {
  const width = subject.model.config.hidden_size;
  const learningRate = (RATE * radius) / Math.sqrt(width);
  return { at: PLACE, radius, seed, count, steps: settings.steps, learningRate, safePoint };
}

const texts = ({ subject }: Search) => subject.prompts.search.map(({ prompt }) => prompt);

function taken(vectors: readonly SteeringVector[]): Found[] {
  return vectors.map((found) => ({ ...found, done: addedVector(found) }));
}

/** Ascent with more options. */
function ascent(more: Partial<MelboOptions> = {}): Arm['find'] {
  return async (search, count) => {
    const given = { ...options(search, count), ...more };
    return taken(await melbo(search.subject.model, texts(search), given));
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
async function embeddingVectors(search: Search, count: number): Promise<Found[]> {
  const share = search.radius / (await meanNorm(search, PLACE));
  const radius = share * (await meanNorm(search, 'hook_embed'));
  const given = { ...options({ ...search, radius }, count), at: 'hook_embed' as const };
  return taken(await melbo(search.subject.model, texts(search), given));
}

/** Adapters whose output is at most as long as the vectors, at neurons of typical norm. */
async function adapters(search: Search, count: number): Promise<Found[]> {
  const radius = search.radius / (await meanNorm(search, 'blocks.0.mlp.hook_post'));
  const { model } = search.subject;
  const width = Math.sqrt(model.config.hidden_size);
  const learningRate = (RATE * Math.sqrt(radius)) / width;
  const { at: _, ...given } = options(search, count);
  const found = await adapterMelbo(model, texts(search), {
    ...given,
    radius,
    learningRate,
    layer: 0,
  });
  return found.map((one) => ({ ...one, done: { kind: 'adapter', lora: one.lora } }));
}

/** Swaps that are tried in a round. */
const CANDIDATES = 16;

/** Rounds of an attack that cost what the ascent costs: a backward pass counts as two forward passes. */
function roundsFor(search: Search, rows: readonly (readonly number[])[]): number {
  const { settings, subject } = search;
  const tokens = (all: readonly (readonly number[])[], more: number) =>
    all.reduce((sum, row) => sum + row.length + more, 0);
  const ascended = 3 * (settings.steps + 1) * tokens(subject.model.encode(texts(search)), 0);
  return Math.max(1, Math.round(ascended / ((CANDIDATES + 3) * tokens(rows, INSERTED))));
}

const INSERTED = 2;

async function attacks(
  search: Search,
  count: number,
  rows: readonly (readonly number[])[],
  { insertAt, put }: { insertAt: number; put: Put },
): Promise<Found[]> {
  const { model } = search.subject;
  const allowed = plainTokens(model);
  const given = { insertAt, tokens: INSERTED, candidates: CANDIDATES, allowed };
  const rounds = roundsFor(search, rows);
  const found: Found[] = [];
  for (let i = 0; i < count; i++) {
    const seed = search.seed * 1000 + i;
    const { safePoint } = search;
    const attack = await inputAttack(model, rows, { ...given, rounds, seed, safePoint });
    found.push({
      ...attack,
      done: { kind: 'tokens', put: (prompt) => put(prompt, attack.tokens) },
    });
  }
  return found;
}

type Put = (prompt: readonly number[], tokens: readonly number[]) => readonly number[];

function plainTokens({ config, tokenizer }: LanguageModel): number[] {
  const special = new Set((tokenizer!.json.added_tokens ?? []).map(({ id }) => id));
  return Array.from({ length: config.vocab_size }, (_, id) => id).filter((id) => !special.has(id));
}

/** Behind the beginning of the text and the opening of the user's turn. */
const START = 2;

function prefixAttacks(search: Search, count: number): Promise<Found[]> {
  const rows = search.subject.model.encode(texts(search));
  const put: Put = (prompt, tokens) => prompt.toSpliced(START, 0, ...tokens);
  return attacks(search, count, rows, { insertAt: START, put });
}

/** Behind 'i saw the', where small talk that comes first names a pair. */
const SLOT = 5;

/** The same where it comes last, from the end: the pair, a full stop, the end of the turn, the assistant's token. */
const LAST_SLOT = 5;

/** Tokens in the place of the pair; the search is over its requests with the small talk first. */
function slotAttacks(search: Search, count: number): Promise<Found[]> {
  const { model, prompts } = search.subject;
  const begun = prompts.search.map(({ request }) => requestText({ ...request, before: true }));
  const rows = model
    .encode(begun.map((text) => prompt([['user', text]])))
    .map((row) => row.toSpliced(SLOT, 2));
  const saw = model.encode('i saw the')[0]!;
  const put: Put = (row, tokens) => {
    const slots = [SLOT, row.length - LAST_SLOT];
    const slot = slots.find((at) => saw.every((id, i) => row[at - saw.length + i] === id));
    return slot === undefined ? row : row.toSpliced(slot, 2, ...tokens);
  };
  return attacks(search, count, rows, { insertAt: SLOT, put });
}

const SEARCHED = ['activations', 'gradients', 'edits'];

export const ARMS: readonly Arm[] = [
  {
    name: 'MELBO',
    what: 'vectors found by ascent on the sphere with tangent gradients, orthogonal to those before; added at the last position of the prompt',
    affordances: SEARCHED,
    find: ascent(),
    also: {
      name: 'MELBO, added everywhere',
      what: 'the same vectors, added at every position of prompt and reply, as published',
      as: addedEverywhere,
    },
  },
  {
    name: 'random',
    what: 'uniformly random vectors of the same norm',
    affordances: ['edits'],
    find: async (search, count) =>
      taken(await randomVectors(search.subject.model, texts(search), options(search, count))),
  },
  {
    name: 'Jacobian',
    what: "the first right singular vectors of the target's Jacobian, 30 rounds of power iteration",
    affordances: SEARCHED,
    find: async (search, count) =>
      taken(await jacobianVectors(search.subject.model, texts(search), options(search, count))),
  },
  {
    name: 'PCA',
    what: 'the main directions of the activations',
    affordances: ['activations', 'edits'],
    find: async (search, count) =>
      taken(await activationVectors(search.subject.model, texts(search), options(search, count))),
  },
  {
    name: 'tokens',
    what: 'two tokens put before every request, searched by gradient-guided swaps from random starts, at the compute of MELBO',
    affordances: ['activations', 'gradients'],
    find: prefixAttacks,
  },
  {
    name: 'tokens in the slot',
    what: 'the same in the place where small talk names a pair: the form of the trigger is given away',
    affordances: ['activations', 'gradients', 'the form of the trigger'],
    variant: true,
    find: slotAttacks,
  },
  {
    name: 'embedding',
    what: 'MELBO on the embedding, at the same norm relative to it',
    affordances: SEARCHED,
    variant: true,
    find: embeddingVectors,
  },
  {
    name: 'MELBO, at the last position',
    what: 'vectors that are added at the last position of the prompt in the search, too',
    affordances: SEARCHED,
    variant: true,
    find: ascent({ perturbed: 1 }),
  },
  {
    name: 'MELBO, not orthogonal',
    what: 'each vector from a random start of its own, without regard to the others',
    affordances: SEARCHED,
    variant: true,
    find: ascent({ orthogonal: false }),
  },
  {
    name: 'MELBO, p = 4, over features',
    what: "power 4 of each token's norm: the formula",
    affordances: SEARCHED,
    variant: true,
    find: ascent({ power: 4 }),
  },
  {
    name: 'MELBO, p = 4, over tokens',
    what: "power 4 of each feature's norm over the tokens, as the published code takes it",
    affordances: SEARCHED,
    variant: true,
    find: ascent({ power: 4, norm: 'tokens' }),
  },
  {
    name: 'adapters',
    what: 'low-rank changes (rank 1) of the down-projection, at every position',
    affordances: [...SEARCHED, 'weights'],
    variant: true,
    find: adapters,
  },
];

/** The arm of a name. */
export function armNamed(name: string): Arm {
  return ARMS.find((arm) => arm.name === name)!;
}
