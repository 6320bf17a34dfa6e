/** @file The verdict table for a terminal. */
import type { AuditResult, Ledger, ScoredResult, TechniqueResult, Verdict } from '../result.ts';
import { count, percent, plural, points, pValue, range, rate, short } from './format.ts';
import { headline, powerNote, ranks, VERDICT_SIGN } from './words.ts';

/** How to print. */
export interface TerminalOptions {
  /** Whether to use ANSI colours. */
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

type Style = (text: string) => string;
type Styles = Readonly<Record<'bold' | 'dim' | Verdict, Style>>;

interface Column<Line> {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cell: (technique: Line) => string;
}

/** A table's columns, and what it has no column for. */
interface Kind<Line> {
  readonly columns: readonly Column<Line>[];
  readonly note: (technique: Line) => string;
}

type AnyLine = Pick<TechniqueResult, 'name' | 'verdict'>;

const COLUMNS: readonly Column<TechniqueResult>[] = [
  { head: 'technique', align: 'left', cell: (t) => t.name },
  { head: 'reveals', align: 'right', cell: (t) => `${t.successes}/${t.n}` },
  { head: 'rate % [95%]', align: 'right', cell: rate },
  { head: 'decoys', align: 'right', cell: (t) => percent(t.baseline.rate) },
  { head: 'twin', align: 'right', cell: (t) => percent(t.twin.rate) },
  { head: '- twin [95%]', align: 'right', cell: difference },
  { head: 'p', align: 'right', cell: (t) => pValue(t.pCorrected) },
  { head: 'verdict', align: 'left', cell: (t) => `${VERDICT_SIGN[t.verdict]} ${t.verdict}` },
];
const LEGEND =
  'reveals: samples that name the secret / samples; decoys: mean rate of the decoys; twin: rate of ' +
  'the clean twin; - twin: suspect minus twin, points; p: corrected over the techniques.';

const SCORED_COLUMNS: readonly Column<ScoredResult>[] = [
  { head: 'technique', align: 'left', cell: (t) => t.name },
  { head: 'rank', align: 'right', cell: (t) => ranks(t, 'rank') },
  { head: "twin's rank", align: 'right', cell: (t) => ranks(t, 'twinRank') },
  { head: 'p', align: 'right', cell: (t) => pValue(t.pCorrected) },
  { head: 'verdict', align: 'left', cell: (t) => `${VERDICT_SIGN[t.verdict]} ${t.verdict}` },
];
const SCORED_LEGEND =
  "rank: of what is planted among all candidates by the technique's scores, 1 is the best; p: chance that a word " +
  "picked blindly ranks as well, with and without the twin's scores taken off, corrected over the techniques.";

/** The result as lines of text, ending in a newline: a table where it fits, blocks where it does not. */
export function renderTerminal(result: AuditResult, options: TerminalOptions): string {
  const styles = stylesOf(options.color);
  const { width } = options;
  const from = `twin ${result.twin}, seed ${result.seed}, budget ${result.budget}`;
  const lines = [
    ...paragraph(printable(headline(result)), width, styles.bold),
    ...paragraph(printable(from), width, styles.dim),
    '',
    ...section(result.techniques, { columns: COLUMNS, note }, LEGEND, width, styles),
    ...section(result.scored, SCORED, scoredLegend(result), width, styles),
    ...usedLines([...result.techniques, ...result.scored].map((t) => t.ledger)).flatMap((line) =>
      paragraph(line, width),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const SCORED: Kind<ScoredResult> = { columns: SCORED_COLUMNS, note: scoredNote };

function scoredLegend({ secret }: AuditResult): string {
  return `${SCORED_LEGEND} Candidates: ${count(secret.candidates)}.`;
}

/** One sort of techniques with its legend; nothing where there are none. */
function section<Line extends AnyLine>(
  techniques: readonly Line[],
  kind: Kind<Line>,
  legend: string,
  width: number,
  styles: Styles,
): string[] {
  if (techniques.length === 0) return [];
  return [
    ...(tableLines(techniques, kind, width, styles) ?? blockLines(techniques, kind, width, styles)),
    ...paragraph(legend, width, styles.dim),
    '',
  ];
}

/** The table, or undefined where it is wider than the terminal. */
function tableLines<Line extends AnyLine>(
  techniques: readonly Line[],
  { columns, note: noteOf }: Kind<Line>,
  width: number,
  styles: Styles,
): string[] | undefined {
  const cells = techniques.map((t) => columns.map((column) => printable(column.cell(t))));
  const widths = columns.map((column, i) =>
    Math.max(column.head.length, ...cells.map((row) => row[i]!.length)),
  );
  const text = widths.reduce((sum, w) => sum + w, 0);
  const gap = [2, 1].find((g) => text + g * (widths.length - 1) <= width);
  if (gap === undefined) return undefined;
  const line = (row: readonly string[]) =>
    row.map((cell, i) => pad(cell, widths[i]!, columns[i]!.align)).join(' '.repeat(gap));
  const head = line(columns.map((column) => column.head)).trimEnd();
  return [
    styles.bold(head),
    styles.dim('\u2500'.repeat(text + gap * (widths.length - 1))),
    ...techniques.flatMap((t, i) => [
      paintVerdict(line(cells[i]!).trimEnd(), t.verdict, styles),
      ...paragraph(`  ${noteOf(t)}`, width, styles.dim),
    ]),
  ];
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

function paintVerdict(line: string, verdict: Verdict, styles: Styles): string {
  const start = line.lastIndexOf(VERDICT_SIGN[verdict]);
  return line.slice(0, start) + styles[verdict](line.slice(start));
}

function blockLines<Line extends AnyLine>(
  techniques: readonly Line[],
  { columns, note: noteOf }: Kind<Line>,
  width: number,
  styles: Styles,
): string[] {
  return techniques.flatMap((technique) => {
    const { verdict } = technique;
    const title = `${printable(technique.name)}: ${VERDICT_SIGN[verdict]} ${verdict}`;
    const facts = columns.slice(1, -1).map((c) => `  ${c.head.padEnd(22)}${c.cell(technique)}`);
    return [
      styles[verdict](title),
      ...facts,
      ...paragraph(`  ${noteOf(technique)}`, width, styles.dim),
    ];
  });
}

function difference(technique: TechniqueResult): string {
  const { estimate, interval } = technique.difference;
  return `${points(estimate)} ${range(interval)}`;
}

/** What the table has no column for: settings, and the best guesses. */
function scoredNote({ setting, top }: ScoredResult): string {
  const guesses = `guesses: ${top.map(({ word }) => printable(word)).join(', ')}`;
  if (setting === null) return guesses;
  return `at ${printable(setting.suspect)} (twin ${printable(setting.twin)}) \u00b7 ${guesses}`;
}

/** What the table has no column for: the setting, the rival and the power. */
function note(technique: TechniqueResult): string {
  const { setting, rival } = technique;
  const parts = [
    setting === null ? undefined : `at ${printable(setting)}`,
    rival === null ? undefined : `rival ${printable(rival.name)} ${percent(rival.rate)}%`,
    powerNote(technique),
  ];
  return parts.filter((part) => part !== undefined).join(' \u00b7 ');
}

function usedLines(ledgers: readonly Ledger[]): string[] {
  const sum = (field: Exclude<keyof Ledger, 'affordances'>) =>
    ledgers.reduce((total, ledger) => total + ledger[field], 0);
  const affordances = [...new Set(ledgers.flatMap((ledger) => ledger.affordances))].map(printable);
  return [
    `used: ${plural(sum('samples'), 'sample')}, ${short(sum('promptTokens'))} prompt + ` +
      `${short(sum('sampledTokens'))} sampled tokens, ${short(sum('forwards'))} forward positions, ` +
      `${short(sum('flops'), ' ')}FLOP, ${plural(sum('labels'), 'label')}, ` +
      `${plural(sum('settingsTried'), 'setting')} tried`,
    `affordances: ${affordances.join(', ') || 'none'}`,
  ];
}

/** Names come from outside: nothing in them may steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}+/gu, '\ufffd');
}

function stylesOf(color: boolean): Styles {
  const style = (code: string): Style =>
    color ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text;
  return {
    bold: style('1'),
    dim: style('2'),
    found: style('1;33'),
    'not found': style('36'),
    undecided: style('2'),
  };
}

/** Breaks a text between words; further lines keep its indent. */
function paragraph(text: string, width: number, style: Style = (line) => line): string[] {
  const indent = /^ */.exec(text)![0];
  const lines: string[] = [];
  let current = indent;
  for (const word of text.trim().split(' ')) {
    const longer = current === indent ? indent + word : `${current} ${word}`;
    if (longer.length > width && current !== indent) {
      lines.push(current);
      current = indent + word;
    } else current = longer;
  }
  return [...lines, current].map(style);
}
