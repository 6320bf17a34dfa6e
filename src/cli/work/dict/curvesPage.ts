/** @file The curves of a training run as a page of its own. */
import * as Plot from '@observablehq/plot';
import { COLOR, draw, html, type Markup, page } from '../../../audit/report/index.ts';
import type { CurveName, CurvePoint } from './curves.ts';
import { type DictionaryTraining, summaryText } from './summary.ts';

const SERIES = [COLOR.suspect, COLOR.twin, COLOR.rival, COLOR.coherence, COLOR.decoys, COLOR.ink];
const DASHES = ['', '6 3', '2 3', '8 3 2 3'];

const PANELS: readonly { readonly name: CurveName; readonly label: string; readonly log?: true }[] =
  [
    { name: 'loss', label: 'loss', log: true },
    { name: 'l0', label: 'L0: active latents a row' },
    { name: 'explainedVariance', label: 'explained variance' },
    { name: 'dead', label: 'dead latents' },
  ];

type Curves = ReadonlyMap<string, readonly CurvePoint[]>;

/** The run as a self-contained HTML document. */
export function curvesPage(training: DictionaryTraining, curves: Curves, version: string): string {
  const { activations, steps, batch } = training;
  const { read, target, model } = activations;
  return page({
    title: `Dictionaries of ${read}`,
    skip: html`<a class="skip" href="#curves">Skip to the curves</a>`,
    top: html`<header><p class="kind">Training of dictionaries</p>
<h1>${read}${target === null ? '' : ` to ${target}`} of ${model}</h1></header>`,
    main: html`<section id="curves"><h2>Curves</h2>
<p>Each point is a mean over neighbouring steps, of ${steps} steps of ${batch} rows; measured on training batches,
before their update. The mean of a batch explains 0 of its variance.</p>
${key([...curves.keys()])}<div class="pair">${PANELS.map((panel) => figure(panel, curves))}</div></section>
<section><h2>At the end</h2><pre>${summaryText(training)}</pre></section>`,
    data: { training, curves: Object.fromEntries(curves) },
    version,
  });
}

const strokeOf = (i: number) => SERIES[i % SERIES.length]!;
const dashOf = (i: number) => DASHES[Math.floor(i / SERIES.length) % DASHES.length]!;

function key(names: readonly string[]): Markup {
  return html`<ul class="key">${names.map(
    (name, i) =>
      html`<li><svg viewBox="0 0 26 13" aria-hidden="true"><line x1="0" y1="7" x2="26" y2="7" stroke="${strokeOf(i)}" stroke-width="2" stroke-dasharray="${dashOf(i)}"/></svg>${name}</li>`,
  )}</ul>
`;
}

function figure({ name, label, log }: (typeof PANELS)[number], curves: Curves): Markup {
  const positive = [...curves.values()].flat().every((point) => point[name] > 0);
  const drawing = draw(`${label} by step`, {
    width: 420,
    height: 240,
    marginLeft: 52,
    style: { fontSize: '12px' },
    x: { label: 'step', nice: true },
    y: { label, grid: true, nice: true, type: log && positive ? 'log' : 'linear' },
    marks: [...curves.values()].map((points, i) =>
      Plot.line(points, {
        x: 'step',
        y: name,
        stroke: strokeOf(i),
        strokeDasharray: dashOf(i),
        strokeWidth: 1.5,
      }),
    ),
  });
  return html`<figure>${drawing}<figcaption>${label}</figcaption></figure>`;
}
