/** @file Where `dict train` takes activations from: a captured folder, or a model that reads texts. */
import {
  type BatchSource,
  batchSource,
  CapturedActivations,
  harvest,
  hookColumns,
  type Mask,
} from '../../../dictionary/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { DictTrainOptions } from '../../commands/dict/train.ts';
import type { Context } from '../../context.ts';
import { type Prepared, prepare } from '../harvest.ts';
import { openNamed } from '../models.ts';

/** Activations ready to be trained on. */
export interface Activations {
  readonly source: BatchSource;
  /** What they are: for the run's specification, the summary and the dictionaries' configs. */
  readonly origin: Origin;
  release(): Promise<void>;
}

/** What rows were read, of what, and how. */
export interface Origin {
  readonly model: string;
  readonly modelSha256: string;
  readonly textsSha256: string;
  readonly read: string;
  readonly target: string | null;
  /** Rows before they come again. */
  readonly rows: number;
  readonly context: number;
  readonly packed: boolean;
  readonly prefix: readonly number[];
  readonly mask: Mask;
  readonly buffer: number;
  readonly shuffleSeed: number;
}

/** @throws TouchstoneError where it is not clear which rows are meant */
export async function openActivations(
  options: DictTrainOptions,
  context: Context,
): Promise<Activations> {
  const { activations, model, text } = options;
  if (activations !== undefined && model === undefined && text === undefined) {
    return captured(activations, options);
  }
  if (activations === undefined && model !== undefined && text !== undefined) {
    return onTheFly(model, { ...options, text }, context);
  }
  return badUsage(
    'activations of what?',
    'give --activations FOLDER, or --model MODEL with --text FILE',
  );
}

async function captured(folder: string, options: DictTrainOptions): Promise<Activations> {
  const opened = await CapturedActivations.open(folder);
  const { manifest, sha256 } = opened;
  const read = options.read ?? onlyHook(folder, manifest.hooks);
  const { target, buffer, shuffleSeed: seed } = options;
  const hooks = target === undefined ? [read] : [read, target];
  const set = opened.rows(hooks, { buffer, seed });
  const identity = `capture ${sha256}, buffer ${buffer}, seed ${seed}`;
  const { model, texts, contexts, mask, rows } = manifest;
  const origin = {
    model: model.name,
    modelSha256: model.sha256,
    textsSha256: texts.sha256,
    context: contexts.longest,
    packed: contexts.packed,
    prefix: contexts.prefix,
    mask: { rule: mask.rule, ids: mask.ids },
    rows,
    ...{ read, target: target ?? null, buffer, shuffleSeed: seed },
  };
  return { source: batchSource(set, { read, target, identity }), origin, release: async () => {} };
}

function onlyHook(folder: string, hooks: readonly { readonly name: string }[]): string {
  if (hooks.length === 1) return hooks[0]!.name;
  const names = hooks.map(({ name }) => name).join(', ');
  return badUsage(`${folder} has several hook points: ${names}`, 'choose one with --read');
}

async function onTheFly(
  name: string,
  options: DictTrainOptions & { readonly text: readonly string[] },
  context: Context,
): Promise<Activations> {
  const { read, target, buffer, shuffleSeed: seed } = options;
  if (read === undefined) badUsage('no hook point', 'give one with --read');
  const model = await openNamed(name);
  try {
    const hooks = hookColumns(target === undefined ? [read] : [read, target], model.config);
    const prepared = await prepare(model, name, options, context);
    const { contexts, mask } = prepared;
    const set = harvest(model, { hooks, contexts, mask, buffer, seed });
    const origin = originOf(prepared, { read, target: target ?? null, rows: set.rows, seed });
    const source = batchSource(set, { read, target, identity: JSON.stringify(origin) });
    return { source, origin, release: () => model.release() };
  } catch (error) {
    await model.release();
    throw error;
  }
}

function originOf(
  { name, modelSha256, texts, longest: context, packed, prefix, mask, buffer }: Prepared,
  { seed, ...rest }: { read: string; target: string | null; rows: number; seed: number },
): Origin {
  const { sha256: textsSha256 } = texts;
  const model = { model: name, modelSha256, textsSha256 };
  return { ...model, ...rest, context, packed, prefix, mask, buffer, shuffleSeed: seed };
}

/** What the config of a dictionary says of its activations, under SAELens's names where it has them. */
export function configOf(origin: Origin, width: number) {
  const { model, read, target, context, prefix, mask } = origin;
  return {
    d_in: width,
    model_name: model,
    hook_name: read,
    ...(target !== null && { hook_name_out: target }),
    context_size: context,
    prepend_bos: prefix.length > 0,
    exclude_special_tokens: mask.rule === 'none' ? false : [...mask.ids],
    ...(/hook_z$/.test(read) && { reshape_activations: 'hook_z' }),
    prefix: [...prefix],
  };
}
