/** @file Texts and a model made ready to give activations, for commands that read them. */
import { modelHash } from '../../audit/index.ts';
import {
  type Context as Cut,
  checkIds,
  cutContexts,
  defaultPrefix,
  type Mask,
  maskOf,
  type TokenizedTexts,
  tokenizeTexts,
} from '../../dictionary/index.ts';
import type { LanguageModel } from '../../model/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { HarvestSettings } from '../commands/harvest.ts';
import type { Context } from '../context.ts';

/** What is read, and how. */
export interface Prepared {
  readonly model: LanguageModel;
  /** The model as it was asked for. */
  readonly name: string;
  readonly modelSha256: string;
  readonly texts: TokenizedTexts;
  readonly contexts: readonly Cut[];
  readonly longest: number;
  readonly packed: boolean;
  readonly prefix: readonly number[];
  readonly mask: Mask;
  readonly buffer: number;
}

/** Tokens of a context, unless told otherwise. */
const CONTEXT = 128;

/** Reads texts and cuts them into contexts for a model. */
export async function prepare(
  model: LanguageModel,
  name: string,
  settings: HarvestSettings,
  { report: reporter, safePoint }: Context,
): Promise<Prepared> {
  const { field, wholeFiles: whole = false, tokens: most, pack: packed = false } = settings;
  const longest = contextLength(model, settings.context);
  const prefix = settings.prefix ?? defaultPrefix(model);
  const texts = await tokenizeTexts(model, settings.text, {
    field,
    whole,
    most,
    reporter,
    safePoint,
  });
  const contexts = cutContexts(texts.documents, { context: longest, prefix, packed });
  checkIds(contexts, model.config.vocab_size);
  const mask = maskOf(model, settings.mask, prefix);
  const modelSha256 = await modelHash(model);
  const { buffer } = settings;
  return { model, name, modelSha256, texts, contexts, longest, packed, prefix, mask, buffer };
}

function contextLength({ config }: LanguageModel, asked: number | undefined): number {
  const { max_position_embeddings: most } = config;
  if (asked === undefined) return Math.min(CONTEXT, most);
  if (asked <= most) return asked;
  return badUsage(`--context is ${asked}`, `the model has ${most} positions`);
}

/** What the rows depend on, for the specification of a run. */
export function preparedSettings({ longest, packed, prefix, mask, buffer }: Prepared) {
  return { context: longest, packed, prefix: [...prefix], mask: maskSettings(mask), buffer };
}

function maskSettings({ rule, ids }: Mask) {
  return { rule, ids: [...ids] };
}
