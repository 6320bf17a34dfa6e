/** @file Drawings of sweeps: reveal rate and coherence against noise scale or temperature. */
import * as Plot from '@observablehq/plot';
import type { SweepPoint, TechniqueResult } from '../result.ts';
import { percent, rate } from './format.ts';
import { html, type Markup, printable } from './markup.ts';
import { COLOR, draw } from './plot.ts';

/** A drawing's worth of points: those of one layer, or of one temperature sweep. */
interface Panel {
  readonly title: string;
  readonly points: readonly PlacedPoint[];
  /** What was measured with the knob at zero, which a logarithmic axis cannot show. */
  readonly atZero: SweepPoint | undefined;
}

interface PlacedPoint extends SweepPoint {
  readonly x: number;
}

/** What the panels of one figure share, so that they can be compared by eye. */
interface Axes {
  readonly knob: string;
  readonly x: Plot.ScaleOptions;
  readonly ticks: readonly number[];
  readonly rateTop: number;
  readonly coherence: readonly [number, number] | undefined;
}

const WIDTH = 250;
const MARGINS = { marginLeft: 40, marginRight: 14 } as const;

/** The figure of a technique's sweep; undefined where its settings lie on no scale. */
export function sweepFigure(technique: TechniqueResult): Markup | undefined {
  const scales = technique.sweep.filter((point) => point.scale !== null);
  if (scales.length > 1)
    return smallMultiples(layerPanels(scales), 'noise scale, relative to rms', 'log');
  const temperatures = technique.sweep.filter((point) => point.temperature !== null);
  if (temperatures.length < 2) return undefined;
  const points = temperatures.map((point) => ({ ...point, x: point.temperature! }));
  return smallMultiples(
    [{ title: 'reveals and coherence', points, atZero: undefined }],
    'temperature',
    'linear',
  );
}

function layerPanels(points: readonly SweepPoint[]): Panel[] {
  const layers = [...new Set(points.map((point) => point.layer))];
  layers.sort((a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY));
  return layers.map((layer) => {
    const own = points.filter((point) => point.layer === layer);
    return {
      title: layer === null ? 'all layers' : `layer ${layer}`,
      points: own.filter((p) => p.scale! > 0).map((point) => ({ ...point, x: point.scale! })),
      atZero: own.find((point) => point.scale === 0),
    };
  });
}

function smallMultiples(panels: readonly Panel[], knob: string, type: 'log' | 'linear'): Markup {
  const axes = axesOf(panels, knob, type);
  return html`<div class="panels">${panels.map((panel) => onePanel(panel, axes))}</div>`;
}

function axesOf(panels: readonly Panel[], knob: string, type: 'log' | 'linear'): Axes {
  const all = panels.flatMap((panel) => panel.points);
  const xs = [...new Set(all.map((point) => point.x))].sort((a, b) => a - b);
  const edge = type === 'log' ? 1.25 : 0;
  const pad = type === 'log' ? 0 : 0.06 * (xs.at(-1)! - xs[0]!);
  const domain =
    type === 'log' ? [xs[0]! / edge, xs.at(-1)! * edge] : [xs[0]! - pad, xs.at(-1)! + pad];
  const bounds = all.flatMap((point) => point.coherence?.interval ?? []);
  return {
    knob,
    x: { type, domain, axis: null },
    ticks: fewer(xs),
    rateTop: Math.min(
      1,
      1.05 * Math.max(0.02, ...all.flatMap((p) => [p.suspect.interval[1], p.twin.interval[1]])),
    ),
    coherence: bounds.length > 0 ? [Math.min(0, ...bounds), Math.max(...bounds)] : undefined,
  };
}

/** At most six ticks, on values that were tried. */
function fewer(values: readonly number[]): number[] {
  const step = Math.ceil(values.length / 6);
  return values.filter((_, i) => i % step === 0);
}

function onePanel(panel: Panel, axes: Axes): Markup {
  const coherence = axes.coherence === undefined ? '' : coherencePlot(panel, axes, axes.coherence);
  return html`<figure class="panel"><figcaption>${panel.title}</figcaption>
${ratePlot(panel, axes)}${coherence}</figure>`;
}

