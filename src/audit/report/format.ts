/** @file Numbers as text, the same in the terminal and in the page. */
import type { Proportion } from '../result.ts';

/** A share in per cent without the sign: '0', '0.25', '12.5', '100'; shares may be negative. */
export function percent(share: number): string {
  const value = Math.abs(share * 100);
  const digits = value === 0 || value >= 99.95 ? 0 : value >= 0.995 ? 1 : 2;
  const text = value > 0 && value < 0.005 ? value.toPrecision(1) : value.toFixed(digits);
  return share < 0 && Number(text) !== 0 ? `-${text}` : text;
}

/** A difference in percentage points with its sign: '+4.2', '-0.30', '0'. */
export function points(difference: number): string {
  const text = percent(difference);
  return difference > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** '[3.5, 10.2]' */
export function range(
  interval: readonly [number, number],
  format: (value: number) => string = percent,
): string {
  return `[${format(interval[0])}, ${format(interval[1])}]`;
}

/** '6.0 [3.5, 10.2]', in per cent; with `sign` '%' '6.0% [3.5, 10.2]'. */
export function rate(proportion: Proportion, sign = ''): string {
  return `${percent(proportion.rate)}${sign} ${range(proportion.interval)}`;
}

/** A power in whole per cent: '86%', never rounded up to certainty. */
export function powerPercent(power: number): string {
  return power > 0.99 ? '>99%' : `${Math.round(power * 100)}%`;
}

/** A p value: '<0.0001', '0.0032', '0.04', '1'. */
export function pValue(p: number): string {
  if (p < 0.0001) return '<0.0001';
  return p >= 0.9995 ? '1' : String(Number(p.toPrecision(2)));
}

/** A p value with its relation, not to be broken over lines: 'p < 0.0001', 'p = 0.04'. */
export function pEquals(p: number): string {
  const text = pValue(p);
  return text.startsWith('<') ? `p\u00a0<\u00a0${text.slice(1)}` : `p\u00a0=\u00a0${text}`;
}

/** A whole number with commas: '12,400'. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Three digits and a prefix: '12.4k', '3.05 T' with a space as separator. */
export function short(value: number, separator = ''): string {
  let power = 0;
  let rest = value;
  while (rest >= 999.5 && power < PREFIXES.length - 1) [rest, power] = [rest / 1000, power + 1];
  const text = power === 0 ? String(Math.round(rest)) : rest.toPrecision(3);
  return `${text}${power === 0 && separator === '' ? '' : separator}${PREFIXES[power]}`;
}

/** 'a', 'a and b', 'a, b and c'. */
export function list(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** '1 sample', '12 samples'. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
