/** @file The leaderboard for a terminal. */
import type { TerminalOptions } from '../../report/terminal.ts';
import type { BenchResult, BenchRow } from '../result.ts';
import { columnsOf, LEGEND } from './cells.ts';
import { controlsLine, failuresLine, headline, typeOneLine } from './words.ts';

/** The headline, the table, what controls and permutations say. */
export function renderBench(result: BenchResult, { color, width }: TerminalOptions): string {
  const bold = (text: string) => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const dim = (text: string) => (color ? `\u001b[2m${text}\u001b[0m` : text);
  const [head, ...rows] = tableLines(result.rows, result.topK);
  const lines = [
    ...wrapped(headline(result), width).map(bold),
    '',
    bold(head!),
    ...rows,
    ...wrapped(LEGEND, width).map(dim),
    '',
    ...wrapped(failuresLine(result), width),
    ...wrapped(controlsLine(result), width),
    ...wrapped(typeOneLine(result), width),
  ];
  return `${lines.join('\n')}\n`;
}

/** Text on the left, numbers on the right. */
function tableLines(rows: readonly BenchRow[], topK: readonly number[]): string[] {
  const columns = columnsOf(topK);
  const texts = [
    columns.map(({ head }) => head),
    ...rows.map((r) => columns.map((c) => c.cell(r))),
  ];
  const widths = columns.map((_, i) => Math.max(...texts.map((row) => row[i]!.length)));
  return texts.map((row) =>
    row
      .map((text, i) => (columns[i]!.text ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
