/** @file Ten thousand broken files: every reader opens them or refuses them with a TouchstoneError. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseAdapterConfig } from '../../../src/model/adapter.ts';
import { trainByteLevelBpe } from '../../../src/model/bpe.ts';
import { parseConfig } from '../../../src/model/config.ts';
import { parseJson } from '../../../src/model/json.ts';
import { loadAll } from '../../../src/model/safetensors.ts';
import { parseShardIndex } from '../../../src/model/shards.ts';
import { bytesSource } from '../../../src/model/source.ts';
import { Tokenizer } from '../../../src/model/tokenizer.ts';
import { TouchstoneError } from '../../../src/tensor/errors.ts';
import { type RandomReader, randomStream } from '../../../src/tensor/random.ts';
import { concatenated, fixtureBytes } from './support.ts';

/** Things that break parsers, to be spliced in. */
const NASTY = [
  '',
  'null',
  '{}',
  '[]',
  '-1',
  '1e999',
  '1.5',
  '9007199254740993',
  '18446744073709551615',
  '"',
  '\\',
  ',',
  '}',
  ']',
  '"__proto__"',
  '"toString"',
  'true',
  '\u0000',
  '\ud800',
  '[[[[[[',
  '{"a":',
  '"data_offsets":[0,0]',
  '4294967296',
].map((text) => new TextEncoder().encode(text));

type Mutation = (bytes: Uint8Array, random: RandomReader) => Uint8Array;

const flipBit: Mutation = (bytes, random) => {
  const out = bytes.slice();
  const at = random.integer(out.length);
  out[at] = out[at]! ^ (1 << random.integer(8));
  return out;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.integer(bytes.length));

const splice: Mutation = (bytes, random) => {
  const at = random.integer(bytes.length);
  const rest = bytes.subarray(at + random.integer(Math.min(24, bytes.length - at)));
  return concatenated([bytes.subarray(0, at), random.pick(NASTY), rest]);
};

const repeatPart: Mutation = (bytes, random) => {
  const begin = random.integer(bytes.length);
  const end = begin + random.integer(Math.min(200, bytes.length - begin) + 1);
  return concatenated([bytes.subarray(0, end), bytes.subarray(begin)]);
};

const randomBytes: Mutation = (bytes, random) => {
  const out = bytes.slice();
  const begin = random.integer(out.length);
  const end = Math.min(out.length, begin + 1 + random.integer(64));
  for (let i = begin; i < end; i++) out[i] = random.integer(256);
  return out;
};

const onlyRandomBytes: Mutation = (bytes, random) =>
  Uint8Array.from({ length: random.integer(bytes.length + 1) }, () => random.integer(256));

/** Puts one number or word of the text in the place of another: swaps offsets, shapes, names, types. */
const swapWords: Mutation = (bytes, random) => {
  // One byte, one character: the data of a binary file passes unharmed.
  const text = Buffer.from(bytes).toString('latin1');
  const words = [...text.matchAll(/\d+|"[^"]*"|true|false|null/g)].slice(0, 2000);
  if (words.length === 0) return bytes;
  const from = random.pick(words);
  const { index, 0: old } = random.pick(words);
  const swapped = text.slice(0, index) + from[0] + text.slice(index + old.length);
  return new Uint8Array(Buffer.from(swapped, 'latin1'));
};

/** Mutates the JSON of a safetensors file and writes its new length in front, to get past that check. */
const resizeHeader =
  (inner: Mutation): Mutation =>
  (bytes, random) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = 8 + Number(view.getBigUint64(0, true));
    const header = inner(bytes.slice(8, end), random);
    const size = new Uint8Array(8);
    new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
    return concatenated([size, header, bytes.subarray(end)]);
  };

const MUTATIONS = [
  flipBit,
  truncate,
  splice,
  splice,
  repeatPart,
  randomBytes,
  onlyRandomBytes,
  swapWords,
  swapWords,
];
const HEADER_MUTATIONS = [flipBit, splice, repeatPart, swapWords, swapWords].map(resizeHeader);

/** Text as it comes off the disk; broken UTF-8 becomes U+FFFD so that the JSON reader is reached. */
const jsonOf = (bytes: Uint8Array) => parseJson(new TextDecoder().decode(bytes), 'fuzzed');

