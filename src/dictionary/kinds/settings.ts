/** @file Settings of kinds, read from a dictionary's config and checked. */
import { badInput } from '../../tensor/index.ts';
import type { DictionaryConfig } from '../kind.ts';

/** A finite number of at least `min`. */
export function numberSetting(config: DictionaryConfig, name: string, min: number): number {
  const value = config[name];
  if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value;
  return wrong(config, name, `a number of at least ${min}`);
}

/** A whole number within bounds, both allowed. */
export function wholeSetting(
  config: DictionaryConfig,
  name: string,
  min: number,
  max: number,
): number {
  const value = config[name];
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) {
    return Number(value);
  }
  return wrong(config, name, `a whole number from ${min} to ${max}`);
}

/** One of a few names; the first where the config has none. */
export function choiceSetting<T extends string>(
  config: DictionaryConfig,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const value = config[name] ?? choices[0];
  const found = choices.find((choice) => choice === value);
  return found ?? wrong(config, name, `one of ${choices.join(', ')}`);
}

function wrong(config: DictionaryConfig, name: string, expected: string): never {
  const value = config[name];
  const has = value === undefined ? `has no ${name}` : `has ${name} ${JSON.stringify(value)}`;
  return badInput(`a ${config.architecture} dictionary ${has}`, `${name} is ${expected}`);
}

/** Widths and number of latents: whole numbers from 1. */
export function checkSizes(config: DictionaryConfig): void {
  const most = Number.MAX_SAFE_INTEGER;
  wholeSetting(config, 'd_in', 1, most);
  wholeSetting(config, 'd_sae', 1, most);
  if (config.d_out !== undefined) wholeSetting(config, 'd_out', 1, most);
  if (config.apply_b_dec_to_input && (config.d_out ?? config.d_in) !== config.d_in) {
    wrong(config, 'apply_b_dec_to_input', 'false where d_out is not d_in');
  }
}
