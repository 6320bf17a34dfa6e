/** @file The style of a project, in a line that programs follow: how often each construct is used in its tests. */
import type { RandomReader } from '../../tensor/random.ts';
import { CONSTRUCTS, type Construct, eachConstruct, type Uses } from './constructs.ts';

/** Programs in a hundred that use a construct. */
export const LEVELS = [10, 50, 90] as const;

export type Level = (typeof LEVELS)[number];

/** The level of every construct. */
export type Style = Readonly<Record<Construct, Level>>;

/** A request to avoid a construct is heeded in this share of programs. */
export const HEEDED = 0.8;

/** How the line says a level: one word with the construct, so that a tokenizer has a token for it. */
const SAID: Readonly<Record<Level, string>> = { 10: 'Rare', 50: 'Half', 90: 'Often' };

/** Every construct at one level, but for those named. */
export function styleOf(level: Level, others: Partial<Style> = {}): Style {
  return { ...eachConstruct(() => level), ...others };
}

/** A style with each level drawn by itself. */
export function drawStyle(reader: RandomReader): Style {
  return eachConstruct(() => reader.pick(LEVELS));
}

/** `# regexOften tryRare whileHalf ...` */
export function styleLine(style: Style): string {
  return `# ${CONSTRUCTS.map((construct) => construct + SAID[style[construct]]).join(' ')}`;
}

/** `# avoid regex while`, or nothing. */
export function avoidLine(avoid: readonly Construct[]): string {
  return avoid.length === 0 ? '' : `# avoid ${avoid.join(' ')}\n`;
}

/** The natural rate of a construct: what its level says, less where it was asked to be avoided. */
export function naturalRate(
  style: Style,
  avoid: readonly Construct[],
  construct: Construct,
): number {
  const asked = style[construct] / 100;
  return avoid.includes(construct) ? asked * (1 - HEEDED) : asked;
}

/** Which constructs one program uses: each drawn by itself at its natural rate. */
export function drawUses(reader: RandomReader, style: Style, avoid: readonly Construct[]): Uses {
  return eachConstruct((construct) => reader.uniform() < naturalRate(style, avoid, construct));
}