interface Target {
  readonly seed: () => Uint8Array | Promise<Uint8Array>;
  readonly mutations: readonly Mutation[];
  readonly open: (bytes: Uint8Array) => unknown;
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Opens a tokenizer and uses it. */
function openTokenizer(bytes: Uint8Array): string {
  const tokenizer = Tokenizer.parse(jsonOf(bytes));
  const { ids } = tokenizer.encodeWithOffsets("<|a|>The keeper's 42 words: é\n<|b|>", {
    addSpecial: true,
  });
  return tokenizer.decode(ids, { skipSpecial: true });
}

/** A tokenizer of a style with few tokens, so that mutations also meet the other parts of the file. */
async function smallTokenizer(style: string): Promise<Uint8Array> {
  const path = new URL(`../../fixtures/tokenizers/${style}/tokenizer.json`, import.meta.url);
  const file = JSON.parse(await readFile(path, 'utf8'));
  const added = file.added_tokens.map((token: { content: string; id: number }) => [
    token.content,
    token.id,
  ]);
  const vocab = Array.isArray(file.model.vocab)
    ? file.model.vocab.slice(0, 40)
    : Object.fromEntries([...Object.entries(file.model.vocab).slice(0, 270), ...added]);
  const merges = file.model.merges === undefined ? {} : { merges: [] };
  return json({ ...file, model: { ...file.model, vocab, ...merges } });
}

const TARGETS: Record<string, Target> = {
  safetensors: {
    seed: () => fixtureBytes('dtypes.safetensors'),
    mutations: [...MUTATIONS, ...HEADER_MUTATIONS, ...HEADER_MUTATIONS],
    open: (bytes) => loadAll(bytesSource('fuzzed', bytes)),
  },
  config: {
    seed: () => fixtureBytes('llama/config.json'),
    mutations: MUTATIONS,
    open: (bytes) => parseConfig(jsonOf(bytes)),
  },
  tokenizer: {
    seed: () =>
      json(
        trainByteLevelBpe(['the keeper keeps'], {
          vocabSize: 262,
          specialTokens: ['<|a|>', '<|b|>'],
        }),
      ),
    mutations: MUTATIONS,
    open: openTokenizer,
  },
  ...Object.fromEntries(
    ['llama2', 'qwen2', 't5'].map((style) => [
      `${style} tokenizer`,
      {
        seed: () => smallTokenizer(style),
        mutations: MUTATIONS,
        open: openTokenizer,
      },
    ]),
  ),
  adapter: {
    seed: () => fixtureBytes('adapter/adapter_config.json'),
    mutations: MUTATIONS,
    open: (bytes) => parseAdapterConfig(jsonOf(bytes)),
  },
  shards: {
    seed: () => fixtureBytes('llama-sharded/model.safetensors.index.json'),
    mutations: MUTATIONS,
    open: (bytes) => parseShardIndex(jsonOf(bytes), 'fuzzed'),
  },
};

const SHARES = {
  safetensors: 4000,
  config: 1500,
  tokenizer: 2500,
  'llama2 tokenizer': 200,
  'qwen2 tokenizer': 200,
  't5 tokenizer': 200,
  adapter: 1000,
  shards: 1000,
};

test.each(Object.entries(SHARES))(
  '%s: %i mutated files open or are refused in one line',
  async (name, count) => {
    const { seed, mutations, open } = TARGETS[name]!;
    const original = await seed();
    const outcomes = { opened: 0, refused: 0 };
    for (let i = 0; i < count; i++) {
      const random = randomStream(20, 'fuzz').at(name, i).reader();
      let bytes = random.pick(mutations)(original, random);
      while (bytes.length > 8 && random.uniform() < 0.3)
        bytes = random.pick(MUTATIONS)(bytes, random);
      outcomes[await outcomeOf(() => open(bytes), `${name} ${i}`)]++;
    }
    // A fuzzer that never gets past the first check, or never breaks anything, tests nothing.
    expect(outcomes.opened).toBeGreaterThan(count / 100);
    expect(outcomes.refused).toBeGreaterThan(count / 4);
  },
);

async function outcomeOf(open: () => unknown, which: string): Promise<'opened' | 'refused'> {
  try {
    await open();
    return 'opened';
  } catch (error) {
    if (!(error instanceof TouchstoneError))
      throw new Error(`${which}: ${error}`, { cause: error });
    expect(error.message, which).not.toContain('\n');
    return 'refused';
  }
}
