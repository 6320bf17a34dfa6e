/** @file Edits bound to a model: their shape rewrites the graph; their numbers are inputs of it. */
import { badUsage, type Runtime, type Tensor } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import { Condition } from './edits/condition.ts';
import { type Dictionaries, numbersOf } from './edits/dictionary.ts';
import { Latents, Splice } from './edits/latents.ts';
import { Noise } from './edits/noise.ts';
import { Project } from './edits/project.ts';
import { checkEdit, type Edit, seedOf } from './edits/schema.ts';
import {
  type Change,
  type Feeds,
  type Seen,
  Site,
  type Surroundings,
  scoresOf,
} from './edits/site.ts';
import { checkPositions, positionMask, type Span } from './edits/span.ts';
import { Add, Replace, Scale } from './edits/write.ts';
import { checkHook, type HookName } from './hooks.ts';

export type { Dictionaries, DictionaryWeights } from './edits/dictionary.ts';
export { canonicalEdits, editHash } from './edits/hash.ts';
export { type Edit, editSchema, hookNameSchema, parseEdits } from './edits/schema.ts';
export type { Seen } from './edits/site.ts';
export { type PackedTexts, type Span, wholeSpan } from './edits/span.ts';

/** One edit bound to a model: builds its part of the graph and its feeds. */
export class BoundEdit {
  readonly edit: Edit;
  readonly hook: HookName;
  readonly #site: Site;
  readonly #change: Change;
  readonly #condition: Condition | undefined;

