/** @file Where the lines and the blocks of a program begin: for writing a part anew. */

/** A part of a text: from an offset, up to and without another. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

function partsBetween(text: string, starts: readonly number[]): Part[] {
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? text.length }));
}

/** The lines of a text, each with the line end that closes it. */
export function linesOf(text: string): Part[] {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return partsBetween(
    text,
    starts.filter((start) => start < text.length),
  );
}

/** The blocks of a program: each begins at a line without indentation that follows an empty one, or at the start. */
export function blocksOf(text: string): Part[] {
  const starts = Array.from(text.matchAll(/\n\n(?=\S)/g), ({ index }) => index + 2);
  return text === '' ? [] : partsBetween(text, [0, ...starts]);
}
