/** @file How portraits are set in a terminal: styles, tokens by strength, broken lines. */
import type { TerminalOptions } from '../../../../audit/report/index.ts';

type Style = (text: string) => string;

/** Styles, and the width that lines are broken at. */
export interface Paint {
  readonly bold: Style;
  readonly dim: Style;
  /** A token by its strength from 0 to 1. */
  readonly token: (text: string, strength: number, peak: boolean) => string;
  readonly width: number;
}

/** A named text, broken with its indent. */
export function item(name: string, text: string, paint: Paint): string[] {
  const [first, ...rest] = wrapped(text, paint.width - 12);
  return [
    `  ${paint.dim(name.padEnd(9))} ${first}`,
    ...rest.map((line) => `${' '.repeat(12)}${line}`),
  ];
}

/** Lines of words, no longer than a width where words allow it. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Backgrounds of a terminal of 256 colours, from faint to strong. */
const HEAT = [52, 94, 130, 166, 208];

/** Colours where the terminal has them, else brackets. */
export function paintOf({ color, width }: TerminalOptions): Paint {
  const style = (code: string): Style =>
    color ? (text) => `\u001b[${code}m${text}\u001b[0m` : String;
  const bracketed = (text: string, peak: boolean) => {
    const lead = /^\s*/.exec(text)![0];
    const inside = text.slice(lead.length);
    return peak ? `${lead}[[${inside}]]` : `${lead}[${inside}]`;
  };
  const heated = (text: string, strength: number, peak: boolean) => {
    const level = Math.min(HEAT.length - 1, Math.floor(strength * HEAT.length));
    const ink = level > 2 ? '30' : '97';
    return `\u001b[${peak ? '1;' : ''}${ink};48;5;${HEAT[level]}m${text}\u001b[0m`;
  };
  return {
    bold: style('1'),
    dim: style('2'),
    token: color ? heated : (text, _, peak) => bracketed(text, peak),
    width: Math.max(60, width),
  };
}
