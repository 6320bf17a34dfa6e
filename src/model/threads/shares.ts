/** @file Copies of models and dictionaries in memory that threads share: of few, those used last. */

/** What threads know by a number. */
export interface Share<Content> {
  readonly number: number;
  readonly content: Content;
}

/** Shares by what they are copies of, which is not kept alive by them. */
export class Shares<Source extends object, Content> {
  readonly #copy: (source: Source) => Content;
  readonly #most: number;
  readonly #bySource = new WeakMap<Source, Share<Content>>();
  /** The one used last comes last. */
  #kept: Share<Content>[] = [];
  #count = 0;

  /**
   * @param copy gives the copy that threads see
   * @param most kept at once
   */
  constructor(copy: (source: Source) => Content, most: number) {
    this.#copy = copy;
    this.#most = most;
  }

  get size(): number {
    return this.#kept.length;
  }

  /** The share of a source, and the shares that had to go for it. */
  of(source: Source): { share: Share<Content>; dropped: readonly Share<Content>[] } {
    const known = this.#bySource.get(source);
    const share = known && this.#kept.includes(known) ? known : this.#make(source);
    this.#kept = [...this.#kept.filter((other) => other !== share), share];
    return { share, dropped: this.#kept.splice(0, this.#kept.length - this.#most) };
  }

  /** Gives the share of a source up, if there is one. */
  drop(source: Source): Share<Content> | undefined {
    const share = this.#bySource.get(source);
    this.#bySource.delete(source);
    const found = this.#kept.find((other) => other === share);
    this.#kept = this.#kept.filter((other) => other !== share);
    return found;
  }

  #make(source: Source): Share<Content> {
    const share = { number: ++this.#count, content: this.#copy(source) };
    this.#bySource.set(source, share);
    return share;
  }
}
