/** @file What is used of `@huggingface/tokenizers`; its own types do not resolve under NodeNext. */
import * as library from '@huggingface/tokenizers';
import type { MergeModelJson, PatternJson, UnigramModelJson } from './schema.ts';

interface Library {
  /** Byte-pair merging of a piece into texts, by rank and then from the left. */
  readonly BPE: new (
    json: MergeModelJson,
  ) => { bpe(piece: string): string[] };
  /** The most probable segmentation of a piece; unknown characters come one by one. */
  readonly Unigram: new (
    json: UnigramModelJson,
    end: undefined,
  ) => {
    tokenize(piece: string): string[];
  };
  /** Translates Oniguruma's patterns. */
  readonly SplitPreTokenizer: new (json: {
    pattern: PatternJson;
  }) => { readonly pattern: RegExp };
}

export const { BPE, Unigram, SplitPreTokenizer } = library as unknown as Library;
