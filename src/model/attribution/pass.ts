/** @file A pass as the methods of attribution build it: a model with edits, and what they do at hook points. */

import { badUsage } from '../../tensor/errors.ts';
import { type HostTensor, input, multiplyDims, type Tensor } from '../../tensor/index.ts';
import { wholeSpan } from '../edits/span.ts';
import { type BoundEdit, bindEdits, type Dictionaries, type Edit, editFeeds } from '../edits.ts';
import { type Changes, sequenceInputs, Taps, weightInputs } from '../forward.ts';
import { checkHook, type HookName, hookNames } from '../hooks.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';
import { type ForwardInputs, type Parameters, transformer, unembed } from '../transformer.ts';

/** What every method takes. */
export interface PassOptions {
  /** Edits under which the model is studied. Those at a hook come before what the method does there. */
  readonly edits?: readonly Edit[];
  /** What edits refer to by name. */
  readonly dictionaries?: Dictionaries;
}

/** One pass as a graph. */
export interface Pass {
  readonly inputs: ForwardInputs;
  readonly parameters: Parameters;
  /** What the hook points that the method looks at pass on. */
  readonly values: ReadonlyMap<HookName, Tensor>;
  /** [batch, seq, d], after the final norm. */
  readonly final: Tensor;
  /** Logits [..., vocabulary] of normalized residuals [..., d]. */
  logits(of: Tensor): Tensor;
}

export type Feeds = Record<string, HostTensor>;

/** Changes nothing at a hook point, which is thereby among the pass's values. */
export const keep = (x: Tensor): Tensor => x;

/** What every method works on: a model with its edits bound. */
export class EditedModel {
  readonly model: LanguageModel;
  readonly #edits: readonly BoundEdit[];

  constructor(model: LanguageModel, options: PassOptions) {
    this.model = model;
    this.#edits = bindEdits(options.edits ?? [], model.config, options);
  }

  /** Builds a pass in which `changes` act at hook points after the edits there. */
  graph(changes: Changes): Pass {
    const { config } = this.model;
    const [inputs, parameters] = [sequenceInputs(config), weightInputs(config)];
    const taps = new Taps(changes.keys(), this.#edits, changes);
    const { final } = transformer(config, parameters, taps, inputs);
    const logits = (of: Tensor) => unembed(config, parameters, of);
    return { inputs, parameters, values: taps.read, final, logits };
  }

  /**
   * Runs the program of `key` over rows of tokens of one length.
   *
   * @param identities what tells the rows' noise apart: copies of one row share theirs
   */
  async run<Name extends string>(
    key: string,
    build: () => Readonly<Record<Name, Tensor>>,
    rows: readonly (readonly number[])[],
    feeds: Feeds,
    identities: readonly number[] = rows.map((_, i) => i),
  ): Promise<Record<Name, HostTensor>> {
    const { model } = this;
    const edits = this.#edits.map((edit) => edit.key).join('|');
    const span = { ...wholeSpan(rows), rows: identities };
    for (const edit of this.#edits) edit.checkPositions(span);
    return model.program<Name>(`${key}:${edits}`, { baked: false }, build).run({
      ...model.feeds,
      ...model.sequenceFeeds(rows),
      ...editFeeds(this.#edits, model.runtime, span),
      ...feeds,
    });
  }
}

/** [batch, seq, d] to [n, d]: the positions whose indices among all rows' are fed as `name`, int64 [n]. */
export function gatherPlaces(x: Tensor, name: string, count: string): Tensor {
  const [batch, seq, width] = x.shape;
  return x.reshape(multiplyDims([batch!, seq!]), width!).gather(input(name, 'int64', [count]));
}

/** A position of a sequence of `length`; negative ones count from the end. @throws TouchstoneError where there is none */
export function checkPosition(position: number, length: number): number {
  const from0 = position < 0 ? position + length : position;
  if (Number.isInteger(position) && from0 >= 0 && from0 < length) return from0;
  const hint = `positions are whole numbers from 0 to ${length - 1}, or from -${length} to -1 counted from the end`;
  return badUsage(`position ${position} of a sequence of ${length} tokens`, hint);
}

/** Rows of the same length and number. @throws TouchstoneError where they are not */
export function pairedRows(
  model: LanguageModel,
  [name, tokens]: readonly [string, Tokens],
  [otherName, others]: readonly [string, Tokens],
): [(readonly number[])[], (readonly number[])[]] {
  const [a, b] = [model.rows(tokens), model.rows(others)];
  if (a.length !== b.length || a[0]!.length !== b[0]!.length) {
    const size = (rows: (readonly number[])[]) => `${rows.length} x ${rows[0]!.length}`;
    badUsage(
      `${name} tokens of ${size(a)} and ${otherName} tokens of ${size(b)}`,
      'each sequence needs its counterpart, of the same length',
    );
  }
  return [a, b];
}

/**
 * Hook points by name, or in all layers at once: 'blocks.*.hook_resid_pre'.
 *
 * @throws TouchstoneError naming the nearest hook where one is unknown, or where none is named
 */
export function hooksOf(patterns: readonly string[], model: LanguageModel): HookName[] {
  const { config } = model;
  const names = patterns.flatMap((pattern) => {
    if (!pattern.startsWith('blocks.*.')) return [checkHook(pattern, config)];
    const rest = pattern.slice('blocks.*.'.length);
    checkHook(`blocks.0.${rest}`, config);
    return hookNames(config).filter((name) => name.replace(/^blocks\.\d+\./, '') === rest);
  });
  if (names.length === 0)
    badUsage('no hook point is named', "name some: 'blocks.*.hook_resid_pre'");
  return [...new Set(names)];
}
