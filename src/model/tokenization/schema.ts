/** @file What a `tokenizer.json` may hold. Kinds that are not listed are refused, never approximated. */
import { z } from 'zod';

/** Ids above this are refused: a vocabulary is a dense array. */
const MAX_ID = 2 ** 24;
const id = z.int().min(0).max(MAX_ID);
const part = z.looseObject({ type: z.string() }).nullish();

const addedToken = z.looseObject({
  id,
  content: z.string().min(1),
  single_word: z.boolean().optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
  normalized: z.boolean().optional(),
  special: z.boolean().optional(),
});

/** A token that stands for itself in a text. */
export type AddedTokenJson = z.infer<typeof addedToken>;

/** The outline of the file, as it is kept and saved. */
export const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedToken).nullish(),
  normalizer: part,
  pre_tokenizer: part,
  post_processor: part,
  decoder: part,
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.union([z.record(z.string(), id), z.array(z.tuple([z.string(), z.number()]))]),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).optional(),
  }),
});

/** A `tokenizer.json` whose outline has been checked. */
export type TokenizerJson = z.infer<typeof tokenizerJson>;

const pattern = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })], {
  error: 'expected { "String": text } or { "Regex": pattern }',
});
export type PatternJson = z.infer<typeof pattern>;

const behavior = z.enum([
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
]);
export type SplitBehavior = z.infer<typeof behavior>;

const oneCharacter = z.string().regex(/^.$/su, 'expected one character');
const replace = z.object({ type: z.literal('Replace'), pattern, content: z.string() });

/** Says which kinds there are, for the message about one that is not. */
function kinds(...names: readonly string[]) {
  return { error: `cannot be read here, expected one of ${names.join(', ')}` };
}

const normalizer = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) }),
    z.object({ type: z.enum(['Lowercase', 'StripAccents', 'Nmt', 'ByteLevel']) }),
    z.object({ type: z.literal('Prepend'), prepend: z.string() }),
    z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
    replace,
    z.object({
      type: z.literal('Sequence'),
      get normalizers() {
        return z.array(normalizer);
      },
    }),
  ],
  kinds(
    ...['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt', 'ByteLevel'],
    ...['Prepend', 'Strip', 'Replace', 'Sequence'],
  ),
);
export type NormalizerJson = z.infer<typeof normalizer>;

const metaspace = z.object({
  type: z.literal('Metaspace'),
  replacement: oneCharacter,
  prepend_scheme: z.enum(['first', 'never', 'always']).optional(),
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().nullish(),
});
export type MetaspaceJson = z.infer<typeof metaspace>;

const preTokenizer = z.discriminatedUnion(
  'type',
  [
    z.object({
      type: z.literal('ByteLevel'),
      add_prefix_space: z.boolean(),
      use_regex: z.boolean().optional(),
    }),
    metaspace,
    z.object({ type: z.literal('Split'), pattern, behavior, invert: z.boolean() }),
    z.object({ type: z.literal('Digits'), individual_digits: z.boolean() }),
    z.object({ type: z.literal('Punctuation'), behavior: behavior.optional() }),
    z.object({ type: z.enum(['Whitespace', 'WhitespaceSplit']) }),
    z.object({
      type: z.literal('Sequence'),
      get pretokenizers() {
        return z.array(preTokenizer);
      },
    }),
  ],
  kinds(
    ...['ByteLevel', 'Metaspace', 'Split', 'Digits', 'Punctuation', 'Whitespace'],
    ...['WhitespaceSplit', 'Sequence'],
  ),
);
export type PreTokenizerJson = z.infer<typeof preTokenizer>;

const named = z.tuple([z.string(), id]);
const trims = { trim_offsets: z.boolean().optional(), add_prefix_space: z.boolean().optional() };
const templatePiece = z.union(
  [
    z.object({ Sequence: z.object({ id: z.enum(['A', 'B']) }) }),
    z.object({ SpecialToken: z.object({ id: z.string() }) }),
  ],
  { error: 'expected { "Sequence": ... } or { "SpecialToken": ... }' },
);

const postProcessor = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('ByteLevel'), ...trims }),
    z.object({ type: z.literal('RobertaProcessing'), cls: named, sep: named, ...trims }),
    z.object({ type: z.literal('BertProcessing'), cls: named, sep: named }),
    z.object({
      type: z.literal('TemplateProcessing'),
      single: z.array(templatePiece),
      special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(id) })),
    }),
    z.object({
      type: z.literal('Sequence'),
      get processors() {
        return z.array(postProcessor);
      },
    }),
  ],
  kinds('ByteLevel', 'RobertaProcessing', 'BertProcessing', 'TemplateProcessing', 'Sequence'),
);
export type PostProcessorJson = z.infer<typeof postProcessor>;

const decoder = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.enum(['ByteLevel', 'ByteFallback', 'Fuse']) }),
    metaspace,
    replace,
    z.object({
      type: z.literal('Strip'),
      content: oneCharacter,
      start: z.int().min(0),
      stop: z.int().min(0),
    }),
    z.object({
      type: z.literal('Sequence'),
      get decoders() {
        return z.array(decoder);
      },
    }),
  ],
  kinds('ByteLevel', 'ByteFallback', 'Fuse', 'Metaspace', 'Replace', 'Strip', 'Sequence'),
);
export type DecoderJson = z.infer<typeof decoder>;

/** The parts that rewrite, split, surround and put together again. */
export const tokenizerParts = z.object({
  normalizer: normalizer.nullish(),
  pre_tokenizer: preTokenizer.nullish(),
  post_processor: postProcessor.nullish(),
  decoder: decoder.nullish(),
});

const absent = z.union([z.literal(''), z.null()], { error: 'cannot be used here, expected null' });
const never = z.union([z.literal(0), z.null()], {
  error: 'would draw tokens at random, expected null',
});

/** A byte-pair model: merges in the order of their rank. */
export const mergeModel = z.object({
  type: z.literal('BPE').optional(),
  vocab: z.record(z.string(), id),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  dropout: never.optional(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: absent.optional(),
  end_of_word_suffix: absent.optional(),
  fuse_unk: z.boolean().optional(),
  byte_fallback: z.boolean().optional(),
  ignore_merges: z.boolean().nullish(),
});
export type MergeModelJson = z.infer<typeof mergeModel>;

/** A unigram model: tokens with their log-probabilities; the id of a token is its place. */
export const unigramModel = z.object({
  type: z.literal('Unigram').optional(),
  vocab: z.array(z.tuple([z.string(), z.number()])).min(1),
  unk_id: id.nullish(),
  byte_fallback: z.boolean().nullish(),
});
export type UnigramModelJson = z.infer<typeof unigramModel>;

/** The model where the file has it, so that messages name the whole path. */
export const mergeModelFile = z.object({ model: mergeModel });
export const unigramModelFile = z.object({ model: unigramModel });
