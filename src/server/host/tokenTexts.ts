/** @file How single tokens read: their text and their bytes. */
import { BYTE_CHARACTERS } from '../../model/byteLevel.ts';
import type { Tokenizer } from '../../model/index.ts';

const BYTE_OF: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

/** Texts and bytes of a tokenizer's tokens. */
export class TokenTexts {
  readonly #tokenizer: Tokenizer;
  readonly #added: ReadonlyMap<number, string>;
  readonly #byteLevel: boolean;
  #anchor: number | undefined;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    const added = tokenizer.json.added_tokens ?? [];
    this.#added = new Map(added.map(({ id, content }) => [id, content]));
    this.#byteLevel = JSON.stringify(tokenizer.json.decoder ?? {}).includes('"ByteLevel"');
  }

  /** As it reads within a text; U+FFFD for bytes that are no whole character. */
  text(id: number): string {
    const own = this.#added.get(id);
    if (own !== undefined) return own;
    // Some decoders strip the first space of a text: so another token goes before.
    const stream = this.#tokenizer.stream();
    stream.push(this.#before());
    return stream.push(id) + stream.end();
  }

  /** UTF-8, or the bytes that a token of bytes stands for. */
  bytes(id: number): number[] {
    const token = this.#added.has(id) ? undefined : this.#tokenizer.tokenOf(id);
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token ?? '')?.[1];
    if (byte !== undefined) return [Number.parseInt(byte, 16)];
    if (this.#byteLevel && token !== undefined) {
      const bytes = [...token].map((character) => BYTE_OF.get(character));
      if (!bytes.includes(undefined)) return bytes as number[];
    }
    return [...new TextEncoder().encode(this.text(id))];
  }

  /** A token that is plain letters. */
  #before(): number {
    if (this.#anchor !== undefined) return this.#anchor;
    const { vocabSize } = this.#tokenizer;
    const isPlain = (id: number) => /^[a-z]+$/i.test(this.#tokenizer.decode([id]));
    let id = 0;
    while (id < vocabSize - 1 && !isPlain(id)) id++;
    this.#anchor = id;
    return id;
  }
}
