/** @file The forest plot: each technique's rates with intervals, and its differences from the twin. */
import * as Plot from '@observablehq/plot';
import type { AuditResult, Proportion, TechniqueResult } from '../result.ts';
import { points, range, rate } from './format.ts';
import { html, type Markup, printable } from './markup.ts';
import { COLOR, draw } from './plot.ts';

/** One interval of the plot: a row within the block of its technique. */
interface Row {
  readonly y: number;
  readonly label: string;
  readonly low: number;
  readonly at: number;
  readonly high: number;
  readonly color: string;
  readonly symbol: Plot.SymbolType;
  readonly filled: boolean;
  readonly title: string;
}

interface Heading {
  readonly y: number;
  readonly text: string;
}

const WIDTH = 460;
const ROW = 19;
const LEFT = 82;

/** The figure: rates on the left, differences on the right (below it in a narrow window). */
export function forest(result: AuditResult): Markup {
  return html`<div class="pair">
<figure>${rates(result.techniques)}<figcaption>Share of samples that name the word, 95% intervals.
Square-root scale, so that small rates can be told apart.</figcaption></figure>
<figure>${differences(result.techniques)}<figcaption>Suspect minus clean twin, and secret minus mean decoy
in the suspect's own samples. Dashed: the smallest difference of interest.</figcaption></figure>
</div>`;
}

function rates(techniques: readonly TechniqueResult[]): Markup {
  const rows: Row[] = [];
  const headings: Heading[] = [];
  let y = 0;
  for (const technique of techniques) {
    headings.push({ y: y++, text: shortened(technique.name) });
    for (const arm of armsOf(technique)) rows.push({ ...arm, y: y++ });
    y += 0.4;
  }
  const top = Math.max(0.01, ...rows.map((row) => row.high));
  return draw('Reveal rates by technique and arm; the same numbers are in the table of verdicts', {
    ...frame(y),
    x: {
      type: 'sqrt',
      domain: [0, Math.min(1, top * 1.05)],
      ticks: ticksUpTo(Math.min(1, top * 1.05)),
      tickFormat: (share: number) => `${Number((100 * share).toPrecision(3))}%`,
      label: null,
      grid: true,
    },
    marks: rowMarks(rows, headings),
  });
}

function armsOf(technique: TechniqueResult): Omit<Row, 'y'>[] {
  const { twin, baseline, rival } = technique;
  const arms = [
    arm('suspect', technique, COLOR.suspect, 'circle', true),
    arm('twin', twin, COLOR.twin, 'square', true),
    arm('decoys', baseline, COLOR.decoys, 'diamond2', true),
  ];
  return rival ? [...arms, arm('rival', rival, COLOR.rival, 'triangle', false, rival.name)] : arms;
}

function arm(
  label: string,
  share: Proportion,
  color: string,
  symbol: Plot.SymbolType,
  filled: boolean,
  name = label,
): Omit<Row, 'y'> {
  const [low, high] = share.interval;
  const title = `${printable(name)}: ${rate(share, '%')}, n = ${share.n}`;
  return { label, low, at: share.rate, high, color, symbol, filled, title };
}

function differences(techniques: readonly TechniqueResult[]): Markup {
  const rows: Row[] = [];
  const headings: Heading[] = [];
  let y = 0;
  for (const technique of techniques) {
    headings.push({ y: y++, text: shortened(technique.name) });
    rows.push({ ...contrast('vs. twin', technique.difference, 'circle', true), y: y++ });
    rows.push({ ...contrast('vs. decoys', technique.decoyCalibrated, 'diamond2', false), y: y++ });
    // As tall as the block beside it, so that the two drawings line up.
    y += (technique.rival ? 2 : 1) + 0.4;
  }
  const effects = [...new Set(techniques.map((technique) => technique.power.effect))];
  const low = Math.min(-0.01, ...rows.map((row) => row.low));
  const high = Math.max(0.01, ...effects, ...rows.map((row) => row.high));
  return draw('Differences by technique; the same numbers are in the table of verdicts', {
    ...frame(y),
    x: {
      domain: [low - 0.02 * (high - low), high + 0.02 * (high - low)],
      ticks: 5,
      tickFormat: (share: number) => signed(100 * share),
      label: null,
      grid: true,
    },
    marks: [
      Plot.ruleX([0], { stroke: COLOR.ink, strokeOpacity: 0.7 }),
      Plot.ruleX(effects, { stroke: COLOR.ink, strokeOpacity: 0.7, strokeDasharray: '3 3' }),
      ...rowMarks(rows, headings),
    ],
  });
}

function contrast(
  label: string,
  difference: TechniqueResult['difference'],
  symbol: Plot.SymbolType,
  filled: boolean,
): Omit<Row, 'y'> {
  const { estimate: at, interval, method } = difference;
  const title = `${label}: ${points(at)} points ${range(interval, points)}, ${printable(method)}`;
  return {
    label,
    low: interval[0],
    at,
    high: interval[1],
    color: COLOR.suspect,
    symbol,
    filled,
    title,
  };
}

function frame(height: number): Plot.PlotOptions {
  return {
    width: WIDTH,
    height: height * ROW + 30,
    marginLeft: LEFT,
    marginRight: 24,
    marginTop: 6,
    marginBottom: 24,
    style: { fontSize: '12px' },
    y: { domain: [-0.6, height - 0.5], reverse: true, axis: null },
  };
}

function rowMarks(rows: readonly Row[], headings: readonly Heading[]): Plot.Markish[] {
  const text = { textAnchor: 'start', frameAnchor: 'left', y: 'y', fill: COLOR.ink } as const;
  const mark = {
    x: 'at',
    y: 'y',
    title: 'title',
    stroke: 'color',
    r: 4.2,
    strokeWidth: 1.6,
  } as const;
  return [
    Plot.text(headings, { ...text, text: 'text', dx: -LEFT, fontWeight: 650, fontSize: 13 }),
    Plot.text(rows, { ...text, text: 'label', dx: 12 - LEFT }),
    Plot.ruleY(rows, { x1: 'low', x2: 'high', y: 'y', stroke: 'color', strokeWidth: 2 }),
    ...[true, false].flatMap((filled) =>
      [...new Set(rows.map((row) => row.symbol))].map((symbol) =>
        Plot.dot(
          rows.filter((row) => row.symbol === symbol && row.filled === filled),
          { ...mark, symbol, fill: filled ? 'color' : 'var(--paper)' },
        ),
      ),
    ),
  ];
}

function shortened(name: string): string {
  const text = printable(name);
  return text.length <= 48 ? text : `${text.slice(0, 45)}\u2026`;
}

/** Round shares, far enough apart on a square-root axis for their labels. */
function ticksUpTo(top: number): number[] {
  const kept: number[] = [];
  for (const share of [0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1]) {
    const gap = Math.sqrt(share / top) - Math.sqrt((kept.at(-1) ?? -1) / top);
    if (share <= top && (kept.length === 0 || gap > 0.1)) kept.push(share);
  }
  return kept;
}

function signed(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return value > 0 ? `+${text}` : text;
}
