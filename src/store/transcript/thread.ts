/** @file A thread in plain text, as it was copied out of a page: messages between rules or blank marks, with quotes. */
import type { Message } from './transcript.ts';

/** A line of only these parts two messages. */
const RULE = /^\s*(?:-{3,}|={3,}|\*{3,}|_{3,})\s*$/;

/**
 * Messages of a plain text: between rules where there are some, else one a line that is not empty and not a quote's. Quotes stay
 * with the message that they stand in.
 */
export function readThread(text: string): Message[] {
  const lines = text.split(/\r?\n/);
  const blocks = lines.some((line) => RULE.test(line)) ? byRules(lines) : byParagraphs(lines);
  return blocks
    .map((block) => block.join('\n').trim())
    .filter((content) => content !== '')
    .map((content, i) => ({ id: `#${i + 1}`, content }));
}

function byRules(lines: readonly string[]): string[][] {
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (RULE.test(line)) blocks.push([]);
    else blocks.at(-1)!.push(line);
  }
  return blocks;
}

function byParagraphs(lines: readonly string[]): string[][] {
  const blocks: string[][] = [[]];
  for (const [i, line] of lines.entries()) {
    const quotes = /^\s*>/.test(line);
    const before = lines[i - 1] ?? '';
    if (line.trim() === '' || quotes || /^\s*>/.test(before)) blocks.at(-1)!.push(line);
    else blocks.push([line]);
  }
  return blocks;
}