  /**
   * @param index its place among the run's edits, which names its inputs
   * @param repeat how many noises of the same seed act at the same hook before it
   */
  constructor(edit: Edit, index: number, repeat: number, around: Surroundings) {
    checkEdit(edit);
    this.edit = edit;
    this.hook = checkHook(edit.at, around.config);
    this.#site = new Site(this.hook, `edit${index}`, around);
    this.#change = changeOf(edit, this.#site, repeat);
    this.#condition = edit.when && new Condition(edit.when, this.#site);
    checkHeads(edit, this.#site);
  }

  /** Prefix of its inputs; where it remembers, also of what it remembers. */
  get name(): string {
    return this.#site.name;
  }

  /** Whether it sets a value of its own at every position. */
  get whole(): boolean {
    return this.#change.whole ?? false;
  }

  /** Whether its condition, once it has fired, holds for the rest of the sequence. */
  get remembers(): boolean {
    return this.#condition?.remembers ?? false;
  }

  /** Other hook points whose values it needs. */
  get reads(): readonly HookName[] {
    // A pattern does not tell which of its zeros are masked.
    const masks = this.hook.endsWith('hook_pattern') && this.edit.do !== 'scale';
    const read = [this.#condition?.reads, masks ? scoresOf(this.hook) : undefined];
    return read.filter((hook) => hook !== undefined && hook !== this.hook) as HookName[];
  }

  get #masked(): boolean {
    return (this.edit.positions ?? 'all') !== 'all';
  }

  /** What of the edit is in the graph's structure; its numbers are not. */
  get key(): string {
    return [
      this.hook,
      this.#change.key,
      this.#masked ? 'positions' : '',
      this.edit.heads ? 'heads' : '',
      this.#condition?.key ?? '',
    ].join(':');
  }

  /** The edited activation. */
  apply(x: Tensor, seen?: Seen): Tensor {
    const changed = this.#change.apply(x, seen);
    const gates = this.#gates(x, seen);
    if (gates.length === 0) return changed;
    return gates.reduce((all, gate) => all.and(gate)).where(changed, x);
  }

  /** Where it acts, each broadcasting over the activation. */
  #gates(x: Tensor, seen: Seen | undefined): Tensor[] {
    const vectors = this.#site.sizes !== undefined;
    const [batch, positions] = vectors ? x.shape : [x.shape[0], x.shape[2]];
    const spread = (mask: Tensor) =>
      vectors
        ? mask.reshape(batch!, positions!, ...this.#site.sizes!.map(() => 1))
        : mask.reshape(batch!, 1, positions!, 1);
    const gates: Tensor[] = [];
    if (this.#masked) gates.push(spread(this.#site.input('mask', [batch!, positions!], 'bool')));
    if (this.#condition) gates.push(spread(this.#condition.on(x, seen)));
    if (this.edit.heads) {
      const heads = this.#site.input('heads', [this.#site.heads!], 'bool');
      gates.push(
        heads.reshape(...(vectors ? [1, 1] : [1]), this.#site.heads!, ...(vectors ? [1] : [1, 1])),
      );
    }
    return gates;
  }

  /** Values of this edit's inputs for one run. */
  feeds(runtime: Runtime, span: Span): Feeds {
    const { positions = 'all' } = this.edit;
    return {
      ...this.constants(runtime),
      ...this.#change.feeds(runtime, span),
      ...this.#condition?.feeds(runtime, span),
      ...(this.#masked && { [`${this.name}.mask`]: positionMask(runtime, span, positions) }),
      ...(this.edit.heads && this.#headFeed(runtime, this.edit.heads)),
    };
  }

  #headFeed(runtime: Runtime, heads: readonly number[]): Feeds {
    const mask = Uint8Array.from({ length: this.#site.heads! }, (_, i) =>
      heads.includes(i) ? 1 : 0,
    );
    return { [`${this.name}.heads`]: runtime.tensor('bool', mask, [mask.length]) };
  }

  /** Values of its inputs that are the same in every run: the weights of dictionaries. */
  constants(runtime: Runtime): Feeds {
    return { ...this.#change.constants?.(runtime), ...this.#condition?.constants(runtime) };
  }

  /** @throws TouchstoneError where it acts at positions that a pass over whole sequences does not have */
  checkPositions(span: Span): void {
    checkPositions(this.hook, this.edit.positions, span);
  }
}

function changeOf(edit: Edit, site: Site, repeat: number): Change {
  switch (edit.do) {
    case 'noise':
      return new Noise(edit, site, repeat);
    case 'add':
      return new Add(edit, site);
    case 'set':
      return new Replace(edit.value, site, 'value');
    case 'scale':
      return new Scale(edit, site);
    case 'mean':
      return new Replace(numbersOf(edit.vector, site.around.dictionaries), site, 'vector');
    case 'project':
      return new Project(edit, site);
    case 'latent':
      return new Latents(edit, site);
    case 'splice':
      return new Splice(edit, site);
  }
}

function checkHeads({ heads, at }: Edit, site: Site): void {
  if (!heads) return;
  const count = site.heads;
  if (count === undefined) badUsage(`heads of an edit at '${at}'`, 'this hook point has no heads');
  const wrong = heads.find((head) => head >= count);
  if (wrong !== undefined)
    badUsage(`head ${wrong} of an edit at '${at}'`, `it has heads 0 to ${count - 1}`);
}

export interface BindOptions {
  /** What edits refer to by name. */
  readonly dictionaries?: Dictionaries | undefined;
  /** Whether rows hold several texts, each from position 0. Default false. */
  readonly packed?: boolean;
}

/** Binds edits to a model. @throws TouchstoneError where one does not fit it */
export function bindEdits(
  edits: readonly Edit[],
  config: ModelConfig,
  { dictionaries = {}, packed = false }: BindOptions = {},
): BoundEdit[] {
  const drawn = new Map<string, number>();
  return edits.map((edit, i) => {
    // Two noises at one place are two draws; edits elsewhere change neither.
    const place = `${edit.at} ${seedOf(edit)}`;
    const repeat = drawn.get(place) ?? 0;
    if (edit.do === 'noise') drawn.set(place, repeat + 1);
    return new BoundEdit(edit, i, repeat, { config, dictionaries, packed });
  });
}

/** Values of all edits' inputs for one run. */
export function editFeeds(edits: readonly BoundEdit[], runtime: Runtime, span: Span): Feeds {
  return Object.assign({}, ...edits.map((edit) => edit.feeds(runtime, span)));
}
