/** @file An experiment's result for a terminal. */
import { printable, type TerminalOptions } from '../../audit/report/index.ts';
import type { ExperimentResult, Statement, Table } from '../statement.ts';
import { cellText } from './format.ts';

type Style = (text: string) => string;

function styled(color: boolean): { bold: Style; dim: Style } {
  const style = (code: number): Style =>
    color ? (text) => `\u001b[${code}m${text}\u001b[0m` : String;
  return { bold: style(1), dim: style(2) };
}

/** What was found, then every table. */
export function renderExperiment(result: ExperimentResult, options: TerminalOptions): string {
  const { bold, dim } = styled(options.color);
  const { width } = options;
  const small = result.size === 'quick' ? ' (quick: few samples, little power)' : '';
  const lines = [
    bold(`${result.experiment}${small}`),
    ...wrapped(result.statement.question, width),
    '',
    ...result.findings.flatMap(({ claim, outcome, because }) => [
      ...wrapped(`${outcome}: ${claim}`, width).map(bold),
      ...wrapped(because, width - 2).map((line) => `  ${line}`),
    ]),
    ...result.tables.flatMap((table) => [
      '',
      bold(printable(table.name)),
      ...tableLines(table),
      ...wrapped(table.caption, width).map(dim),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What an experiment says before it is run. */
export function renderStatement(statement: Statement, { width, color }: TerminalOptions): string {
  const { bold } = styled(color);
  const section = (title: string, texts: readonly string[]) => [
    bold(title),
    ...texts.flatMap((text) => wrapped(text, width - 2).map((line) => `  ${line}`)),
  ];
  const { question, hypothesis, arms, measures, samples, decision } = statement;
  const lines = [
    ...section('question', [question]),
    ...section('hypothesis', [hypothesis]),
    ...section(
      'arms',
      arms.map(({ name, what, affordances }) => `${name}: ${what} (${affordances.join(', ')})`),
    ),
    ...section(
      'measures',
      measures.map(({ name, definition }) => `${name}: ${definition}`),
    ),
    ...section('samples', [samples]),
    ...section('decision', [decision]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Text columns on the left, numbers on the right. */
export function tableLines({ columns, rows }: Table): string[] {
  const texts = [[...columns], ...rows.map((row) => row.map((cell) => printable(cellText(cell))))];
  const widths = columns.map((_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)));
  const left = columns.map((_, i) => rows.every((row) => typeof row[i] === 'string'));
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => (left[i] ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return texts.map(line);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
