/** @file A thread in plain text, as it was copied out of a page: messages between rules or blank marks, with quotes. */
import type { Message } from './transcript.ts';

/** A line of only these parts two messages. */
const RULE = /^\s*(?:-{3,}|={3,}|\*{3,}|_{3,})\s*$/;

/** Lines of a message at the most, in the mean, where rules part messages; else a rule stands within a text. */
const LONGEST = 20;

/**
 * Messages of a plain text: between rules where there are enough of them, else one a line that is not empty. Quotes stay with the
 * message that follows them.
 */
export function readThread(text: string): Message[] {
  const lines = text.split(/\r?\n/);
  const ruled = byRules(lines);
  const parted = ruled.length > 1 && lines.length / ruled.length <= LONGEST;
  const blocks = parted ? ruled : byLines(lines.filter((line) => !RULE.test(line)));
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

function byLines(lines: readonly string[]): string[][] {
  const blocks: string[][] = [[]];
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1] ?? '';
    const quotesGoOn = /^\s*>/.test(line) && /^\s*>/.test(before);
    const answers = !/^\s*>/.test(line) && /^\s*>/.test(before);
    if (line.trim() === '' || quotesGoOn || answers) blocks.at(-1)!.push(line);
    else blocks.push([line]);
  }
  return blocks;
}
