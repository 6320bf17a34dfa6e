/** @file An experiment's result as one page: what was found, tables with figures, what was said before the run. */
import * as Plot from '@observablehq/plot';
import { COLOR, draw, html, type Markup, page, printable } from '../../audit/report/index.ts';
import type { Cell, ExperimentResult, Finding, Statement, Table } from '../statement.ts';
import { cellNumber, cellText } from './format.ts';

const SERIES = [COLOR.suspect, COLOR.twin, COLOR.rival, COLOR.coherence, COLOR.decoys, COLOR.ink];
const SYMBOLS: readonly Plot.SymbolType[] = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'star',
  'cross',
];

/** The result as a self-contained HTML document. */
export function renderExperimentHtml(result: ExperimentResult): string {
  const { experiment, size, statement, version } = result;
  return page({
    title: `Experiment ${experiment}`,
    skip: html`<a class="skip" href="#findings">Skip to the findings</a>`,
    top: html`<header><p class="kind">Experiment <b>${experiment}</b>, ${size === 'full' ? 'full size' : 'quick: few samples, little power'}</p>
<h1>${statement.question}</h1></header>`,
    main: html`<section id="findings"><h2>Findings</h2>${result.findings.map(finding)}</section>
<section id="tables"><h2>Numbers</h2>${result.tables.map(tableSection)}</section>
<section id="statement"><h2>Said before the run</h2>${said(statement)}</section>
<section id="settings"><h2>Settings</h2><pre>${JSON.stringify(result.settings, null, 2)}</pre></section>`,
    data: result,
    version,
  });
}

function finding({ claim, outcome, because }: Finding): Markup {
  const style = { supported: 'found', refuted: 'not-found', undecided: 'undecided' }[outcome];
  return html`<h3>${claim} <span class="badge ${style}">${outcome}</span></h3><p>${because}</p>
`;
}

function tableSection(table: Table): Markup {
  return html`<h3>${table.name}</h3>${figure(table)}
<div class="scroll"><table><thead><tr>${table.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${table.rows.map(
    (row) => html`<tr>${row.map(cellMarkup)}</tr>
`,
  )}</tbody></table></div><p>${table.caption}</p>
`;
}

function cellMarkup(cell: Cell): Markup {
  if (typeof cell !== 'object' || cell === null) return html`<td>${cellText(cell)}</td>`;
  const [value, ...interval] = cellText(cell).split(' ');
  return html`<td>${value!} <span class="interval">${interval.join(' ')}</span></td>`;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly by: string;
}

function pointsOf({ columns, rows, plot }: Table): Point[] {
  if (!plot) return [];
  const at = (name: string) => columns.indexOf(name);
  return rows.flatMap((row): Point[] => {
    const [x, y] = [cellNumber(row[at(plot.x)]), cellNumber(row[at(plot.y)])];
    if (x === undefined || y === undefined || (plot.logX && x <= 0)) return [];
    const cell = row[at(plot.y)];
    const [low, high] = typeof cell === 'object' && cell !== null ? cell.interval : [y, y];
    return [{ x, y, low, high, by: printable(cellText(row[at(plot.by)] ?? null)) }];
  });
}

/** The columns that the table wants drawn: one line for each value of `by`, with its intervals. */
function figure(table: Table): Markup | string {
  const points = pointsOf(table);
  if (!table.plot || points.length === 0) return '';
  const names = [...new Set(points.map(({ by }) => by))];
  const color = (name: string) => SERIES[names.indexOf(name) % SERIES.length]!;
  const symbol = (name: string) => SYMBOLS[names.indexOf(name) % SYMBOLS.length]!;
  const last = names.map((name) => points.filter(({ by }) => by === name).at(-1)!);
  const { x, y, logX } = table.plot;
  const drawing = draw(`${y} by ${x}; the same numbers are in the table below`, {
    width: 560,
    height: 320,
    marginLeft: 56,
    marginRight: 130,
    style: { fontSize: '12px' },
    x: { label: x, type: logX ? 'log' : 'linear', grid: true, nice: true },
    y: { label: y, grid: true, nice: true },
    marks: [
      Plot.line(points, { x: 'x', y: 'y', z: 'by', stroke: (p: Point) => color(p.by), sort: 'x' }),
      Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: (p: Point) => color(p.by) }),
      ...names.map((name) =>
        Plot.dot(
          points.filter(({ by }) => by === name),
          {
            x: 'x',
            y: 'y',
            stroke: color(name),
            fill: 'var(--paper)',
            symbol: symbol(name),
            r: 3.5,
          },
        ),
      ),
      Plot.text(last, {
        x: 'x',
        y: 'y',
        text: 'by',
        fill: (p: Point) => color(p.by),
        dx: 8,
        textAnchor: 'start',
      }),
    ],
  });
  return html`<figure>${drawing}<figcaption>${y} by ${x}, 95% intervals</figcaption></figure>`;
}

function said({ hypothesis, arms, measures, samples, decision }: Statement): Markup {
  return html`<p>${hypothesis}</p>
<h3>Arms</h3><ul>${arms.map(
    ({
      name,
      what,
      affordances,
    }) => html`<li><b>${name}</b>: ${what} (${affordances.join(', ')})</li>
`,
  )}</ul>
<h3>Measures</h3><ul>${measures.map(
    ({ name, definition }) => html`<li><b>${name}</b>: ${definition}</li>
`,
  )}</ul>
<h3>Samples</h3><p>${samples}</p>
<h3>Decision rule</h3><p>${decision}</p>
`;
}
