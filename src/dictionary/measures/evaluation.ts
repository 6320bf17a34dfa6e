/** @file Dictionaries measured on tables of labelled rows: at all tokens, and without those that are masked. */
import type { HookName, LanguageModel } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import { blocks, rowsAt } from '../fitting/rows.ts';
import type { Context, Mask } from '../harvest/contexts.ts';
import { rowsOf } from '../harvest/rowSet.ts';
import type { Table } from '../harvest/table.ts';
import { type Rows, rowCount } from '../kind.ts';
import { DictionarySums } from './dictionarySums.ts';
import { addSplices } from './splice.ts';

/** A dictionary, and the columns of a table that it encodes and decodes. */
export interface Subject {
  readonly dictionary: Dictionary;
  readonly hook: HookName;
  readonly target: HookName;
}

export interface EvaluationOptions {
  /** The rows, a table at a time and the same in every call: columns of activations, 'token' and 'document'. */
  readonly tables: () => AsyncIterable<Table>;
  /** Tokens that the figures without special tokens leave out. */
  readonly mask: Mask;
  /** Where X, H, P and the gammas have their 0. Default 'zero'. */
  readonly about?: 'zero' | 'b_dec' | undefined;
  readonly valueBits?: number | undefined;
  /** Called after each block with its rows, of each subject; may throw to stop. */
  readonly onRows?: (rows: number) => Promise<void>;
}

/** Sums over the rows of one choice of tokens, and the mean of what is decoded. */
export interface TokenSet {
  readonly mask: Mask;
  readonly sums: DictionarySums;
  readonly mean: Float64Array;
}

/** What was added up of one subject: without masked tokens and, where there are such tokens, with them. */
export interface Evaluated {
  readonly subject: Subject;
  readonly kept: TokenSet;
  readonly all: TokenSet | undefined;
}

const NO_MASK: Mask = { rule: 'none', ids: [] };
const BLOCK = 1024;

/**
 * Measures dictionaries in two passes over the rows: means first.
 *
 * @throws TouchstoneError where all tokens are masked, or widths do not fit
 */
export async function evaluate(
  subjects: readonly Subject[],
  options: EvaluationOptions,
): Promise<Evaluated[]> {
  const means = await meansOf(subjects, options);
  const evaluated = subjects.map((subject) => begun(subject, means, options));
  for await (const table of options.tables()) {
    for (const one of evaluated) await addTable(one, table, options);
  }
  return evaluated;
}

/** Sums of the columns of a hook point, at tokens that are kept and at all. */
interface Means {
  readonly kept: Float64Array;
  readonly all: Float64Array;
}

interface Counted {
  readonly means: ReadonlyMap<string, Means>;
  /** Rows whose tokens are masked. */
  readonly masked: number;
}

async function meansOf(
  subjects: readonly Subject[],
  { tables, mask }: EvaluationOptions,
): Promise<Counted> {
  const sums = new Map<string, Means>();
  let [kept, all] = [0, 0];
  for await (const table of tables()) {
    const keeps = keptIn(table, mask);
    kept += keeps.reduce((sum, keep) => sum + keep, 0);
    all += keeps.length;
    for (const target of new Set(subjects.map((subject) => subject.target))) {
      const rows = rowsOf(table, target);
      const zeros = () => new Float64Array(rows.width);
      const sum = sums.get(target) ?? { kept: zeros(), all: zeros() };
      sums.set(target, sum);
      addMeans(sum, rows, keeps);
    }
  }
  if (kept === 0) badInput('all tokens of the rows are masked', "give other texts, or mask 'none'");
  const means = [...sums].map(([target, sum]): [string, Means] => [
    target,
    { kept: sum.kept.map((v) => v / kept), all: sum.all.map((v) => v / all) },
  ]);
  return { means: new Map(means), masked: all - kept };
}

function addMeans({ kept, all }: Means, { data, width }: Rows, keeps: Uint8Array): void {
  for (let row = 0, at = 0; row < keeps.length; row++) {
    for (let i = 0; i < width; i++, at++) {
      all[i] = all[i]! + data[at]!;
      if (keeps[row]) kept[i] = kept[i]! + data[at]!;
    }
  }
}

/** 1 for rows whose token is not masked. */
function keptIn(table: Table, { ids }: Mask): Uint8Array {
  const masked = new Set(ids);
  return Uint8Array.from(table.get('token')!.data, (token) => (masked.has(token) ? 0 : 1));
}

function begun(
  subject: Subject,
  { means, masked }: Counted,
  { mask, about, valueBits }: EvaluationOptions,
): Evaluated {
  const { config, tensors } = subject.dictionary;
  const { kept, all } = means.get(subject.target)!;
  const origin = about === 'b_dec' ? tensors.get('b_dec')!.data : undefined;
  const set = (own: Mask, mean: Float64Array): TokenSet => ({
    mask: own,
    mean,
    sums: new DictionarySums(config, {
      mean,
      about: origin,
      ...(valueBits !== undefined && { valueBits }),
    }),
  });
  return { subject, kept: set(mask, kept), all: masked > 0 ? set(NO_MASK, all) : undefined };
}

async function addTable(
  { subject, kept, all }: Evaluated,
  table: Table,
  { onRows }: EvaluationOptions,
): Promise<void> {
  const { dictionary, hook, target } = subject;
  const documents = table.get('document')!.data;
  const keeps = keptIn(table, kept.mask);
  const decoded = rowsOf(table, target);
  for (const block of blocks(rowsOf(table, hook), BLOCK)) {
    const latents = { data: await dictionary.encode(block), width: dictionary.size };
    const reconstructed = await dictionary.decode(latents, block);
    const [from, to] = [block.first, block.first + rowCount(block)];
    const rows = {
      x: {
        data: decoded.data.subarray(from * decoded.width, to * decoded.width),
        width: decoded.width,
      },
      reconstruction: { data: reconstructed, width: decoded.width },
      latents,
      documents: documents.subarray(from, to),
    };
    all?.sums.add(rows);
    addKept(kept.sums, rows, keeps.subarray(from, to));
    await onRows?.(to - from);
  }
}

interface BlockRows {
  readonly x: Rows;
  readonly reconstruction: Rows;
  readonly latents: Rows;
  readonly documents: ArrayLike<number>;
}

function addKept(sums: DictionarySums, rows: BlockRows, keeps: Uint8Array): void {
  const some = [...keeps.keys()].filter((row) => keeps[row] === 1);
  if (some.length === keeps.length) {
    sums.add(rows);
    return;
  }
  sums.add({
    x: rowsAt(rows.x, some),
    reconstruction: rowsAt(rows.reconstruction, some),
    latents: rowsAt(rows.latents, some),
    documents: some.map((row) => rows.documents[row]!),
  });
}

/** Adds what a model makes of the reconstructions, at the tokens of both sets. */
export async function evaluateInModel(
  evaluated: readonly Evaluated[],
  model: LanguageModel,
  contexts: readonly Context[],
  onTokens?: (count: number) => Promise<void>,
): Promise<void> {
  for (const { subject, kept, all } of evaluated) {
    for (const set of all ? [kept, all] : [kept]) {
      const { sums, mask, mean } = set;
      await addSplices(sums, {
        ...subject,
        model,
        contexts,
        mask,
        mean,
        ...(onTokens && { onTokens }),
      });
    }
  }
}
