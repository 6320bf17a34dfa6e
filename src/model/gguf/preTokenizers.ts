/** @file How byte-level tokenizers of GGUF files split a text: files have a name for it only. */

/** What a name in `tokenizer.ggml.pre` stands for, in `tokenizer.json`'s terms. */
export interface Splitting {
  /** Expressions that pieces are split at, in turn. Without them, GPT-2's own. */
  readonly patterns?: readonly string[];
  /** Whether digits stand alone before that. */
  readonly digits?: true;
  /** Whether texts are put into Unicode's composed normal form. */
  readonly composed?: true;
  /** Whether a piece that is a token is taken as it is. */
  readonly ignoresMerges?: true;
  /** Whether texts begin with a token of their own where the file does not say. */
  readonly begins?: true;
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const afterWords = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const words = String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+`;
const gpt4 = String.raw`${words}|\p{N}{1,3}|${afterWords}`;
const qwen = String.raw`${words}|\p{N}|${afterWords}`;

const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const cased = (end: string) =>
  [`${upper}*${lower}+${end}`, `${upper}+${lower}*${end}`]
    .map((word) => String.raw`[^\r\n\p{L}\p{N}]?${word}`)
    .join('|');
const afterCased = String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const gpt4o = String.raw`${cased(`${contractions}?`)}|\p{N}{1,3}|${afterCased}`;
const tekken = String.raw`${cased('')}|\p{N}|${afterCased}`;

const deepseek = [
  String.raw`[\r\n]`,
  String.raw`\s?\p{L}+`,
  String.raw`\s?\p{P}+`,
  '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+',
  String.raw`\p{N}`,
];

const llama3: Splitting = { patterns: [gpt4], ignoresMerges: true, begins: true };
const qwen2: Splitting = { patterns: [qwen], composed: true };
const digitsAlone: Splitting = { digits: true };

/** Splittings by `tokenizer.ggml.pre`. */
export const SPLITTINGS: ReadonlyMap<string, Splitting> = new Map([
  ['gpt-2', {}],
  ['phi-2', {}],
  ['olmo', { composed: true }],
  ['llama-bpe', llama3],
  ['llama3', llama3],
  ['llama-v3', llama3],
  ['falcon3', llama3],
  ['pixtral', llama3],
  ['dbrx', { patterns: [gpt4] }],
  ['smaug-bpe', { patterns: [gpt4] }],
  ['qwen2', qwen2],
  ['deepseek-r1-qwen', qwen2],
  ['smollm', digitsAlone],
  ['starcoder', digitsAlone],
  ['refact', digitsAlone],
  ['codeshell', digitsAlone],
  ['command-r', digitsAlone],
  ['gpt-4o', { patterns: [gpt4o] }],
  ['tekken', { patterns: [tekken], ignoresMerges: true, begins: true }],
  ['deepseek-coder', { patterns: deepseek }],
]);

const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };

/** The pre-tokenizer of `tokenizer.json`. */
export function preTokenizerJson({ patterns, digits }: Splitting): object {
  if (patterns === undefined) {
    const own = { ...bytes, use_regex: true };
    if (!digits) return own;
    return { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, own] };
  }
  const splits = patterns.map((Regex) => ({
    type: 'Split',
    pattern: { Regex },
    behavior: 'Isolated',
    invert: false,
  }));
  return { type: 'Sequence', pretokenizers: [...splits, { ...bytes, use_regex: false }] };
}
