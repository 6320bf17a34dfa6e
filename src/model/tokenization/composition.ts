/** @file Unicode normalization that says which old characters each new one came from. */
import type { AlignedText, Rewritten } from './alignedText.ts';

export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** Runs that ASCII bounds: normalization never reaches over two ASCII characters. */
const RUNS = /[\0-\x7f]+(?![^\0-\x7f])|[\0-\x7f]?[^\0-\x7f]+/gu;

/** A text in a normal form. */
export function normalForm(text: AlignedText, form: NormalForm): AlignedText {
  if (text.text.normalize(form) === text.text) return text;
  const out: Rewritten[] = [];
  for (const [run] of text.text.matchAll(RUNS)) {
    if (run.normalize(form) === run) for (const character of run) out.push([character, 0]);
    else out.push(...normalizedRun(run, form));
  }
  return text.rewrite(out);
}

function normalizedRun(run: string, form: NormalForm): Rewritten[] {
  const full = form.startsWith('NFK') ? 'NFKD' : 'NFD';
  // The first character of a decomposition replaces the old one, the others are new.
  const loose = [...run].flatMap((character) =>
    Array.from(character.normalize(full), (d, i): Rewritten => [d, i === 0 ? 0 : 1]),
  );
  const ordered = take(loose, [...run.normalize(full)]);
  return form === full ? ordered : composed(ordered, run.normalize(form));
}

/** The characters in the given order. Equal ones keep theirs: canonical ordering is stable. */
function take(pool: readonly Rewritten[], order: readonly string[]): Rewritten[] {
  const taken = new Taker(pool);
  return order.map((character) => taken.next(character));
}

/** Each composed character swallows those of its decomposition. */
function composed(decomposed: readonly Rewritten[], text: string): Rewritten[] {
  const taken = new Taker(decomposed);
  return Array.from(text, (character) => {
    const [first, ...rest] = [...character.normalize('NFD')];
    let change = taken.next(first!)[1];
    for (const part of rest) change += taken.next(part)[1] - 1;
    return [character, change];
  });
}

/** Hands out characters of a list, of equal ones the first that is left. */
class Taker {
  readonly #pool: readonly Rewritten[];
  readonly #gone = new Set<number>();
  #from = 0;

  constructor(pool: readonly Rewritten[]) {
    this.#pool = pool;
  }

  next(character: string): Rewritten {
    for (let i = this.#from; i < this.#pool.length; i++) {
      if (this.#pool[i]![0] !== character || this.#gone.has(i)) continue;
      this.#gone.add(i);
      while (this.#gone.delete(this.#from)) this.#from++;
      return this.#pool[i]!;
    }
    throw new Error(`internal: ${JSON.stringify(character)} is not in its decomposition`);
  }
}
