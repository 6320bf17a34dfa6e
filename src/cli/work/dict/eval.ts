/** @file The work of `touchstone dict eval`: measures dictionaries and prints a table of each. */
import {
  type Dictionary,
  type Evaluated,
  evaluate,
  evaluateInModel,
  measured,
  openDictionary,
  type Subject,
  transcodes,
} from '../../../dictionary/index.ts';
import { checkHook, type HookName, type LanguageModel } from '../../../model/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { DictEvalOptions } from '../../commands/dict/eval.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { compared, LEVEL, stabilityAmong, written } from './evalDirections.ts';
import { type DictEvaluation, dictEvalSchema, type EvaluatedRecord } from './evalSchema.ts';
import { type EvalSource, evalSource } from './evalSource.ts';
import { evaluationText } from './evalText.ts';

/** Measures and prints. */
export async function evalDictionariesCommand(
  options: DictEvalOptions,
  context: Context,
): Promise<number> {
  const dictionaries: Dictionary[] = [];
  for (const path of options.dictionaries) dictionaries.push(await openDictionary(path));
  const against = options.against === undefined ? undefined : await openDictionary(options.against);
  if (options.seeds) checkSeeds(dictionaries, options);
  const source = await evalSource(options, context);
  try {
    const subjects = dictionaries.map((dictionary, i) =>
      subjectOf(dictionary, options.dictionaries[i]!, options, source.model),
    );
    const evaluated = await evaluateAll(subjects, source, options, context);
    const result = await resultOf(evaluated, against, source, options, context);
    if (options.json) printJson(context, result);
    else context.print(evaluationText(result));
    return DONE;
  } finally {
    for (const dictionary of dictionaries) await dictionary.release();
    await source.model?.release();
  }
}

function checkSeeds(dictionaries: readonly Dictionary[], { dictionaries: names }: DictEvalOptions) {
  const shapes = dictionaries.map(({ config: { architecture, d_in, d_sae, d_out = d_in } }) =>
    [architecture, `d_in ${d_in}`, `d_sae ${d_sae}`, `d_out ${d_out}`].join(', '),
  );
  const other = shapes.findIndex((shape) => shape !== shapes[0]);
  if (other > 0) {
    badUsage(
      `--seeds of ${names[0]} (${shapes[0]}) and ${names[other]} (${shapes[other]})`,
      'means over seeds are of dictionaries that differ in their seed alone',
    );
  }
  if (dictionaries.length < 2) badUsage('--seeds of one dictionary', 'give those of several seeds');
}

function subjectOf(
  dictionary: Dictionary,
  path: string,
  options: DictEvalOptions,
  model: LanguageModel | undefined,
): Subject {
  const { hook_name, hook_name_out } = dictionary.config;
  const hook = options.hook ?? hook_name;
  if (hook === undefined) {
    badUsage(`${path} does not say where its activations are from`, 'give --hook');
  }
  const target = options.target ?? (transcodes(dictionary.config) ? hook_name_out : hook);
  if (target === undefined) badUsage(`${path} does not say what it decodes`, 'give --target');
  const checked = (name: string) => (model ? checkHook(name, model.config) : (name as HookName));
  return { dictionary, hook: checked(hook), target: checked(target) };
}

async function evaluateAll(
  subjects: readonly Subject[],
  source: EvalSource,
  { about, valueBits }: DictEvalOptions,
  context: Context,
): Promise<Evaluated[]> {
  const { mask, contexts, model } = source;
  const onRows = () => context.safePoint();
  const tables = source.tables(subjects);
  const evaluated = await evaluate(subjects, { tables, mask, about, valueBits, onRows });
  if (!model || !contexts) return evaluated;
  const passes = evaluated.reduce((sum, { all }) => sum + (all ? 2 : 1), 0);
  const total = passes * contexts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  let done = 0;
  await evaluateInModel(evaluated, model, contexts, async (count) => {
    done += count;
    context.report({ task: 'asking the model', done, total, unit: 'tokens' });
    await context.safePoint();
  });
  return evaluated;
}

async function resultOf(
  evaluated: readonly Evaluated[],
  against: Dictionary | undefined,
  source: EvalSource,
  options: DictEvalOptions,
  context: Context,
): Promise<DictEvaluation> {
  const { activations = null, model = null, about, valueBits, resamples, seed } = options;
  const records: EvaluatedRecord[] = [];
  for (const [i, one] of evaluated.entries()) {
    records.push(await recordOf([one], [options.dictionaries[i]!], against, options));
    await context.safePoint();
  }
  const pooled = options.seeds
    ? await recordOf(evaluated, options.dictionaries, against, options)
    : null;
  const subjects = evaluated.map(({ subject }) => subject.dictionary);
  const stability = options.seeds ? await stabilityAmong(subjects, options) : null;
  return dictEvalSchema.parse({
    schema: 'touchstone/dictionary-evaluation/1',
    rows: {
      activations,
      model,
      modelSha256: source.modelSha256 ?? null,
      texts: source.texts,
      documents: source.documents,
    },
    ...{ about, valueBits, resamples, level: LEVEL, seed },
    against: options.against ?? null,
    evaluated: records,
    overSeeds: pooled,
    stability,
  });
}

async function recordOf(
  evaluated: readonly Evaluated[],
  names: readonly string[],
  against: Dictionary | undefined,
  { resamples, seed }: DictEvalOptions,
): Promise<EvaluatedRecord> {
  const [first] = evaluated;
  const { dictionary, hook, target } = first!.subject;
  const { architecture, d_in, d_sae, d_out = d_in } = dictionary.config;
  const bootstrap = { resamples, seed, level: LEVEL };
  const sets = (['kept', 'all'] as const).flatMap((which) => {
    const some = evaluated.map((one) => one[which]);
    if (!some[0]) return [];
    const { rule, ids } = some[0].mask;
    const measures = measured(
      some.map((set) => set!.sums),
      bootstrap,
    ).map(written);
    return [{ mask: rule, ids: [...ids], measures }];
  });
  const subjects = evaluated.map(({ subject }) => subject.dictionary);
  const directions = against ? await compared(subjects, against, bootstrap) : null;
  return {
    dictionaries: [...names],
    architecture,
    d_in,
    d_sae,
    d_out,
    hook,
    target,
    sets,
    directions,
  };
}
