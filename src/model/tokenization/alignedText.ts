/** @file A text that remembers, through rewriting and splitting, which part of its source each character came from. */

/** A part of a source text: [start, end) in UTF-16 code units. */
export type Span = readonly [start: number, end: number];

/** One character of a rewritten text, and how it stands to the old one. */
export type Rewritten = readonly [
  character: string,
  /** 0 takes the place of the next old character; -n also swallows the n after it; above 0 it is new. */
  change: number,
];

/**
 * A text in which every UTF-16 code unit knows its span of the source.
 *
 * Rewriting gives spans by the rules of Hugging Face's `tokenizers`: a character that replaces
 * another takes its span, and a new one shares that of the character before it.
 */
export class AlignedText {
  readonly text: string;
  /** Spans of a longer text, of which this one begins at `#base`; none where the text is its source as it stands. */
  readonly #starts: readonly number[] | undefined;
  readonly #ends: readonly number[] | undefined;
  readonly #base: number;

  private constructor(
    text: string,
    base: number,
    starts?: readonly number[],
    ends?: readonly number[],
  ) {
    this.text = text;
    this.#base = base;
    this.#starts = starts;
    this.#ends = ends;
  }

  /** A source, aligned with itself. */
  static of(source: string): AlignedText {
    return new AlignedText(source, 0);
  }

  static #from({ text, starts, ends }: Builder): AlignedText {
    return new AlignedText(text, 0, starts, ends);
  }

  /** Where in the source the character with this code unit begins. */
  startOf(unit: number): number {
    if (this.#starts !== undefined) return this.#starts[this.#base + unit]!;
    return this.#base + unit - (isTrailing(this.text.charCodeAt(unit)) ? 1 : 0);
  }

  /** Where in the source the character with this code unit ends. */
  endOf(unit: number): number {
    if (this.#ends !== undefined) return this.#ends[this.#base + unit]!;
    return this.#base + unit + (isLeading(this.text.charCodeAt(unit)) ? 2 : 1);
  }

  /** The part from one code unit to before another. */
  slice(start: number, end: number): AlignedText {
    if (start === 0 && end === this.text.length) return this;
    const text = this.text.slice(start, end);
    return new AlignedText(text, this.#base + start, this.#starts, this.#ends);
  }

  /** Another text of the same length, unit for unit. */
  withText(text: string): AlignedText {
    return new AlignedText(text, this.#base, this.#starts, this.#ends);
  }

  /** With a text put before it, which shares the span of the first character. Nothing is put before an empty text. */
  prepend(prefix: string): AlignedText {
    if (this.text === '') return this;
    const built = new Builder();
    built.add(prefix, this.startOf(0), this.endOf(0));
    built.copy(this, 0, this.text.length);
    return AlignedText.#from(built);
  }

  /** With each part replaced; the replacement has the span of the last character that it replaces. */
  replace(parts: readonly Span[], content: string): AlignedText {
    if (parts.length === 0) return this;
    const built = new Builder();
    let done = 0;
    for (const [start, end] of parts) {
      built.copy(this, done, start);
      built.add(content, end > 0 ? this.startOf(end - 1) : 0, end > 0 ? this.endOf(end - 1) : 0);
      done = end;
    }
    built.copy(this, done, this.text.length);
    return AlignedText.#from(built);
  }

  /** Rewritten from front to back; `skipped` characters at the front have gone. */
  rewrite(characters: Iterable<Rewritten>, skipped = 0): AlignedText {
    const built = new Builder();
    let at = this.#after(0, skipped);
    for (const [character, change] of characters) {
      const like = change > 0 ? at - 1 : at;
      built.add(character, like < 0 ? 0 : this.startOf(like), like < 0 ? 0 : this.endOf(like));
      if (change <= 0) at = this.#after(at, 1 - change);
    }
    return AlignedText.#from(built);
  }

  #after(unit: number, characters: number): number {
    let at = unit;
    for (let i = 0; i < characters; i++) at += isLeading(this.text.charCodeAt(at)) ? 2 : 1;
    return at;
  }
}

/** Puts an aligned text together. */
class Builder {
  text = '';
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(text: string, start: number, end: number): void {
    this.text += text;
    for (let i = 0; i < text.length; i++) {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  copy(from: AlignedText, start: number, end: number): void {
    this.text += from.text.slice(start, end);
    for (let i = start; i < end; i++) {
      this.starts.push(from.startOf(i));
      this.ends.push(from.endOf(i));
    }
  }
}

/** First half of a character that takes two code units. */
function isLeading(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** Second half of a character that takes two code units. */
function isTrailing(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}

/** A text with U+FFFD for each half of a pair that stands alone, as UTF-8 cannot write it. The length stays. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
