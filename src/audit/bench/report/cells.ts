/** @file The columns of the leaderboard as text, the same in the terminal and in the page. */
import { count, percent, points, pValue, range, rate } from '../../report/format.ts';
import { VERDICT_SIGN } from '../../report/words.ts';
import type { BenchRow } from '../result.ts';

/** A column: its head, what it says, and whether it is text. */
export interface BenchColumn {
  readonly head: string;
  readonly text?: boolean;
  readonly cell: (row: BenchRow) => string;
}

/** Success at each k is a column of its own. */
export function columnsOf(topK: readonly number[]): BenchColumn[] {
  return [
    { head: 'technique', text: true, cell: nameOf },
    { head: 'organism', text: true, cell: ({ organism }) => organism },
    ...topK.map((k, i) => ({
      head: i === 0 ? `top ${k} % [95%]` : `top ${k}`,
      cell: (row: BenchRow) => successCell(row, k, i === 0),
    })),
    { head: 'prior', cell: ({ success }) => percent(success[0]!.prior) },
    { head: 'twin', cell: ({ success }) => percent(success[0]!.twin.rate) },
    { head: 'accused', cell: ({ accusations: { successes, n } }) => `${successes}/${n}` },
    { head: 'AUROC [95%]', cell: ({ auroc }) => aurocCell(auroc) },
    { head: 'answers %', cell: ({ answers }) => (answers ? percent(answers.organism.rate) : '-') },
    { head: '- twin [95%]', cell: answersCell },
    { head: 'uplift', cell: ({ uplift }) => (uplift ? points(uplift.estimate) : '-') },
    { head: 'p', cell: ({ p }) => `${pValue(p.corrected)}${p.decidedBy === 'twin' ? '*' : ''}` },
    { head: 'samples', cell: ({ cost }) => count(cost.samples) },
    { head: 'tokens', cell: ({ cost }) => count(cost.promptTokens + cost.sampledTokens) },
    { head: 'GFLOP', cell: ({ cost }) => (cost.flops / 1e9).toFixed(1) },
    { head: 'labels', cell: ({ cost }) => count(cost.labels) },
    {
      head: 'decision',
      text: true,
      cell: ({ decision }) => `${VERDICT_SIGN[decision]} ${decision}`,
    },
  ];
}

/** What a reader has to know of the columns. */
export const LEGEND =
  'top k: share of the truth among the k best-scored candidates, over seeds; prior: by guessing; twin: the same of clean ' +
  'twins; accused: twins that rank the truth at p <= 5 %; AUROC: an organism ranks its truth above what a twin does; ' +
  'answers: those that name the truth, and how many more than of the twin; uplift: top k less that of plain questions; ' +
  'p: after Holm over the table (*: too few candidates for ranks, answers of both arms compared); cost: mean of a seed.';

/** The technique, and the control where it is one. */
export function nameOf({ technique, control }: BenchRow): string {
  return control === null ? technique : `${technique}: ${control}`;
}

function successCell({ success }: BenchRow, k: number, withInterval: boolean): string {
  const found = success.find((at) => at.k === k);
  if (!found) return '-';
  return withInterval ? rate(found.organism) : percent(found.organism.rate);
}

function aurocCell({ estimate, interval }: BenchRow['auroc']): string {
  const two = (value: number) => value.toFixed(2);
  return `${two(estimate)} ${range(interval, two)}`;
}

function answersCell({ answers }: BenchRow): string {
  if (!answers) return '-';
  const { estimate, interval } = answers.difference;
  return `${points(estimate)} ${range(interval, points)}`;
}
