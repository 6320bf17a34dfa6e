/** @file The rows that `touchstone dict eval` measures on: of a captured folder, of a model, or both. */
import { modelHash } from '../../../audit/index.ts';
import {
  CapturedActivations,
  type Context as Cut,
  capturedTables,
  type Mask,
  maskOf,
  modelTables,
  type Subject,
  type Tables,
} from '../../../dictionary/index.ts';
import type { LanguageModel } from '../../../model/index.ts';
import { badInput, badUsage } from '../../../tensor/index.ts';
import type { DictEvalOptions } from '../../commands/dict/eval.ts';
import type { Context } from '../../context.ts';
import { prepare } from '../harvest.ts';
import { openNamed } from '../models.ts';

/** Where rows come from. */
export interface EvalSource {
  readonly model: LanguageModel | undefined;
  /** Contexts in which a model can be asked; undefined without one. */
  readonly contexts: readonly Cut[] | undefined;
  readonly mask: Mask;
  readonly modelSha256: string | undefined;
  /** SHA-256 of the token ids. */
  readonly texts: string;
  readonly documents: number;
  tables(subjects: readonly Subject[]): Tables;
}

/** Opens what the options name. @throws TouchstoneError where they name nothing, or things that do not belong together */
export async function evalSource(options: DictEvalOptions, context: Context): Promise<EvalSource> {
  const { activations, model: name, text } = options;
  if (activations !== undefined && text !== undefined) {
    badUsage('--activations and --text', 'rows come from one of them');
  }
  if (name !== undefined && text === undefined && activations === undefined) {
    badUsage('--model without --text', 'say what it reads, or where its activations were captured');
  }
  if (text !== undefined && name === undefined) {
    badUsage('--text without --model', 'say which model reads it');
  }
  const model = name === undefined ? undefined : await openNamed(name);
  if (activations !== undefined) return capturedSource(activations, model);
  if (!model) badUsage('no activations to measure on', 'give --activations, or --model and --text');
  return modelSource(model, { ...options, text: text! }, context);
}

const hooksOf = (subjects: readonly Subject[]) => [
  ...new Set(subjects.flatMap(({ hook, target }) => [hook, target])),
];

async function capturedSource(
  folder: string,
  model: LanguageModel | undefined,
): Promise<EvalSource> {
  const captured = await CapturedActivations.open(folder);
  const { mask, contexts, texts, model: made } = captured.manifest;
  if (model && (await modelHash(model)) !== made.sha256) {
    badInput(
      `${folder} was captured from ${made.name}, another model`,
      'give the model that it was captured from',
    );
  }
  // Captured without a mask, special tokens have rows, and a model says which they are.
  const own = mask.rule === 'none' && model ? maskOf(model, 'special', contexts.prefix) : mask;
  return {
    model,
    contexts: model && (await captured.contexts()),
    mask: own,
    modelSha256: made.sha256,
    texts: texts.sha256,
    documents: texts.documents,
    tables: (subjects) => capturedTables(captured, hooksOf(subjects)),
  };
}

async function modelSource(
  model: LanguageModel,
  options: DictEvalOptions & { readonly text: readonly string[] },
  context: Context,
): Promise<EvalSource> {
  const { contexts, mask, texts, modelSha256 } = await prepare(
    model,
    options.model!,
    options,
    context,
  );
  const total = contexts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  let done = 0;
  const onRows = async (rows: number) => {
    done += rows;
    const task = 'reading activations';
    context.report({ task, done: Math.min(done, total), total, unit: 'tokens' });
    await context.safePoint();
  };
  return {
    model,
    contexts,
    mask,
    modelSha256,
    texts: texts.sha256,
    documents: texts.documents.length,
    tables: (subjects) => modelTables(model, hooksOf(subjects), contexts, onRows),
  };
}
