/** @file Rows of a model's activations, with their labels, for contexts of any lengths. */
import { checkHook, type HookName, hookSizes, type LanguageModel } from '../../model/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { Context, Mask } from './contexts.ts';
import { type ContextPass, padded, passesOf } from './passes.ts';
import { type Column, copyRows, type Table } from './table.ts';

/** A hook point whose activations are rows. */
export interface HookColumn {
  readonly name: HookName;
  /** Sizes of one position's activation: [d], [1], or [heads, d_head]. */
  readonly shape: readonly number[];
  /** Their product: values of heads lie one after another in a row. */
  readonly width: number;
}

/** Columns of int32 beside the activations: what each row is. */
export const LABELS = ['token', 'position', 'context', 'document'] as const;

/** Tokens that a model reads in one pass. */
const PASS_TOKENS = 2048;

/**
 * Hook points as columns, each once.
 *
 * @throws TouchstoneError naming the nearest of an unknown one, and where one has no row for each position
 */
export function hookColumns(
  names: readonly string[],
  config: LanguageModel['config'],
): HookColumn[] {
  return [...new Set(names)].map((given) => {
    const name = checkHook(given, config);
    const shape = hookSizes(name, config);
    if (shape) return { name, shape, width: shape.reduce((product, size) => product * size, 1) };
    return badUsage(
      `'${name}' has no row for each position: it is a matrix of queries and keys`,
      'read attn.hook_z or attn.hook_result for what heads write',
    );
  });
}

export interface ReaderOptions {
  readonly hooks: readonly HookColumn[];
  readonly contexts: readonly Context[];
  readonly mask: Mask;
  /** Called after each pass with the rows that it gave; may throw to stop. */
  readonly onRows?: (rows: number) => Promise<void>;
}

/** Reads contexts by number. A row depends on its context alone, not on what is read with it. */
export class ActivationReader {
  readonly #model: LanguageModel;
  readonly #options: ReaderOptions;
  readonly #masked: ReadonlySet<number>;

  constructor(model: LanguageModel, options: ReaderOptions) {
    this.#model = model;
    this.#options = options;
    this.#masked = new Set(options.mask.ids);
  }

  /** Rows that a context gives: its tokens that are not masked. */
  rowsOf(context: number): number {
    return this.#kept(context).length;
  }

  /** The rows of some contexts, in their order. */
  async read(contexts: readonly number[], rows: number): Promise<Table> {
    const { hooks } = this.#options;
    const table = emptyTable(hooks, rows);
    const starts = new Map<number, number>();
    let filled = 0;
    for (const context of contexts) {
      starts.set(context, filled);
      filled += this.#label(table, context, filled);
    }
    const { max_position_embeddings: longest } = this.#model.config;
    const limits = { longest, tokens: PASS_TOKENS };
    for (const pass of passesOf(this.#options.contexts, contexts, limits)) {
      await this.#run(pass, table, starts);
    }
    return table;
  }

  #kept(context: number): number[] {
    const kept: number[] = [];
    this.#options.contexts[context]!.tokens.forEach((token, position) => {
      if (!this.#masked.has(token)) kept.push(position);
    });
    return kept;
  }

  /** Writes the labels of a context's rows. Returns their number. */
  #label(table: Table, context: number, at: number): number {
    const { tokens, documents } = this.#options.contexts[context]!;
    const kept = this.#kept(context);
    kept.forEach((position, i) => {
      const values = [tokens[position]!, position, context, documents[position]!];
      LABELS.forEach((label, j) => {
        table.get(label)!.data[at + i] = values[j]!;
      });
    });
    return kept.length;
  }

  async #run(
    { length, contexts }: ContextPass,
    table: Table,
    starts: ReadonlyMap<number, number>,
  ): Promise<void> {
    const { hooks, onRows } = this.#options;
    const tokens = contexts.map((context) => padded(this.#options.contexts[context]!, length));
    const read = hooks.map(({ name }) => name);
    const pass = await this.#model.run(tokens, { read, logits: false });
    for (const { name, width } of hooks) {
      const values = pass.activations[name]!.data;
      contexts.forEach((context, i) => {
        const positions = this.#kept(context).map((position) => i * length + position);
        const target = table.get(name)!;
        copyRows(
          column(values, width),
          positions,
          column(target.data, width),
          starts.get(context)!,
        );
      });
    }
    pass.release();
    await onRows?.(contexts.reduce((sum, context) => sum + this.rowsOf(context), 0));
  }
}

/** A table of one column. */
function column(data: Column['data'], width: number): Table {
  return new Map([['x', { data, width }]]);
}

function emptyTable(hooks: readonly HookColumn[], rows: number): Table {
  const table = new Map<string, Column>();
  for (const { name, width } of hooks) {
    table.set(name, { data: new Float32Array(rows * width), width });
  }
  for (const label of LABELS) table.set(label, { data: new Int32Array(rows), width: 1 });
  return table;
}
