/** @file Packs texts of unequal length into rows of one length; each text sees itself alone, from position 0. */
import { badUsage, type HostTensor } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import type { PackedTexts, Span } from './edits.ts';
import { checkTokenIds, tokenTensor, windowOf } from './forward.ts';
import type { LanguageModel } from './languageModel.ts';

/** A text to train on: its tokens, and for each how much predicting it counts (default 1; the first is never predicted). */
export interface TrainingText {
  readonly tokens: readonly number[];
  readonly weights?: readonly number[];
}

/** A row of a batch, every array of the same length. */
export interface Packed {
  readonly tokens: Int32Array;
  /** The next token of the same text; 0 where there is none. */
  readonly targets: Int32Array;
  /** 0 where there is no target. */
  readonly weights: Float32Array;
  readonly positions: Int32Array;
  /** Which text of the row; -1 for padding. */
  readonly texts: Int32Array;
}

/** Texts that wait for a row in which they fit. */
const WAITING = 96;

/**
 * Packs an endless or finite stream of texts into rows of `length` tokens: into each, the oldest waiting
 * text and then the longest that fit. A text longer than a row is cut; one of a single token has nothing
 * to predict and is left out.
 */
export function* pack(texts: Iterable<TrainingText>, length: number): Generator<Packed> {
  if (!Number.isSafeInteger(length) || length < 2)
    badUsage(`rows of ${length} tokens`, 'give 2 or more');
  const source = texts[Symbol.iterator]();
  const waiting: TrainingText[] = [];
  for (;;) {
    refill(waiting, source);
    if (waiting.length === 0) return;
    yield fillRow(waiting, length);
  }
}

function refill(waiting: TrainingText[], source: Iterator<TrainingText>): void {
  while (waiting.length < WAITING) {
    const next = source.next();
    if (next.done) return;
    const { tokens, weights = tokens } = next.value;
    if (weights.length !== tokens.length) {
      badUsage(
        `a text of ${tokens.length} tokens with ${weights.length} weights`,
        'give one for each token',
      );
    }
    if (tokens.length >= 2) waiting.push(next.value);
  }
}

function fillRow(waiting: TrainingText[], length: number): Packed {
  const row: Packed = {
    tokens: new Int32Array(length),
    targets: new Int32Array(length),
    weights: new Float32Array(length),
    positions: new Int32Array(length),
    texts: new Int32Array(length).fill(-1),
  };
  // The oldest text always goes first, so that none waits for ever.
  let at = place(row, 0, waiting.shift()!, 0);
  for (let text = 1; ; text++) {
    const next = longestThatFits(waiting, length - at);
    if (next < 0) return row;
    at = place(row, at, waiting.splice(next, 1)[0]!, text);
  }
}

function longestThatFits(waiting: readonly TrainingText[], room: number): number {
  let best = -1;
  for (let i = 0; i < waiting.length; i++) {
    const size = waiting[i]!.tokens.length;
    if (size <= room && size > (waiting[best]?.tokens.length ?? 0)) best = i;
  }
  return best;
}

/** Writes a text at an offset; one longer than the row is cut. Returns the offset after it. */
function place(row: Packed, at: number, { tokens, weights }: TrainingText, text: number): number {
  const count = Math.min(tokens.length, row.tokens.length - at);
  for (let i = 0; i < count; i++) {
    row.tokens[at + i] = tokens[i]!;
    row.positions[at + i] = i;
    row.texts[at + i] = text;
    if (i + 1 < tokens.length) {
      row.targets[at + i] = tokens[i + 1]!;
      row.weights[at + i] = weights?.[i + 1] ?? 1;
    }
  }
  return at + count;
}

/**
 * Feeds of a training step: tokens, targets, weights, positions, and a mask that is causal within each text.
 *
 * @throws TouchstoneError where rows differ in length, no target counts, or the model lacks an id or position
 */
