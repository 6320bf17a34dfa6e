/** @file Counts of adjacent symbol pairs under change, and the most frequent of them. */

/** A pair of symbols, and the words that held it at some time. */
export interface PairEntry {
  readonly left: number;
  readonly right: number;
  readonly words: ReadonlySet<number>;
}

interface Pair {
  readonly key: number;
  count: number;
  readonly words: Set<number>;
  /** The count under which the pair lies in the heap, 0 when it does not. */
  queued: number;
}

interface Entry {
  readonly pair: Pair;
  readonly count: number;
}

/** Symbols are below 2^24, so that a pair fits a double. */
const RADIX = 2 ** 24;

/**
 * A priority queue of pairs. Counts change in place; an entry of the heap whose count has become
 * stale is put right when it comes up, so that a change costs nothing.
 */
export class PairQueue {
  readonly #pairs = new Map<number, Pair>();
  readonly #changed = new Set<Pair>();
  readonly #heap: Entry[] = [];

  /** Adds `count` (which may be negative) for each pair of a word's symbols. */
  add(symbols: readonly number[], count: number, word: number): void {
    for (let i = 1; i < symbols.length; i++) {
      const key = symbols[i - 1]! * RADIX + symbols[i]!;
      let pair = this.#pairs.get(key);
      if (pair === undefined) {
        pair = { key, count: 0, words: new Set(), queued: 0 };
        this.#pairs.set(key, pair);
      }
      pair.count += count;
      if (count > 0) pair.words.add(word);
      this.#changed.add(pair);
    }
  }

  /**
   * The most frequent pair; of equals, the one with the lowest left symbol, then the lowest right
   * one. The caller replaces it in all its words, which brings its count to zero.
   */
  pop(): PairEntry | undefined {
    this.#queueChanged();
    for (let top = this.#take(); top !== undefined; top = this.#take()) {
      const { pair } = top;
      if (pair.count !== top.count) continue; // stale: the pair was queued anew when it changed
      pair.queued = 0;
      return { left: Math.floor(pair.key / RADIX), right: pair.key % RADIX, words: pair.words };
    }
    return undefined;
  }

  #queueChanged(): void {
    for (const pair of this.#changed) {
      if (pair.count <= 0 || pair.count === pair.queued) continue;
      pair.queued = pair.count;
      this.#put({ pair, count: pair.count });
    }
    this.#changed.clear();
  }

  #put(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #take(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < heap.length && before(heap[right]!, heap[child]!)) child = right;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.count > b.count || (a.count === b.count && a.pair.key < b.pair.key);
}