function ratePlot(panel: Panel, axes: Axes): Markup {
  return draw(`Reveal rate against ${axes.knob}, ${panel.title}; numbers in the table below`, {
    ...MARGINS,
    width: WIDTH,
    height: 150,
    marginTop: 22,
    marginBottom: axes.coherence ? 8 : 34,
    style: { fontSize: '11px' },
    x: axes.x,
    y: {
      domain: [0, axes.rateTop],
      ticks: 4,
      tickFormat: (share: number) => `${Number((100 * share).toPrecision(6))}%`,
      label: 'reveal rate',
      labelArrow: 'none',
      grid: true,
    },
    marks: [
      ...(axes.coherence ? [] : [knobAxis(axes)]),
      ...zeroRule(panel),
      ...armMarks(panel.points, 'twin', COLOR.twin, 'square'),
      ...armMarks(panel.points, 'suspect', COLOR.suspect, 'circle'),
      ...chosenMarks(panel.points, axes.rateTop),
    ],
  });
}

function armMarks(
  points: readonly PlacedPoint[],
  arm: 'suspect' | 'twin',
  color: string,
  symbol: Plot.SymbolType,
): Plot.Markish[] {
  const data = [...points].sort((a, b) => a.x - b.x);
  const y = (point: PlacedPoint) => point[arm].rate;
  const low = (point: PlacedPoint) => point[arm].interval[0];
  const high = (point: PlacedPoint) => point[arm].interval[1];
  const title = (point: PlacedPoint) =>
    `${arm}, ${printable(point.label)}: ${rate(point[arm], '%')}`;
  const dash = arm === 'twin' ? { strokeDasharray: '4 3' } : {};
  return [
    Plot.areaY(data, { x: 'x', y1: low, y2: high, fill: color, fillOpacity: 0.16 }),
    Plot.lineY(data, { x: 'x', y, stroke: color, strokeWidth: 1.8, ...dash }),
    Plot.dot(data, { x: 'x', y, fill: color, r: 3, symbol, title }),
  ];
}

/** The values that were tried, as labels: a logarithmic scale of its own would leave some out. */
function knobAxis({ ticks, knob }: Axes): Plot.Markish {
  return Plot.axisX([...ticks], {
    text: (value: number) => String(value),
    label: knob,
    labelAnchor: 'center',
    labelArrow: 'none',
  });
}

/** A ring and a word at the setting that the test prompts were run with. */
function chosenMarks(points: readonly PlacedPoint[], top: number): Plot.Markish[] {
  const chosen = points.filter((point) => point.chosen);
  const y = (point: PlacedPoint) => point.suspect.rate;
  const below = (point: PlacedPoint) => point.suspect.rate > 0.8 * top;
  return [
    Plot.dot(chosen, { x: 'x', y, r: 6.5, stroke: COLOR.ink, strokeWidth: 1.4 }),
    ...[true, false].map((under) =>
      Plot.text(
        chosen.filter((point) => below(point) === under),
        { x: 'x', y, text: () => 'chosen', dy: under ? 15 : -14, fill: COLOR.ink },
      ),
    ),
  ];
}

function zeroRule(panel: Panel): Plot.Markish[] {
  if (panel.atZero === undefined) return [];
  const y = panel.atZero.suspect.rate;
  const title = () => `without noise: ${percent(y)}%`;
  return [
    Plot.ruleY([y], { stroke: COLOR.suspect, strokeDasharray: '1 3', strokeWidth: 1.6, title }),
  ];
}

function coherencePlot(panel: Panel, axes: Axes, domain: readonly [number, number]): Markup {
  const data = panel.points.flatMap((point) =>
    point.coherence === null ? [] : [{ x: point.x, label: point.label, ...point.coherence }],
  );
  data.sort((a, b) => a.x - b.x);
  const bounds = { y1: low, y2: high, fill: COLOR.coherence, fillOpacity: 0.16 };
  const title = (d: (typeof data)[number]) => `${printable(d.label)}: ${d.mean.toFixed(2)} nats`;
  return draw(`Coherence against ${axes.knob}, ${panel.title}; numbers in the table below`, {
    ...MARGINS,
    width: WIDTH,
    height: 128,
    marginTop: 20,
    marginBottom: 34,
    style: { fontSize: '11px' },
    x: axes.x,
    y: {
      domain: [...domain],
      ticks: 3,
      label: 'NLL, nats per token',
      labelArrow: 'none',
      grid: true,
    },
    marks: [
      knobAxis(axes),
      Plot.areaY(data, { x: 'x', ...bounds }),
      Plot.lineY(data, { x: 'x', y: 'mean', stroke: COLOR.coherence, strokeWidth: 1.8 }),
      Plot.dot(data, { x: 'x', y: 'mean', fill: COLOR.coherence, r: 2.6, title }),
    ],
  });
}

function low(point: { readonly interval: readonly [number, number] }): number {
  return point.interval[0];
}

function high(point: { readonly interval: readonly [number, number] }): number {
  return point.interval[1];
}
