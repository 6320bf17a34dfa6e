/** @file Activations of a model as they are needed: contexts in random order, rows shuffled among a bounded number of contexts. */
import type { LanguageModel } from '../../model/index.ts';
import { badInput, badUsage, randomStream } from '../../tensor/index.ts';
import type { Rows } from '../kind.ts';
import type { Batch, BatchSource } from './source.ts';

export interface ModelSourceOptions {
  /** The hook point that is read. */
  readonly read: string;
  /** The hook point that is to be decoded, for transcoders. */
  readonly target?: string;
  /** Token ids of each document. */
  readonly documents: readonly (readonly number[])[];
  /** Tokens of a context; what does not fill one is left out. Default 128. */
  readonly context?: number;
  /** Rows that are shuffled among each other. Default 32768. */
  readonly buffer?: number;
  readonly seed?: number;
  /** What the texts are. */
  readonly identity?: string;
}

/** Contexts that the model reads at once. */
const CONTEXTS = 16;

/** A run of contexts whose rows are shuffled among each other. */
interface Chunk {
  readonly contexts: readonly number[];
  /** Number over all epochs: the key of its shuffling. */
  readonly number: number;
  readonly batches: number;
}

/**
 * A source that runs the model over documents, epoch after epoch. Rows at special tokens are left out. Any
 * batch can be taken up at the cost of one buffer.
 *
 * @throws TouchstoneError where the documents do not fill a context, or the hook point has no rows of its own
 */
export async function modelSource(
  model: LanguageModel,
  options: ModelSourceOptions,
): Promise<BatchSource> {
  const reader = new ModelReader(model, options);
  const width = await reader.width(options.read);
  const { target } = options;
  return {
    identity: reader.identity,
    width,
    ...(target !== undefined && { targetWidth: await reader.width(target) }),
    batches: (rows, from) => reader.batches(rows, from),
  };
}

class ModelReader {
  readonly #model: LanguageModel;
  readonly #options: Required<Omit<ModelSourceOptions, 'target'>>;
  readonly #target: string | undefined;
  readonly #contexts: readonly (readonly number[])[];
  readonly #special: ReadonlySet<number>;

  constructor(model: LanguageModel, { target, ...options }: ModelSourceOptions) {
    this.#model = model;
    this.#target = target;
    this.#options = { context: 128, buffer: 32_768, seed: 0, identity: 'texts', ...options };
    const tokens = this.#options.documents.flat();
    const { context } = this.#options;
    this.#contexts = Array.from({ length: Math.floor(tokens.length / context) }, (_, i) =>
      tokens.slice(i * context, (i + 1) * context),
    );
    if (this.#contexts.length === 0) {
      badInput(`${tokens.length} tokens`, `they are to fill a context of ${context}`);
    }
    const added = model.tokenizer?.json.added_tokens ?? [];
    this.#special = new Set(added.filter(({ special }) => special).map(({ id }) => id));
  }

  get identity(): string {
    const { read, context, buffer, seed, identity } = this.#options;
    const target = this.#target === undefined ? '' : ` to ${this.#target}`;
    const texts = `${identity}, ${this.#contexts.length} contexts of ${context}`;
    return `${read}${target} on ${texts}, buffer ${buffer}, seed ${seed}`;
  }

  async width(hook: string): Promise<number> {
    if (/hook_(attn_scores|pattern)$/.test(hook)) {
      badUsage(`'${hook}' has no row for each token`, 'read another hook point');
    }
    const { activations } = await this.#run([this.#contexts[0]!.slice(0, 2)], [hook]);
    return activations[hook]!.dims.slice(2).reduce((product, size) => product * size, 1);
  }

  async *batches(rows: number, from: number): AsyncGenerator<Batch> {
    let skip = from;
    for (const chunk of this.#chunks(rows)) {
      if (skip >= chunk.batches) {
        skip -= chunk.batches;
        continue;
      }
      yield* this.#batchesOf(chunk, rows, skip);
      skip = 0;
    }
  }

  #kept(context: number): number[] {
    const tokens = this.#contexts[context]!;
    return [...tokens.keys()].filter((position) => !this.#special.has(tokens[position]!));
  }

  /** All chunks, epoch after epoch. */
  *#chunks(rows: number): Generator<Chunk> {
    const { context, buffer, seed } = this.#options;
    const size = Math.ceil(Math.max(buffer, 2 * rows) / context);
    const perEpoch = Math.ceil(this.#contexts.length / size);
    for (let epoch = 0; ; epoch++) {
      const stream = randomStream(seed, 'data').at('contexts', epoch).reader();
      const order = stream.shuffle([...this.#contexts.keys()]);
      let batches = 0;
      for (let i = 0; i < perEpoch; i++) {
        const contexts = order.slice(i * size, (i + 1) * size);
        const count = contexts.reduce((sum, one) => sum + this.#kept(one).length, 0);
        batches += Math.floor(count / rows);
        yield { contexts, number: epoch * perEpoch + i, batches: Math.floor(count / rows) };
      }
      if (batches === 0) badInput(`too few tokens for one batch of ${rows} rows`, 'give more text');
    }
  }

  async *#batchesOf(chunk: Chunk, rows: number, skip: number): AsyncGenerator<Batch> {
    const x = await this.#read(chunk, this.#options.read);
    const target = this.#target === undefined ? undefined : await this.#read(chunk, this.#target);
    const stream = randomStream(this.#options.seed, 'data').at('rows', chunk.number).reader();
    const order = stream.shuffle([...Array(x.data.length / x.width).keys()]);
    for (let batch = skip; batch < chunk.batches; batch++) {
      const picked = order.slice(batch * rows, (batch + 1) * rows);
      yield { x: gathered(x, picked), ...(target && { target: gathered(target, picked) }) };
    }
  }

  /** Rows of a chunk at a hook point, in the order of its contexts. */
  async #read({ contexts }: Chunk, hook: string): Promise<Rows> {
    const parts: Float32Array[] = [];
    let width = 0;
    for (let i = 0; i < contexts.length; i += CONTEXTS) {
      const some = contexts.slice(i, i + CONTEXTS);
      const tokens = some.map((context) => this.#contexts[context]!);
      const { dims, data } = (await this.#run(tokens, [hook])).activations[hook]!;
      width = data.length / (dims[0]! * dims[1]!);
      some.forEach((context, row) => {
        for (const position of this.#kept(context)) {
          const at = (row * dims[1]! + position) * width;
          parts.push(data.subarray(at, at + width));
        }
      });
    }
    const out = new Float32Array(parts.length * width);
    for (const [row, part] of parts.entries()) out.set(part, row * width);
    return { data: out, width };
  }

  #run(tokens: readonly (readonly number[])[], read: readonly string[]) {
    return this.#model.run(tokens, { read, logits: false });
  }
}

function gathered({ data, width }: Rows, rows: readonly number[]): Rows {
  const out = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    out.set(data.subarray(row * width, (row + 1) * width), i * width);
  }
  return { data: out, width };
}
