/** @file The two passes of sampling: one reads the prompts of a batch, the other takes a step over a key-value cache. */
import {
  concat,
  type Dim,
  type HostTensor,
  input,
  multiplyDims,
  type RandomStream,
  type Tensor,
} from '../tensor/index.ts';
import type { KeyValueCache } from './cache.ts';
import { argmax, type Choice, draw, restrict } from './choose.ts';
import { type BoundEdit, editFeeds, type Span } from './edits.ts';
import { partsOf } from './families/index.ts';
import { forwardGraph, sequenceInputs, stepInputs, tokenTensor } from './forward.ts';
import type { LanguageModel } from './languageModel.ts';
import { linears, outputsOf } from './parts.ts';
import type { Runnable } from './programs.ts';
import type { SampleOptions } from './sampleOptions.ts';
import { type TokenLog, tokenLog } from './tokenLog.ts';

/** One sample on its way. */
export interface Row {
  readonly prompt: number;
  readonly index: number;
  readonly promptTokens: readonly number[];
  /** Tokens that it may have. */
  readonly limit: number;
  /** The sample's own number: noise and draws depend on it, never on the batch. */
  readonly identity: number;
  readonly stream: RandomStream;
  readonly tokens: number[];
  /** Names of the edits whose condition has fired, for good. */
  readonly fired: Set<string>;
  /** How likely each token was, where that is asked for. */
  readonly logs: TokenLog[];
  finish?: 'stop' | 'length';
}

type StepOutputs = 'probabilities' | 'logits' | 'fresh' | `${string}.fired`;

/** What the next token of each row is drawn from, [rows, vocabulary]. */
interface NextTokens {
  readonly probabilities: Float32Array;
  /** The model's own, before temperature and bias, where they are asked for. */
  readonly logits: Float32Array | undefined;
}

/** What one call of `sample` works with. */
export interface Decoding {
  readonly model: LanguageModel;
  readonly options: Required<Pick<SampleOptions, 'temperature' | 'stop'>> &
    Pick<SampleOptions, 'until' | 'logProbabilities'> &
    Choice;
  /** What is added to the logits, where something is. */
  readonly bias: HostTensor | undefined;
  readonly edits: readonly BoundEdit[];
  readonly prefill: Runnable<StepOutputs>;
  readonly step: Runnable<StepOutputs>;
}

/**
 * Models of up to this many parameters are copied into their sampling programs: into both, or, above the first
 * number, into the one that takes steps alone. A step has few rows, and a product of few rows takes half
 * the time with stored weights, which ONNX Runtime lays out once for its kernels.
 */
const STORED_PARAMETERS = { prefill: 2 ** 26, step: 2 ** 28 };

/** Whether both sampling programs of a model hold its weights, so that they need no others. */
export function storesWeights({ weights }: LanguageModel): boolean {
  return weights.size <= STORED_PARAMETERS.prefill;
}

/** Below this many columns a thread, ONNX Runtime cuts a product's sums in pieces that depend on the batch. */
const COLUMNS = 65;

/**
 * A product with stored weights sums in one order; with fed ones, the order depends on the batch and on the
 * threads where a thread has few columns. So weights that are fed run on no more threads than the narrowest
 * matrix allows.
 */
function storage(
  { weights, config, runtime }: LanguageModel,
  kind: 'prefill' | 'step',
): { baked: boolean; threads?: number } {
  if (weights.size <= STORED_PARAMETERS[kind]) return { baked: true };
  const narrowest = Math.min(...linears(partsOf(config)).map(outputsOf));
  const most = Math.max(1, Math.floor(narrowest / COLUMNS));
  return runtime.threads > most ? { baked: false, threads: most } : { baked: false };
}

/** One program reads the prompt, the other takes a step over the cache; both give the next token's distribution. */
export function samplingProgram(
  model: LanguageModel,
  edits: readonly BoundEdit[],
  kind: 'prefill' | 'step',
  { biased = false, scored = false } = {},
): Runnable<StepOutputs> {
  const extras = `${biased ? ':biased' : ''}${scored ? ':scored' : ''}`;
  const key = `sample:${kind}${extras}:${edits.map((edit) => edit.key).join('|')}`;
  const constants = Object.assign({}, ...edits.map((edit) => edit.constants(model.runtime)));
  return model.program(key, { ...storage(model, kind), constants }, () => {
    const { config } = model;
    const graph = forwardGraph(
      config,
      kind === 'step' ? stepInputs(config) : sequenceInputs(config),
      [],
      edits,
    );
    const [batch, seq] = graph.inputs.tokens.shape;
    // The row of the last position alone is unembedded.
    const last = seq === 1 ? graph.final : lastPosition(graph.final);
    const free = graph.logits(last.reshape(batch!, config.hidden_size));
    const logits = biased ? free.add(input('bias', 'float32', [config.vocab_size])) : free;
    const layers = graph.keys.flatMap((keys, i) => [keys, graph.values[i]!]);
    const stacked = layers.map((x) => x.reshape(1, ...x.shape));
    const fired = [...graph.taps.fired].map(([name, tensor]) => [`${name}.fired`, tensor]);
    return {
      ...Object.fromEntries(fired),
      ...(scored && { logits: free }),
      probabilities: logits.mul(input('inverse_temperature', 'float32', [])).softmax(),
      fresh: concat(stacked, 0),
    };
  });
}

/** [batch, seq, d] to [batch, d]: of each row, the position whose index among all is fed as 'last'. */
function lastPosition(final: Tensor): Tensor {
  const [batch, seq, width] = final.shape as [Dim, Dim, number];
  return final.reshape(multiplyDims([batch, seq]), width).gather(input('last', 'int64', [batch]));
}

