/** @file Tokens that stand for themselves: found in a text before anything else looks at it. */
import type { AlignedText } from './alignedText.ts';
import type { Normalizer } from './normalizers.ts';
import { literalPattern, WHITE_SPACE, WORD } from './patterns.ts';
import type { AddedTokenJson } from './schema.ts';

/** A part of a text: plain, or an added token with its id. */
export interface Section {
  readonly text: AlignedText;
  readonly id?: number;
}

/** Cuts texts up around added tokens. */
export class AddedTokens {
  readonly #plain: Finder | undefined;
  readonly #normalized: Finder | undefined;
  readonly #normalize: Normalizer;

  /**
   * @param tokens as the file has them
   * @param normalize what is done to the text between; tokens that are `normalized` are sought after it
   */
  constructor(
    tokens: readonly AddedTokenJson[],
    normalize: Normalizer,
    written: (t: string) => string,
  ) {
    const isNormalized = (token: AddedTokenJson) => token.normalized ?? !token.special;
    this.#normalize = normalize;
    this.#plain = finder(
      tokens.filter((token) => !isNormalized(token)),
      (content) => content,
    );
    this.#normalized = finder(tokens.filter(isNormalized), written);
  }

  /** The sections of a text, normalized, without empty ones. */
  sections(text: AlignedText): Section[] {
    return cut(text, this.#plain).flatMap((section) =>
      section.id === undefined ? cut(this.#normalize(section.text), this.#normalized) : [section],
    );
  }
}

interface Finder {
  readonly pattern: RegExp;
  readonly tokens: ReadonlyMap<string, AddedTokenJson>;
}

function finder(
  tokens: readonly AddedTokenJson[],
  written: (content: string) => string,
): Finder | undefined {
  const byContent = new Map(tokens.map((token) => [written(token.content), token]));
  byContent.delete('');
  if (byContent.size === 0) return undefined;
  return { pattern: literalPattern([...byContent.keys()]), tokens: byContent };
}

function cut(text: AlignedText, find: Finder | undefined): Section[] {
  const sections: Section[] = [];
  let done = 0;
  if (find !== undefined) {
    for (const { index, 0: content } of text.text.matchAll(find.pattern)) {
      const token = find.tokens.get(content)!;
      const after = index + content.length;
      if (token.single_word && !isAlone(text.text, index, after)) continue;
      const start = token.lstrip ? Math.max(spaceBefore(text.text, index), done) : index;
      const end = token.rstrip ? spaceAfter(text.text, after) : after;
      if (done < start) sections.push({ text: text.slice(done, start) });
      sections.push({ text: text.slice(start, end), id: token.id });
      done = end;
    }
  }
  if (done < text.text.length) sections.push({ text: text.slice(done, text.text.length) });
  return sections;
}

const WORD_AT = new RegExp(`[${WORD}]`, 'uy');
const SPACE_AT = new RegExp(`${WHITE_SPACE}*`, 'uy');
const SPACE = new RegExp(WHITE_SPACE, 'u');

function isAlone(text: string, start: number, end: number): boolean {
  const wordAt = (unit: number) => {
    WORD_AT.lastIndex = unit;
    return WORD_AT.test(text);
  };
  const pair = start > 1 && /[\udc00-\udfff]/.test(text[start - 1]!);
  return !(start > 0 && wordAt(start - (pair ? 2 : 1))) && !wordAt(end);
}

/** Where the white space begins that ends at a place. All of it is in the basic plane. */
function spaceBefore(text: string, end: number): number {
  let start = end;
  while (start > 0 && SPACE.test(text[start - 1]!)) start--;
  return start;
}

function spaceAfter(text: string, start: number): number {
  SPACE_AT.lastIndex = start;
  return start + (SPACE_AT.exec(text)?.[0].length ?? 0);
}
