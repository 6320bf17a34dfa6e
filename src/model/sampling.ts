/** @file Sampling with a key-value cache; edits act on the prompt and on every decoding step. */
import {
  badUsage,
  concat,
  type Dim,
  type HostTensor,
  input,
  multiplyDims,
  type RandomStream,
  randomStream,
  silent,
  type Tensor,
} from '../tensor/index.ts';
import { KeyValueCache } from './cache.ts';
import { argmax, type Choice, draw, restrict } from './choose.ts';
import { type BoundEdit, bindEdits, type Span } from './edits.ts';
import { forwardGraph, sequenceInputs, stepInputs, tokenTensor } from './forward.ts';
import type { LanguageModel } from './languageModel.ts';
import type { Runnable } from './programs.ts';
import { checkOptions, checkPrompt, type SampleOptions } from './sampleOptions.ts';

export type { SampleOptions };

export interface Sample {
  /** Index of the prompt in the call. */
  readonly prompt: number;
  /** Which sample of that prompt. */
  readonly index: number;
  /** Sampled tokens, without the one that ended the sample. */
  readonly tokens: readonly number[];
  readonly text: string;
  /** 'stop': a stop token ended it. 'length': it ran into maxTokens. */
  readonly finish: 'stop' | 'length';
}

interface Row {
  readonly prompt: number;
  readonly index: number;
  readonly promptTokens: readonly number[];
  /** The sample's own number: noise and draws depend on it, never on the batch. */
  readonly identity: number;
  readonly stream: RandomStream;
  readonly tokens: number[];
  finish?: 'stop' | 'length';
}

type StepOutputs = 'probabilities' | 'fresh';

/** What one call of `sample` works with. */
interface Session {
  readonly model: LanguageModel;
  readonly options: Required<Pick<SampleOptions, 'maxTokens' | 'temperature' | 'stop'>> & Choice;
  readonly edits: readonly BoundEdit[];
  readonly prefill: Runnable<StepOutputs>;
  readonly step: Runnable<StepOutputs>;
}

/**
 * Samples continuations. A sample is a function of (prompt, index, seed, options) alone: it is the same
 * whatever else is in its batch, so that equal prompts get equal samples (`n` gives several). Samples are
 * yielded batch by batch.
 *
 * @throws TouchstoneError before the first sample where an option, an edit or a prompt is wrong
 */
export async function* sample(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions = {},
): AsyncGenerator<Sample> {
  const { reporter = silent, batchSize = 64 } = options;
  const session = openSession(model, options);
  prompts.forEach(
    (prompt, i) => void checkPrompt(model.config, prompt, i, session.options.maxTokens),
  );
  const rows = makeRows(prompts, options);
  let done = 0;
  for (const batch of batches(model, rows, batchSize)) {
    await decode(session, batch);
    for (const row of batch) yield finished(model, row);
    done += batch.length;
    reporter({ task: 'sampling', done, total: rows.length, unit: 'samples' });
  }
}

function openSession(model: LanguageModel, options: SampleOptions): Session {
  checkOptions(options);
  const edits = bindEdits(options.edits ?? [], model.config);
  checkEdits(edits);
  return {
    model,
    edits,
    options: {
      maxTokens: options.maxTokens ?? 64,
      temperature: options.temperature ?? 1,
      stop:
        options.stop ??
        [model.config.eos_token_id].flat().filter((id) => id !== undefined && id !== null),
      ...(options.topK !== undefined && { topK: options.topK }),
      ...(options.topP !== undefined && { topP: options.topP }),
    },
    prefill: samplingProgram(model, edits, 'prefill'),
    step: samplingProgram(model, edits, 'step'),
  };
}

/** Whole sequences of values belong to one pass: while sampling, the sequence grows. */
function checkEdits(edits: readonly BoundEdit[]): void {
  const whole = edits.find((edit) => edit.whole);
  if (whole)
    badUsage(
      `'set' at '${whole.hook}' has more than one position`,
      'in sampling, give one position',
    );
}

