/** @file Option parsers: each names the option, the value it got and what it expects. */
import { badUsage, nearest } from '../tensor/errors.ts';

/** Turns the text of an option into its value. */
export type Parser<T> = (text: string) => T;

/** Bounds of a number, both allowed values themselves unless said otherwise. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Whether `min` itself is refused. */
  readonly aboveMin?: boolean;
}

/** A whole number within bounds. */
export function wholeNumber(option: string, bounds: Bounds = {}): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value) || !within(value, bounds)) {
      badUsage(`${option} is '${text}'; expected a whole number${describe(bounds)}`);
    }
    return value;
  };
}

/** A finite number within bounds. */
export function realNumber(option: string, bounds: Bounds = {}): Parser<number> {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || !within(value, bounds)) {
      badUsage(`${option} is '${text}'; expected a number${describe(bounds)}`);
    }
    return value;
  };
}

/** A share: '0.05', or '5%'. */
export function share(option: string, bounds: Bounds = { min: 0, max: 1 }): Parser<number> {
  return (text) => {
    // Shifted as text: 0.7 / 100 is not 0.007.
    const value = Number(text.replace(/%$/, 'e-2'));
    if (text.trim() === '' || !Number.isFinite(value) || !within(value, bounds)) {
      badUsage(`${option} is '${text}'; expected a share${describe(bounds)}, such as 0.05 or 5%`);
    }
    return value;
  };
}

/** One of a few names. */
export function oneOf<T extends string>(option: string, names: readonly T[]): Parser<T> {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    const like = nearest(text, names);
    badUsage(
      `${option} is '${text}'; expected one of ${names.join(', ')}`,
      like === undefined ? undefined : `did you mean ${like}?`,
    );
  };
}

/** Something on disk, and the name that it is to have. */
export interface NamedPath {
  readonly name: string;
  readonly path: string;
}

/** A name and a path: 'sae=my-dictionary'. */
export function namedPath(option: string): Parser<NamedPath> {
  return (text) => {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) {
      badUsage(`${option} is '${text}'; expected NAME=PATH, such as sae=my-dictionary`);
    }
    return { name: text.slice(0, at), path: text.slice(at + 1) };
  };
}

/** How strong noise is, and which noise it is. */
export interface ScaleAndSeed {
  readonly scale: number;
  readonly seed: number;
}

/** A scale, and after a colon a seed, which is 0 by default: '0.1:7'. */
export function scaleAndSeed(option: string): Parser<ScaleAndSeed> {
  return (text) => {
    const [scale, seed = '0', ...more] = text.split(':');
    if (more.length > 0) badUsage(`${option} is '${text}'; expected SCALE or SCALE:SEED`);
    return {
      scale: realNumber(`${option}'s scale`, { min: 0 })(scale!),
      seed: wholeNumber(`${option}'s seed`, { min: 0 })(seed),
    };
  };
}

/** A parser for an option that may be given several times; repeats of a value count once. */
export function several<T>(parser: Parser<T>): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...new Set([...before, parser(text)])];
}

function within(value: number, { min, max, aboveMin = false }: Bounds): boolean {
  if (min !== undefined && (aboveMin ? value <= min : value < min)) return false;
  return max === undefined || value <= max;
}

function describe({ min, max, aboveMin = false }: Bounds): string {
  if (min !== undefined && max !== undefined) {
    return aboveMin ? ` above ${min} and at most ${max}` : ` from ${min} to ${max}`;
  }
  if (min !== undefined) return aboveMin ? ` above ${min}` : ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}
