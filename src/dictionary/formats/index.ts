/** @file The formats of dictionaries: which one lies at a path, and what it holds. */
import { badInput } from '../../tensor/index.ts';
import { dictionaryLearning } from './dictionaryLearning.ts';
import type { Draft, Format, ReadingOptions } from './format.ts';
import { gemmaScope } from './gemmaScope.ts';
import { saelens } from './saelens.ts';
import { sparsify } from './sparsify.ts';

export type {
  ChangeKind,
  FormatChange,
  FormatName,
  Provenance,
  ReadingOptions,
} from './format.ts';
export { SAELENS_KINDS, SAELENS_VERSION, saelensFiles, writtenConfig } from './saelensWrite.ts';

/** All formats; the first that is found at a path is read. */
const FORMATS: readonly Format[] = [saelens, sparsify, dictionaryLearning, gemmaScope];

/** Reads whatever lies at a path. @throws TouchstoneError where it is no dictionary, or a broken one */
export async function readDraft(path: string, options: ReadingOptions): Promise<Draft> {
  for (const format of FORMATS) {
    if (await format.isAt(path)) return withPlace(await format.read(path, options), options);
  }
  return badInput(
    `no dictionary at '${path}'`,
    `a folder is read that holds ${FORMATS.map(({ holds }) => holds).join(', or ')}`,
  );
}

/** What the caller knows better than the file. */
function withPlace(draft: Draft, { hook, model }: ReadingOptions): Draft {
  if (hook !== undefined) Object.assign(draft.config, { hook_name: hook });
  if (model !== undefined) Object.assign(draft.config, { model_name: model });
  return draft;
}
