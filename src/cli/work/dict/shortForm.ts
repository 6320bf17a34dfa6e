/** @file Plans of dictionaries in short form: KIND:NAME=VALUE,NAME=VALUE. */
import { type DictionaryConfig, type DictionaryPlan, kindOf } from '../../../dictionary/index.ts';
import { badUsage, nearest } from '../../../tensor/index.ts';

type Value = string | number | boolean;

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
] as const;

/** A plan with its settings split from its training; names, widths and defaults come later. */
export interface ShortPlan {
  readonly config: Readonly<Record<string, Value>> & { readonly architecture: string };
  readonly training: Readonly<Record<string, Value>>;
}

/**
 * Reads a short form, such as `topk:k=32,d_sae=1024,learningRate=1e-3`.
 *
 * @throws TouchstoneError naming a kind or a setting that there is not, with the nearest
 */
export function parseShortForm(text: string): ShortPlan {
  const [architecture = '', rest = ''] = split(text, ':');
  const settings = settingsOf(architecture);
  const config: Record<string, Value> = {};
  const training: Record<string, Value> = {};
  for (const part of rest.split(',').filter((item) => item.trim() !== '')) {
    const [name, value] = split(part, '=').map((side) => side?.trim());
    if (name === undefined || value === undefined || value === '') {
      badUsage(`--kind '${text}': '${part}' is no NAME=VALUE`, 'such as topk:k=32,d_sae=1024');
    }
    if ((TRAINING as readonly string[]).includes(name)) training[name] = settingValue(value);
    else if (settings.includes(name)) config[name] = settingValue(value);
    else refuse(text, name, [...settings, ...TRAINING]);
  }
  return { config: { ...config, architecture }, training };
}

/** Settings that a kind has. */
export function settingsOf(architecture: string): string[] {
  const kind = kindOf(architecture);
  return ['d_sae', ...Object.keys((kind.training ?? kind.fitting)?.defaults ?? {})];
}

/** The plan for activations of a width. */
export function planOf({ config, training }: ShortPlan, width: number, seed = 0): DictionaryPlan {
  const { resample, ...rest } = training;
  const sized: DictionaryConfig = { d_sae: 8 * width, ...config, d_in: width };
  const plan = { name: config.architecture, seed, ...rest, config: sized };
  return resample === undefined ? plan : { ...plan, resample: { every: Number(resample) } };
}

function split(text: string, at: string): string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text.trim()] : [text.slice(0, place).trim(), text.slice(place + 1)];
}

function settingValue(text: string): Value {
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function refuse(text: string, name: string, names: readonly string[]): never {
  return badUsage(
    `--kind '${text}' has no setting '${name}'`,
    `did you mean '${nearest(name, names)}'? There are ${names.join(', ')}`,
  );
}
