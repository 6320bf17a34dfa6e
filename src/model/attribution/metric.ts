/** @file Metrics as data: one number for each sequence, computed in the graph, so that it has gradients. */
import { z } from 'zod';
import { badUsage, crossEntropy, input, type Runtime, type Tensor } from '../../tensor/index.ts';
import type { ModelConfig } from '../config.ts';
import { checkTokenIds, tokenTensor } from '../forward.ts';
import { checkPosition, type Feeds, gatherPlaces, type Pass } from './pass.ts';

const token = z.number().int().min(0).describe('token id');
const position = z
  .number()
  .int()
  .optional()
  .describe('where the next token is predicted; negative ones count from the end. Default -1');

/** The published form of a metric. */
export const metricSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('logit'), position, token }),
  z.strictObject({ kind: z.literal('logProbability'), position, token }).describe('in nats'),
  z
    .strictObject({ kind: z.literal('logitDifference'), position, correct: token, wrong: token })
    .describe('logit of `correct` less that of `wrong`'),
  z
    .strictObject({ kind: z.literal('negativeLogLikelihood'), from: z.number().int().optional() })
    .describe("mean of the sequence's own tokens from position `from` on, in nats. Default 1"),
  z
    .strictObject({ kind: z.literal('divergence'), position, logits: z.array(z.number()) })
    .describe(
      "Kullback-Leibler divergence of the model's distribution from that of `logits`, in nats",
    ),
]);

/** A number for each sequence. */
export type Metric = z.infer<typeof metricSchema>;

type Kind = Metric['kind'];
type Of<K extends Kind> = Extract<Metric, { kind: K }>;

/** A metric bound to the sequences that it scores. */
export class BoundMetric {
  /** Of the graph's structure; tokens and positions are inputs. */
  readonly kind: Kind;
  readonly #metrics: readonly Metric[];
  readonly #texts: readonly (readonly number[])[];
  readonly #vocabulary: number;

  /**
   * @param metric one for all sequences, or one for each, all of one kind
   * @param texts the sequences, of one length
   * @throws TouchstoneError where tokens, positions or logits are not the model's
   */
  constructor(
    metric: Metric | readonly Metric[],
    texts: readonly (readonly number[])[],
    config: ModelConfig,
  ) {
    const all = Array.isArray(metric) ? (metric as readonly Metric[]) : [metric as Metric];
    const shared = !Array.isArray(metric);
    if (!shared && all.length !== texts.length)
      badUsage(`${all.length} metrics for ${texts.length} sequences`, 'give one, or one for each');
    for (const one of all) check(one, texts[0]!.length, config);
    this.kind = all[0]!.kind;
    const other = all.find(({ kind }) => kind !== this.kind);
    if (other) badUsage(`metrics '${this.kind}' and '${other.kind}' in one call`, 'use one kind');
    this.#metrics = shared ? texts.map(() => all[0]!) : all;
    this.#texts = texts;
    this.#vocabulary = config.vocab_size;
  }