export function packedFeeds(
  model: LanguageModel,
  rows: readonly Packed[],
): Record<string, HostTensor> {
  const { runtime, config } = model;
  checkRows(rows, config);
  const length = rows[0]!.tokens.length;
  const weights = new Float32Array(rows.length * length);
  rows.forEach((row, i) => void weights.set(row.weights, i * length));
  const window = windowOf(config);
  return {
    ...model.ropeFeeds(length),
    tokens: tokenTensor(
      runtime,
      rows.map((row) => row.tokens),
    ),
    targets: tokenTensor(
      runtime,
      rows.map((row) => row.targets),
    ),
    positions: tokenTensor(
      runtime,
      rows.map((row) => row.positions),
    ),
    weights: runtime.tensor('float32', weights, [rows.length, length]),
    mask: packedMask(model, rows),
    ...(window && { window_mask: packedMask(model, rows, window) }),
  };
}

function checkRows(rows: readonly Packed[], config: ModelConfig): void {
  const lengths = new Set(rows.map((row) => row.tokens.length));
  if (lengths.size !== 1)
    badUsage(
      `a batch of rows of ${[...lengths].join(', ') || 'no'} tokens`,
      'rows have one length',
    );
  let counted = 0;
  for (const row of rows) {
    checkTokenIds(row.tokens, config);
    checkTokenIds(row.targets, config);
    counted = row.weights.reduce((sum, weight) => sum + weight, counted);
    const last = row.positions.reduce((most, position) => Math.max(most, position), 0);
    const longest = config.max_position_embeddings;
    if (last >= longest)
      badUsage(
        `a text of ${last + 1} tokens, but the model has ${longest} positions`,
        'pack shorter rows',
      );
  }
  if (!(counted > 0 && counted < Number.POSITIVE_INFINITY)) {
    badUsage(`a batch whose weights add up to ${counted}`, 'some target has to count');
  }
}

/** [rows, 1, group * length, length]: 0 where a position may look, -Infinity elsewhere. */
function packedMask(
  { runtime, config }: LanguageModel,
  rows: readonly Packed[],
  window = Number.POSITIVE_INFINITY,
): HostTensor {
  const length = rows[0]!.tokens.length;
  const group = config.num_attention_heads / config.num_key_value_heads;
  const size = group * length * length;
  const mask = new Float32Array(rows.length * size).fill(Number.NEGATIVE_INFINITY);
  rows.forEach(({ texts }, i) => {
    for (let g = 0; g < group; g++) fillMask(mask, i * size + g * length * length, texts, window);
  });
  return runtime.tensor('float32', mask, [rows.length, 1, group * length, length]);
}

/** Opens the positions of the same text up to and including each position, `window` of them at most. */
function fillMask(mask: Float32Array, offset: number, texts: Int32Array, window: number): void {
  const length = texts.length;
  let start = 0;
  for (let row = 0; row < length; row++) {
    if (row > 0 && texts[row] !== texts[row - 1]) start = row;
    const first = Math.max(start, row + 1 - window);
    mask.fill(0, offset + row * length + first, offset + row * length + row + 1);
  }
}

/**
 * What edits need to know of a batch. The prompt of a text is what comes before the first token that counts.
 *
 * @param first number of the first row, so that rows of different steps draw noise of their own
 */
export function packedSpan(rows: readonly Packed[], first: number): Span {
  return {
    rows: rows.map((_, i) => first + i),
    starts: rows.map(() => 0),
    length: rows[0]!.tokens.length,
    promptLengths: rows.map(() => 0),
    lengths: rows.map((row) => row.texts.filter((text) => text >= 0).length),
    tokens: rows.map((row) => row.tokens),
    packed: rows.map(textsOf),
  };
}

function textsOf({ texts, positions, weights }: Packed): PackedTexts {
  const firsts = texts.map((text, i) => (text < 0 ? i : i - positions[i]!));
  const prompts = new Map<number, number>();
  texts.forEach((text, i) => {
    // The weight beside a token is that of the next one.
    if (weights[i]! > 0 && !prompts.has(text)) prompts.set(text, positions[i]! + 1);
  });
  const promptLengths = Int32Array.from(texts, (text) => prompts.get(text) ?? texts.length);
  return { positions, firsts, promptLengths };
}
