/** @file Tokens of a model as text. */
import type { Tokenizer } from '../../model/index.ts';
import type { Corpus } from './corpus.ts';

/** Texts of token ids; of a model without a tokenizer, their numbers. */
export class Wording {
  readonly #tokenizer: Tokenizer | undefined;
  readonly #known = new Map<number, readonly string[]>();

  constructor(tokenizer: Tokenizer | undefined) {
    this.#tokenizer = tokenizer;
  }

  /** One token by itself, or a few. */
  of(tokens: readonly number[]): string {
    const text = this.#tokenizer?.decode(tokens) ?? tokens.map((id) => `#${id} `).join('');
    // A token with a part of a character has no text of its own.
    return text === ''
      ? tokens.map((id) => this.#tokenizer?.tokenOf(id) ?? `#${id}`).join('')
      : text;
  }

  /** The texts of places `from` to `to` of one context, which joined are its text. */
  stretch(corpus: Corpus, from: number, to: number): string[] {
    const context = corpus.contextOf[from]!;
    const start = corpus.starts[context]!;
    return this.#context(corpus, context).slice(from - start, to - start);
  }

  #context(corpus: Corpus, context: number): readonly string[] {
    const known = this.#known.get(context);
    if (known) return known;
    const { tokens } = corpus.contexts[context]!;
    const stream = this.#tokenizer?.stream();
    const texts = Array.from(tokens, (id) => stream?.push(id) ?? `#${id} `);
    texts[texts.length - 1] += stream?.end() ?? '';
    this.#known.set(context, texts);
    return texts;
  }
}