  /** The metric of every row of a pass, [batch]. */
  value(pass: Pick<Pass, 'inputs' | 'final' | 'logits'>): Tensor {
    if (this.kind === 'negativeLogLikelihood') return likelihood(pass);
    const logits = pass.logits(gatherPlaces(pass.final, 'metric.place', 'batch'));
    switch (this.kind) {
      case 'logit':
        return pick(logits, 'token');
      case 'logProbability':
        return pick(logits.logSoftmax(), 'token');
      case 'logitDifference':
        return pick(logits, 'token').sub(pick(logits, 'wrong'));
      case 'divergence':
        return divergence(logits, this.#vocabulary);
    }
  }

  /** Its inputs for a pass whose row r is a run of sequence `of[r]`. */
  feeds(runtime: Runtime, of: readonly number[]): Feeds {
    const metrics = of.map((index) => this.#metrics[index]!);
    if (this.kind === 'negativeLogLikelihood') return this.#likelihoodFeeds(runtime, of);
    const length = this.#texts[0]!.length;
    const at = metrics.map((metric) => checkPosition(positionOf(metric), length));
    const places = at.map((place, row) => row * length + place);
    const index = (name: string, values: readonly number[], dims: readonly number[]) => ({
      [`metric.${name}`]: runtime.tensor('int64', BigInt64Array.from(values, BigInt), dims),
    });
    const column = (name: string, values: readonly number[]) => index(name, values, [of.length, 1]);
    const feeds = index('place', places, [of.length]);
    if (this.kind === 'divergence') return { ...feeds, ...this.#givenFeeds(runtime, of) };
    const tokens = (which: number) => metrics.map((metric) => tokensOf(metric)[which]!);
    Object.assign(feeds, column('token', tokens(0)));
    return this.kind === 'logitDifference' ? { ...feeds, ...column('wrong', tokens(1)) } : feeds;
  }

  #likelihoodFeeds(runtime: Runtime, of: readonly number[]): Feeds {
    const length = this.#texts[0]!.length;
    const targets = of.map((index) => [...this.#texts[index]!.slice(1), 0]);
    const weights = new Float32Array(of.length * length);
    of.forEach((index, row) => {
      const { from = 1 } = this.#metrics[index] as Of<'negativeLogLikelihood'>;
      const own = weights.subarray(row * length + from - 1, (row + 1) * length - 1);
      own.fill(1 / own.length);
    });
    return {
      'metric.targets': tokenTensor(runtime, targets),
      'metric.weights': runtime.tensor('float32', weights, [of.length, length]),
    };
  }

  /** Each set of logits once, however many rows are compared with it. */
  #givenFeeds(runtime: Runtime, of: readonly number[]): Feeds {
    const given = [...new Set((this.#metrics as Of<'divergence'>[]).map(({ logits }) => logits))];
    const table = Float32Array.from(given.flat());
    const which = of.map((i) =>
      BigInt(given.indexOf((this.#metrics[i] as Of<'divergence'>).logits)),
    );
    return {
      'metric.given': runtime.tensor('float32', table, [given.length, this.#vocabulary]),
      'metric.which': runtime.tensor('int64', BigInt64Array.from(which), [of.length]),
    };
  }
}

function positionOf(metric: Metric): number {
  return (metric.kind === 'negativeLogLikelihood' ? undefined : metric.position) ?? -1;
}

/** Entries of [batch, vocabulary] at the tokens fed. */
function pick(logits: Tensor, what: 'token' | 'wrong'): Tensor {
  return logits.gatherLast(input(`metric.${what}`, 'int64', ['batch', 1])).reshape('batch');
}

/** sum p log(p / q), p being the distribution given and q the model's. */
function divergence(logits: Tensor, vocabulary: number): Tensor {
  const table = input('metric.given', 'float32', ['given', vocabulary]);
  const given = table.gather(input('metric.which', 'int64', ['batch'])).logSoftmax();
  return given.exp().mul(given.sub(logits.logSoftmax())).sum(-1);
}

function likelihood({ final, logits }: Pick<Pass, 'final' | 'logits'>): Tensor {
  const shape = ['batch', 'seq'];
  const losses = crossEntropy(logits(final), input('metric.targets', 'int64', shape));
  return losses.mul(input('metric.weights', 'float32', shape)).sum(-1);
}

function check(metric: Metric, length: number, config: ModelConfig): void {
  const { error } = metricSchema.safeParse(metric);
  if (error) {
    const { path, message } = error.issues[0]!;
    badUsage(
      `metric: ${path.join('.') || 'value'}: ${message}`,
      "such as { kind: 'logit', token: 7 }",
    );
  }
  if (metric.kind === 'negativeLogLikelihood') checkFrom(metric.from ?? 1, length);
  else checkPosition(positionOf(metric), length);
  checkTokenIds(tokensOf(metric), config);
  if (metric.kind === 'divergence' && metric.logits.length !== config.vocab_size)
    badUsage(`metric: ${metric.logits.length} logits`, `the model has ${config.vocab_size}`);
}

function tokensOf(metric: Metric): number[] {
  switch (metric.kind) {
    case 'logit':
    case 'logProbability':
      return [metric.token];
    case 'logitDifference':
      return [metric.correct, metric.wrong];
    default:
      return [];
  }
}

function checkFrom(from: number, length: number): void {
  if (from >= 1 && from < length) return;
  badUsage(
    `likelihood of a sequence of ${length} tokens from position ${from} on`,
    'the first token has nothing before it: give a position from 1 to the last',
  );
}
