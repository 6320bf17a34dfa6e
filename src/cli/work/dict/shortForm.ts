/** @file A dictionary's plan in short form: KIND:NAME=VALUE,NAME=VALUE. */
import { badUsage, nearest } from '../../../tensor/index.ts';
import { settingsOf } from './settings.ts';

/** Names that say how is trained, and not what. */
const TRAINING = [
  'name',
  'seed',
  'learningRate',
  'warmup',
  'decayFrom',
  'sparsityWarmup',
  'unitDecoder',
  'clip',
  'deadAfter',
  'normalize',
  'resample',
];

/**
 * Reads a short form, such as `topk:k=32,d_sae=1024,learningRate=1e-3`, as what a plan file has.
 *
 * @throws TouchstoneError naming a kind or a setting that there is not, with the nearest
 */
export function parseShortForm(text: string): Record<string, unknown> {
  const [architecture, settings] = cut(text, ':');
  const known = settingsOf(architecture);
  const config: Record<string, unknown> = { architecture };
  const plan: Record<string, unknown> = { config };
  for (const part of settings.split(',').filter((item) => item.trim() !== '')) {
    const [name, value] = cut(part, '=');
    if (value === '') {
      badUsage(`--kind '${text}': '${part}' has no value`, 'write it as topk:k=32,d_sae=1024');
    }
    if (known.includes(name)) config[name] = settingValue(value);
    else if (name === 'resample') plan[name] = { every: settingValue(value) };
    else if (TRAINING.includes(name)) plan[name] = name === 'name' ? value : settingValue(value);
    else refuse(text, name, [...known, ...TRAINING]);
  }
  return plan;
}

function cut(text: string, at: string): [string, string] {
  const place = text.indexOf(at);
  if (place < 0) return [text.trim(), ''];
  return [text.slice(0, place).trim(), text.slice(place + 1).trim()];
}

/** A number, true or false, a list of numbers joined by +, or a word. */
function settingValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const numbers = text.split('+').map(Number);
  if (numbers.some((value) => !Number.isFinite(value))) return text;
  return numbers.length === 1 ? numbers[0] : numbers;
}

function refuse(text: string, name: string, names: readonly string[]): never {
  return badUsage(
    `--kind '${text}' has no setting '${name}'`,
    `did you mean '${nearest(name, names)}'? There are ${names.join(', ')}`,
  );
}