/** One program reads the prompt, the other takes a step over the cache; both give the next token's distribution. */
function samplingProgram(
  model: LanguageModel,
  edits: readonly BoundEdit[],
  kind: 'prefill' | 'step',
): Runnable<StepOutputs> {
  const key = `sample:${kind}:${edits.map((edit) => edit.key).join('|')}`;
  // A product with stored weights sums in one order; with fed ones, the order depends on the batch and the threads.
  return model.program(key, { baked: true }, () => {
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
    const logits = graph.logits(last.reshape(batch!, config.hidden_size));
    const layers = graph.keys.flatMap((keys, i) => [keys, graph.values[i]!]);
    const stacked = layers.map((x) => x.reshape(1, ...x.shape));
    return {
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

function makeRows(prompts: readonly (readonly number[])[], options: SampleOptions): Row[] {
  const { n = 1, first = 0, seed = 0 } = options;
  const streams = randomStream(seed, 'sampling');
  return prompts.flatMap((promptTokens, prompt) => {
    const own = streams.at(promptTokens.join(','));
    return Array.from({ length: n }, (_, i): Row => {
      const stream = own.at(first + i);
      const identity = Math.floor(stream.at('identity').uniform(0) * 2 ** 53);
      return { prompt, index: first + i, promptTokens, identity, stream, tokens: [] };
    });
  });
}

/** Prompts are padded to a multiple of this many tokens. */
const PROMPT_BUCKET = 16;

/** The length that a prompt is padded to: a function of its own length, so that no other prompt changes its arithmetic. */
function paddedLength(model: LanguageModel, { promptTokens: { length } }: Row): number {
  const longest = model.config.max_position_embeddings;
  return Math.min(Math.ceil(length / PROMPT_BUCKET) * PROMPT_BUCKET, longest);
}

/** Batches of rows whose prompts are padded to one length. */
function* batches(model: LanguageModel, rows: readonly Row[], size: number): Generator<Row[]> {
  const byLength = new Map<number, Row[]>();
  for (const row of rows) {
    const length = paddedLength(model, row);
    const group = byLength.get(length);
    if (group) group.push(row);
    else byLength.set(length, [row]);
  }
  for (const group of byLength.values()) {
    for (let i = 0; i < group.length; i += size) yield group.slice(i, i + size);
  }
}

function finished(model: LanguageModel, row: Row): Sample {
  const text = model.tokenizer?.decode(row.tokens) ?? row.tokens.join(' ');
  return {
    prompt: row.prompt,
    index: row.index,
    tokens: row.tokens,
    text,
    finish: row.finish ?? 'length',
  };
}

/** Decodes one batch to its end. */
async function decode(session: Session, batch: readonly Row[]): Promise<void> {
  // A product with a single row runs another kernel, whose sums round otherwise: never run one row alone.
  let active = batch.length === 1 ? [batch[0]!, { ...batch[0]!, tokens: [] }] : [...batch];
  const { model, options } = session;
  const cache = new KeyValueCache(model.config, model.runtime, active.length);
  let distributions = await readPrompt(session, active, cache);
  for (let step = 0; ; step++) {
    take(session, active, distributions, step);
    if (step + 1 === options.maxTokens || active.every((row) => row.finish)) break;
    active = compact(active, cache);
    distributions = await takeStep(session, active, cache);
  }
}

/** Chooses each unfinished row's next token. */
function take(
  { model, options }: Session,
  active: readonly Row[],
  distributions: Float32Array,
  step: number,
): void {
  const size = model.config.vocab_size;
  active.forEach((row, i) => {
    if (row.finish) return;
    const own = distributions.subarray(i * size, (i + 1) * size);
    const token =
      options.temperature === 0
        ? argmax(own)
        : draw(restrict(own, options), row.stream.uniform(step));
    if (options.stop.includes(token)) row.finish = 'stop';
    else row.tokens.push(token);
  });
}

/** Drops finished rows once they are half of the batch; always keeps two. */
function compact(active: Row[], cache: KeyValueCache): Row[] {
  const open = active.flatMap((row, i) => (row.finish ? [] : [i]));
  if (open.length > active.length / 2 || active.length <= 2) return active;
  const kept = open.length === 1 ? [...open, open[0] === 0 ? 1 : 0] : open;
  cache.keep(kept);
  return kept.map((i) => active[i]!);
}

async function readPrompt(
  session: Session,
  rows: readonly Row[],
  cache: KeyValueCache,
): Promise<Float32Array> {
  const { model } = session;
  const length = paddedLength(model, rows[0]!);
  const lengths = rows.map((row) => row.promptTokens.length);
  const last = BigInt64Array.from(lengths, (own, i) => BigInt(i * length + own - 1));
  const padded = rows.map(({ promptTokens }) =>
    Array.from({ length }, (_, i) => promptTokens[i] ?? 0),
  );
  const out = await session.prefill.run({
    ...model.feeds,
    ...model.sequenceFeeds(padded),
    last: model.runtime.tensor('int64', last, [rows.length]),
    ...stepFeeds(
      session,
      rows,
      rows.map(() => 0),
      length,
    ),
  });
  cache.fill(out.fresh.data as Float32Array, length, lengths);
  return out.probabilities.data as Float32Array;
}

async function takeStep(
  session: Session,
  rows: readonly Row[],
  cache: KeyValueCache,
): Promise<Float32Array> {
  const { model } = session;
  const group = model.config.num_attention_heads / model.config.num_key_value_heads;
  const starts = [...cache.lengths];
  const feeds = stepFeeds(session, rows, starts, 1);
  const out = await session.step.run({
    ...model.feeds,
    ...cache.feeds(),
    tokens: tokenTensor(
      model.runtime,
      rows.map((row) => [row.tokens.at(-1) ?? 0]),
    ),
    positions: tokenTensor(
      model.runtime,
      starts.map((start) => [start]),
    ),
    mask: model.runtime.tensor('float32', new Float32Array(group), [1, 1, group, 1]),
    ...feeds,
  });
  cache.push(out.fresh.data as Float32Array);
  return out.probabilities.data as Float32Array;
}

function stepFeeds(
  { model, edits, options }: Session,
  rows: readonly Row[],
  starts: readonly number[],
  length: number,
): Record<string, HostTensor> {
  const span: Span = {
    rows: rows.map((row) => row.identity),
    starts,
    length,
    promptLengths: rows.map((row) => row.promptTokens.length),
  };
  const inverse = options.temperature === 0 ? 1 : 1 / options.temperature;
  return Object.assign(
    { inverse_temperature: model.runtime.tensor('float32', Float32Array.of(inverse), []) },
    ...edits.map((edit) => edit.feeds(model.runtime, span)),
  );
}
