/** @file The steps of a tokenizer, made from a checked `tokenizer.json`. */
import { badInput, TouchstoneError } from '../../tensor/errors.ts';
import { checkShape } from '../json.ts';
import { AddedTokens } from './addedTokens.ts';
import { AlignedText } from './alignedText.ts';
import { type Decoder, makeDecoder } from './decoders.ts';
import { type Model, makeMergeModel, makeUnigramModel } from './models.ts';
import { makeNormalizer } from './normalizers.ts';
import { makePostProcessing, type PostProcessing } from './postProcessors.ts';
import { makeSplitting, type Splitting } from './preTokenizers.ts';
import {
  type MergeModelJson,
  mergeModelFile,
  type TokenizerJson,
  tokenizerParts,
  unigramModelFile,
} from './schema.ts';

/** What happens to a text, in this order. */
export interface Pipeline {
  readonly added: AddedTokens;
  readonly splitting: Splitting;
  readonly model: Model;
  readonly post: PostProcessing;
  readonly decoder: Decoder;
  /** How a decoder is given an added token: as the normalizer rewrites it, if the token is normalized. */
  readonly writtenAdded: ReadonlyMap<number, string>;
}

/**
 * Makes the steps.
 *
 * @throws TouchstoneError naming the field that is malformed or of a kind that cannot be used
 */
export function makePipeline(json: TokenizerJson, name: string): Pipeline {
  const parts = checkShape(tokenizerParts, json, name);
  const normalize = within(`${name}: normalizer`, () =>
    parts.normalizer == null ? same : makeNormalizer(parts.normalizer),
  );
  const written = (content: string) => normalize(AlignedText.of(content)).text;
  const tokens = json.added_tokens ?? [];
  return {
    added: new AddedTokens(tokens, normalize, written),
    splitting: within(`${name}: pre_tokenizer`, () => makeSplitting(parts.pre_tokenizer)),
    model: makeModel(json, name),
    post: within(`${name}: post_processor`, () => makePostProcessing(parts.post_processor)),
    decoder: within(`${name}: decoder`, () => makeDecoder(parts.decoder)),
    writtenAdded: new Map(
      tokens.map(({ id, content, normalized, special }) => [
        id,
        (normalized ?? !special) ? written(content) : content,
      ]),
    ),
  };
}

function same(text: AlignedText): AlignedText {
  return text;
}

function makeModel(json: TokenizerJson, name: string): Model {
  const { type, vocab, merges } = json.model;
  const kind =
    type ?? (merges !== undefined ? 'BPE' : Array.isArray(vocab) ? 'Unigram' : undefined);
  if (kind === 'Unigram') {
    const { model } = checkShape(unigramModelFile, json, name);
    return within(`${name}: model`, () => makeUnigramModel(model));
  }
  if (kind !== 'BPE')
    badInput(`${name}: model.type is ${JSON.stringify(kind)}, expected one of BPE, Unigram`);
  const { model } = checkShape(mergeModelFile, json, name);
  checkMerges(model, name);
  return within(`${name}: model`, () => makeMergeModel(model));
}

/** Says where it went wrong, in one line. The library and the compiler of patterns throw bare errors of every kind. */
function within<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = String((cause as Error)?.message ?? cause).replace(/\s+/g, ' ');
    const kind = cause instanceof TouchstoneError ? cause.kind : 'input';
    throw new TouchstoneError(kind, `${where}: ${reason.slice(0, 400)}`, { cause });
  }
}

/** Every merge must join two tokens of the vocabulary into a third. */
function checkMerges({ vocab, merges }: MergeModelJson, name: string): void {
  for (const merge of merges) {
    const [left, right, ...rest] = typeof merge === 'string' ? merge.split(' ') : merge;
    const known = [left, right, `${left}${right}`].every((token) =>
      Object.hasOwn(vocab, token ?? ''),
    );
    if (right === undefined || rest.length > 0 || !known) {
      badInput(`${name}: the merge ${JSON.stringify(merge)} does not join two tokens into a third`);
    }
  }
}
