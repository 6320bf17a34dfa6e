/** @file The bench as one page: what was found, a figure of techniques by organisms, the table, its controls. */
import * as Plot from '@observablehq/plot';
import { percent, plural, rate } from '../../report/format.ts';
import { html, type Markup, printable } from '../../report/markup.ts';
import { page } from '../../report/page.ts';
import { COLOR, draw } from '../../report/plot.ts';
import type { BenchResult, BenchRow } from '../result.ts';
import { columnsOf, LEGEND, nameOf } from './cells.ts';
import { controlsLine, failuresLine, headline, typeOneLine } from './words.ts';

/** The result as a self-contained HTML document. */
export function renderBenchHtml(result: BenchResult): string {
  const { budget, version } = result;
  return page({
    title: 'Bench of techniques',
    skip: html`<a class="skip" href="#table">Skip to the table</a>`,
    top: html`<header><p class="kind">Bench, ${plural(budget.test, 'answer')} to test questions of each arm and seed, seed ${result.seed}</p>
<h1>${headline(result)}</h1></header>`,
    main: html`<section id="figures"><h2>At a glance</h2>${heat(result)}${costs(result)}</section>
<section id="table"><h2>Techniques by organisms</h2>${table(result.rows, result.topK)}<p>${LEGEND}</p><p>${failuresLine(result)}</p></section>
<section id="controls"><h2>Where there is nothing to find</h2><p>${controlsLine(result)}</p><p>${typeOneLine(result)}</p>
<details><summary>Clean twins, each candidate in turn taken to be the truth</summary>${typeOneTable(result)}</details>
<details><summary>All controls</summary>${table(result.controls, result.topK)}</details></section>
<section id="truths"><h2>What was planted</h2>${truths(result)}</section>`,
    data: result,
    version,
  });
}

function table(rows: readonly BenchRow[], topK: readonly number[]): Markup {
  const columns = columnsOf(topK);
  return html`<div class="scroll"><table><thead><tr>${columns.map(({ head }) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${columns.map(({ head, cell }) =>
      head === 'decision'
        ? html`<td><span class="badge ${row.decision.replace(' ', '-')}">${row.decision}</span></td>`
        : html`<td>${cell(row)}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

/** Success at the first k of each technique on each organism, with the decision's sign. */
function heat({ rows, topK }: BenchResult): Markup {
  const cells = rows.map((row) => ({
    technique: printable(row.technique),
    organism: printable(row.organism),
    rate: row.success[0]!.organism.rate,
    title: `${printable(nameOf(row))} on ${printable(row.organism)}: ${rate(row.success[0]!.organism, '%')}, ${row.decision}`,
    found: row.decision === 'found',
  }));
  const techniques = [...new Set(cells.map(({ technique }) => technique))];
  const organisms = [...new Set(cells.map(({ organism }) => organism))];
  const drawing = draw(`Success at top ${topK[0]} by technique and organism, as in the table`, {
    width: 190 + 64 * organisms.length,
    height: 90 + 22 * techniques.length,
    marginLeft: 150,
    marginTop: 84,
    style: { fontSize: '11px' },
    x: { axis: 'top', domain: organisms, tickRotate: -40, label: null },
    y: { domain: techniques, label: null },
    marks: [
      Plot.cell(cells, {
        x: 'organism',
        y: 'technique',
        fill: COLOR.suspect,
        fillOpacity: (cell: { rate: number }) => 0.06 + 0.74 * cell.rate,
        inset: 1,
        title: 'title',
      }),
      Plot.text(cells, {
        x: 'organism',
        y: 'technique',
        text: (cell: { rate: number; found: boolean }) =>
          `${cell.found ? '\u25cf ' : ''}${percent(cell.rate)}`,
        fill: COLOR.ink,
      }),
    ],
  });
  return html`<figure>${drawing}<figcaption>Success at top ${topK[0]!} in per cent over seeds; a dot marks what was found
after correction.</figcaption></figure>`;
}

/** What success costs: each technique's mean over organisms. */
function costs({ rows, topK }: BenchResult): Markup {
  const techniques = [...new Set(rows.map(({ technique }) => technique))];
  const dots = techniques.map((technique) => {
    const own = rows.filter((row) => row.technique === technique);
    const mean = (of: (row: BenchRow) => number) =>
      own.reduce((sum, row) => sum + of(row), 0) / own.length;
    return {
      technique: printable(technique),
      gflop: mean(({ cost }) => Math.max(cost.flops, 1e6)) / 1e9,
      success: 100 * mean(({ success }) => success[0]!.organism.rate),
    };
  });
  const drawing = draw(`Success at top ${topK[0]} by what it costs; the numbers are in the table`, {
    width: 560,
    height: 320,
    marginLeft: 48,
    marginRight: 130,
    style: { fontSize: '11px' },
    x: { type: 'log', label: 'GFLOP a seed', grid: true, nice: true },
    y: { label: `top ${topK[0]}, %`, grid: true, nice: true, domain: [0, 100] },
    marks: [
      Plot.dot(dots, { x: 'gflop', y: 'success', stroke: COLOR.suspect, r: 3.5 }),
      Plot.text(dots, {
        x: 'gflop',
        y: 'success',
        text: 'technique',
        dx: 7,
        textAnchor: 'start',
        fill: COLOR.ink,
      }),
    ],
  });
  return html`<figure>${drawing}<figcaption>Mean over organisms.</figcaption></figure>`;
}

function typeOneTable({ typeOne }: BenchResult): Markup {
  return html`<div class="scroll"><table><thead><tr><th scope="col">technique</th><th scope="col">organism</th>
<th scope="col">accused % [95%]</th><th scope="col">trials</th></tr></thead><tbody>${typeOne.map(
    (
      one,
    ) => html`<tr><td>${one.technique}</td><td>${one.organism}</td><td>${rate(one)}</td><td>${one.n}</td></tr>
`,
  )}</tbody></table></div>`;
}

function truths({ organisms }: BenchResult): Markup {
  return html`<p>Each truth was sealed before any sample: the commitment is the SHA-256 of salt, colon and truth.</p>
<div class="scroll"><table><thead><tr><th scope="col">organism</th><th scope="col">subject</th><th scope="col">truth</th>
<th scope="col">commitment</th><th scope="col">salt</th></tr></thead><tbody>${organisms.flatMap(
    ({ name, subject, seeds }) =>
      seeds.map(
        ({
          seed,
          truth,
          commitment,
          salt,
        }) => html`<tr><td>${name}@${seed}</td><td>${subject}</td><td>${truth}</td>
<td><code>${commitment.slice(0, 16)}</code></td><td><code>${salt}</code></td></tr>
`,
      ),
  )}</tbody></table></div>`;
}