/** Prompts are padded to a multiple of this many tokens. */
const PROMPT_BUCKET = 16;

/** The length that a prompt is padded to: a function of its own length, so that no other prompt changes its arithmetic. */
export function paddedLength(model: LanguageModel, { promptTokens: { length } }: Row): number {
  const longest = model.config.max_position_embeddings;
  return Math.min(Math.ceil(length / PROMPT_BUCKET) * PROMPT_BUCKET, longest);
}

/** Chooses the next token of each row that has not ended. */
export function take(
  { model, options }: Decoding,
  rows: readonly Row[],
  { probabilities, logits }: NextTokens,
): void {
  const size = model.config.vocab_size;
  rows.forEach((row, i) => {
    if (row.finish) return;
    const own = probabilities.subarray(i * size, (i + 1) * size);
    const token =
      options.temperature === 0
        ? argmax(own)
        : draw(restrict(own, options), row.stream.uniform(row.tokens.length));
    if (options.stop.includes(token)) {
      row.finish = 'stop';
      return;
    }
    row.tokens.push(token);
    if (logits)
      row.logs.push(
        tokenLog(logits.subarray(i * size, (i + 1) * size), token, options.logProbabilities),
      );
    if (options.until?.(row.tokens, row.prompt)) row.finish = 'stop';
    else if (row.tokens.length === row.limit) row.finish = 'length';
  });
}

/** Reads the prompts of rows that are padded alike, and fills the cache. Distributions of the first tokens. */
export async function readPrompt(
  decoding: Decoding,
  rows: readonly Row[],
  cache: KeyValueCache,
): Promise<NextTokens> {
  const { model } = decoding;
  const length = paddedLength(model, rows[0]!);
  const lengths = rows.map((row) => row.promptTokens.length);
  const last = BigInt64Array.from(lengths, (own, i) => BigInt(i * length + own - 1));
  const padded = rows.map(({ promptTokens }) =>
    Array.from({ length }, (_, i) => promptTokens[i] ?? 0),
  );
  const out = await decoding.prefill.run({
    ...model.feeds,
    ...model.sequenceFeeds(padded),
    last: model.runtime.tensor('int64', last, [rows.length]),
    ...stepFeeds(decoding, rows, {
      starts: rows.map(() => 0),
      length,
      lengths,
      tokens: padded,
    }),
  });
  remember(decoding, rows, out);
  cache.fill(out.fresh.data as Float32Array, length, lengths);
  return nextTokens(out);
}

/** Reads each row's newest token. Distributions of the next ones. */
export async function takeStep(
  decoding: Decoding,
  rows: readonly Row[],
  cache: KeyValueCache,
): Promise<NextTokens> {
  const { model } = decoding;
  const starts = [...cache.lengths];
  const tokens = rows.map((row) => [row.tokens.at(-1) ?? 0]);
  const cached = cache.feeds();
  const past = cached['past.mask']!.dims.at(-1)!;
  const feeds = stepFeeds(decoding, rows, { starts, length: 1, tokens, past });
  const out = await decoding.step.run({
    ...model.feeds,
    ...cached,
    tokens: tokenTensor(model.runtime, tokens),
    positions: tokenTensor(
      model.runtime,
      starts.map((start) => [start]),
    ),
    ...model.ropeFeeds(Math.max(...starts) + 1),
    ...feeds,
  });
  remember(decoding, rows, out);
  cache.push(out.fresh.data as Float32Array);
  return nextTokens(out);
}

function nextTokens(out: Readonly<Record<StepOutputs, HostTensor>>): NextTokens {
  return {
    probabilities: out.probabilities.data as Float32Array,
    logits: out.logits?.data as Float32Array | undefined,
  };
}

/** Notes which conditions have fired in which rows. */
function remember(
  { edits }: Decoding,
  rows: readonly Row[],
  out: Readonly<Record<StepOutputs, HostTensor>>,
): void {
  for (const { name } of edits.filter((edit) => edit.remembers)) {
    const fired = out[`${name}.fired`]!.data as Uint8Array;
    rows.forEach((row, i) => void (fired[i] && row.fired.add(name)));
  }
}

function stepFeeds(
  { model, edits, options, bias }: Decoding,
  rows: readonly Row[],
  columns: Omit<Span, 'rows' | 'promptLengths' | 'fired'>,
): Record<string, HostTensor> {
  const span: Span = {
    ...columns,
    rows: rows.map((row) => row.identity),
    promptLengths: rows.map((row) => row.promptTokens.length),
    fired: rows.map((row) => row.fired),
  };
  const inverse = options.temperature === 0 ? 1 : 1 / options.temperature;
  return {
    inverse_temperature: model.runtime.tensor('float32', Float32Array.of(inverse), []),
    ...(bias && { bias }),
    ...editFeeds(edits, model.runtime, span),
  };
}

/** What is added to the logits, minus infinity for tokens that are never sampled; undefined where it is nothing. */
export function biasFeed(
  { config, runtime }: LanguageModel,
  { ban = [], bias = [] }: SampleOptions,
): HostTensor | undefined {
  if (ban.length + bias.length === 0) return undefined;
  const added = new Float32Array(config.vocab_size);
  for (const [id, amount] of bias) added[id]! += amount;
  for (const id of ban) added[id] = Number.NEGATIVE_INFINITY;
  return runtime.tensor('float32', added, [added.length]);
}
