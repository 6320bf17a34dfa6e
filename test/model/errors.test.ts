/** @file Wrong use and bad input: one clear line each, of the right kind. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Edit,
  encodeSafetensors,
  type HookName,
  Lora,
  loadAll,
  openLora,
  openModel,
  parseEdits,
  type RunOptions,
  readJson,
  type SampleOptions,
  saveLora,
  saveModel,
  type Tokens,
  train,
  withFile,
} from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import {
  randomTokens,
  refusal,
  runtime,
  samplesOf,
  temporaryFolder,
  tinyModel,
} from './support.ts';

const model = tinyModel();
const prompt = [1, 2, 3];
const at = 'blocks.0.hook_resid_post';
const vector = new Array<number>(16).fill(1);

describe('a run', () => {
  const cases: [string, Tokens, RunOptions, string, string | undefined][] = [
    [
      'of an unknown hook',
      prompt,
      { read: ['blocks.1.hook_resid_pots'] },
      "unknown hook 'blocks.1.hook_resid_pots' of a llama model of 2 layers",
      "did you mean 'blocks.1.hook_resid_post'?",
    ],
    [
      'of a layer too many',
      prompt,
      { read: ['blocks.2.attn.hook_z'] },
      "unknown hook 'blocks.2.attn.hook_z' of a llama model of 2 layers",
      "did you mean 'blocks.0.attn.hook_z'?",
    ],
    ['of no tokens', [], {}, 'no tokens to run', 'give at least one'],
    ['of an empty sequence', [[]], {}, 'a sequence is empty', 'give at least one token'],
    [
      'of a token that there is not',
      [1, 40],
      {},
      'token id 40',
      'ids are whole numbers from 0 to 39',
    ],
    ['of half a token', [[1.5]], {}, 'token id 1.5', 'ids are whole numbers from 0 to 39'],
    [
      'of ragged sequences',
      [[1, 2], [3]],
      {},
      'sequences of 2, 1 tokens in one run',
      'run equal lengths together',
    ],
    [
      'of too many tokens',
      new Array<number>(97).fill(1),
      {},
      '97 tokens, but the model has 96 positions',
      'shorten the text',
    ],
    [
      'of a text without a tokenizer',
      'hello',
      {},
      'this model has no tokenizer',
      'give token ids instead of text',
    ],
  ];
  test.each(cases)('%s is refused', async (_, tokens, options, message, hint) => {
    const error = await refusal(() => model.run(tokens, options));
    expect([error.kind, error.message, error.hint]).toEqual(['usage', message, hint]);
  });

  const edits: [string, Edit, string][] = [
    [
      'at an unknown hook',
      { at: 'block.0.hook_resid_post' as HookName, do: 'scale', factor: 0 },
      "unknown hook 'block.0.hook_resid_post' of a llama model of 2 layers",
    ],
    [
      'with a vector of the wrong length',
      { at, do: 'add', vector: [1, 2] },
      `vector of 2 numbers added at '${at}'`,
    ],
    [
      'with a value of the wrong length',
      { at, do: 'set', value: new Array<number>(17).fill(0) },
      `value of 17 numbers set at '${at}'`,
    ],
    [
      'with values for other positions',
      { at, do: 'set', value: new Array<number>(64).fill(0) },
      `value of 64 numbers set at '${at}'`,
    ],
    [
      'that adds a vector to a pattern',
      { at: 'blocks.0.attn.hook_pattern', do: 'add', vector },
      "vector of 16 numbers added at 'blocks.0.attn.hook_pattern'",
    ],
    [
      'that projects scores',
      { at: 'blocks.0.attn.hook_attn_scores', do: 'project', directions: [vector] },
      "a direction cannot act on 'blocks.0.attn.hook_attn_scores'",
    ],
    ['of negative noise', { at, do: 'noise', scale: -1 }, `noise at '${at}' of scale -1`],
    [
      'of a seed that is none',
      { at, do: 'noise', scale: 1, seed: 0.5 },
      `noise at '${at}' of seed 0.5`,
    ],
    [
      'with a number that is none',
      { at, do: 'scale', factor: Number.NaN },
      `scale at '${at}': NaN in its factor`,
    ],
    [
      'with an infinite vector',
      { at, do: 'add', vector: [...vector.slice(1), Number.POSITIVE_INFINITY] },
      `add at '${at}': Infinity in its vector`,
    ],
    ['of an unknown kind', { at, do: 'smash' } as unknown as Edit, "unknown edit 'smash'"],
  ];
  test.each(edits)('under an edit %s is refused', async (_, edit, message) => {
    const error = await refusal(() => model.run(prompt, { edits: [edit] }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
    expect(error.hint).toBeDefined();
  });

  test('edits from a file are checked field by field', async () => {
    const wrong: [unknown, string][] = [
      [{ do: 'noise', scale: 1 }, 'f.json: edit 0: at: '],
      [{ at, do: 'noise' }, 'f.json: edit 0: scale: '],
      [
        [
          { at, do: 'scale', factor: 1 },
          { at, do: 'scale', factor: 'x' },
        ],
        'f.json: edit 1: factor: ',
      ],
      [{ at, do: 'smash' }, 'f.json: edit 0: do: '],
      [{ at, do: 'scale', factor: 1, faktor: 2 }, 'f.json: edit 0: value: '],
      [7, 'f.json: edit 0: value: '],
    ];
    for (const [value, start] of wrong) {
      const error = await refusal(() => parseEdits(value, 'f.json'));
      expect(error.kind).toBe('input');
      expect(error.message.slice(0, start.length)).toBe(start);
    }
    const good: Edit = { at, do: 'add', vector, positions: 'generated' };
    expect(parseEdits(JSON.parse(JSON.stringify([good])))).toEqual([good]);
  });
});

describe('sampling', () => {
  const cases: [SampleOptions, string][] = [
    [{ temperature: -1 }, 'temperature -1'],
    [{ temperature: Number.NaN }, 'temperature NaN'],
    [{ temperature: 1e-30 }, 'temperature 1e-30'],
    [{ topK: 0 }, 'topK 0'],
    [{ topK: 2.5 }, 'topK 2.5'],
    [{ topP: 0 }, 'topP 0'],
    [{ topP: 1.1 }, 'topP 1.1'],
    [{ maxTokens: 0 }, 'maxTokens 0'],
    [{ n: -3 }, 'n -3'],
    [{ n: 0 }, 'n 0'],
    [{ batchSize: 0 }, 'batchSize 0'],
    [{ first: -1 }, 'first -1'],
    [{ seed: 1.5 }, 'seed 1.5'],
    [{ seed: -1 }, 'seed -1'],
    [{ maxTokens: 94 }, "prompt 0 of 3 tokens and 94 sampled ones exceed the model's 96 positions"],
    [
      { edits: [{ at, do: 'set', value: new Array<number>(48).fill(0) }] },
      `'set' at '${at}' has more than one position`,
    ],
    [{ edits: [{ at, do: 'add', vector: [1] }] }, `vector of 1 numbers added at '${at}'`],
  ];
  test.each(cases.map(([options, message]) => ({ options, message })))(
    'refuses $message',
    async ({ options, message }) => {
      const error = await refusal(() => samplesOf(model, [prompt], options));
      expect([error.kind, error.message]).toEqual(['usage', message]);
      expect(error.hint).toBeDefined();
    },
  );

  test('a wrong prompt is refused before the first sample', async () => {
    const wrong: [number[], string][] = [
      [[], 'prompt 1 is empty'],
      [[4, 40], 'token id 40'],
      [new Array<number>(90).fill(1), 'prompt 1 of 90 tokens and 10 sampled ones'],
    ];
    for (const [second, message] of wrong) {
      const samples = model.sample([prompt, second], { maxTokens: 10 });
      const error = await refusal(() => samples.next());
      expect(error.kind).toBe('usage');
      expect(error.message).toContain(message);
    }
  });
});

describe('scoring', () => {
  test.each([
    [[[1, 2]], [], '0 starts for 1 sequences'],
    [[[1, 2]], [-1], 'a start of -1'],
    [[[1, 99]], [0], 'token id 99'],
    [[new Array<number>(98).fill(1)], [0], 'a sequence of 98 tokens'],
  ])('refuses what it cannot score: case %#', async (sequences, from, message) => {
    const error = await refusal(() => model.negativeLogLikelihood(sequences, from));
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });
});

describe('training', () => {
  const options = { steps: 1, learningRate: 0.1, batch: () => [] };
  const checkpoint = { path: '/nowhere', every: 0, recipe: '' };
  test.each([
    [{ steps: 1.5 }, '1.5 steps'],
    [{ learningRate: Number.NaN }, 'learning rate NaN'],
    [{ clip: 0 }, 'clip 0'],
    [{ checkpoint }, 'a checkpoint every 0 steps'],
    [{}, 'a batch of rows of no tokens'],
  ])('with wrong options is refused: case %#', async (wrong, message) => {
    const error = await refusal(() => train(tinyModel(), { ...options, ...wrong }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });

  test.each([
    [{ rank: 0, alpha: 1 }, 'rank 0'],
    [{ rank: 2, alpha: 0 }, 'alpha 0'],
    [{ rank: 2, alpha: 1, targets: [] }, 'an adapter of no modules'],
    [{ rank: 2, alpha: 1, targets: ['q_porj'] }, "unknown module 'q_porj'"],
  ])('adapters of %o are refused', async (wrong, message) => {
    const error = await refusal(() =>
      Lora.initialize(model.weights, wrong, randomStream(0, 'init')),
    );
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });
});

describe('a folder', () => {
  /** A saved model, spoilt. */
  async function spoilt(spoil: (dir: string) => Promise<unknown>): Promise<string> {
    const dir = join(await temporaryFolder(), 'model');
    await saveModel(model, dir);
    await spoil(dir);
    const error = await refusal(() => openModel(dir, runtime));
    expect(error.kind).toBe('input');
    return error.message.replaceAll(dir, 'DIR');
  }

  /** Changes the tensors of a folder. */
  const tensors =
    (change: (all: Awaited<ReturnType<typeof loadAll>>) => unknown) => async (dir: string) => {
      const path = join(dir, 'model.safetensors');
      const all = await withFile(path, loadAll);
      change(all);
      await writeFile(path, Buffer.concat(encodeSafetensors(all)));
    };

  const settings = (change: object) => async (dir: string) => {
    const path = join(dir, 'config.json');
    const json = (await readJson(path)) as object;
    await writeFile(path, JSON.stringify({ ...json, ...change }));
  };

  test('that is none, or lacks a file, is refused', async () => {
    expect(await spoilt((dir) => rm(dir, { recursive: true }))).toBe(
      'cannot read DIR/config.json: no such file or folder',
    );
    expect(await spoilt((dir) => rm(join(dir, 'config.json')))).toBe(
      'cannot read DIR/config.json: no such file or folder',
    );
    expect(await spoilt((dir) => rm(join(dir, 'model.safetensors')))).toMatch(
      /^DIR has neither model.safetensors nor model.safetensors.index.json$/,
    );
  });

  test('with a tensor missing or of the wrong shape is refused', async () => {
    const name = 'model.layers.1.mlp.up_proj.weight';
    expect(await spoilt(tensors((all) => all.delete(name)))).toBe(
      `DIR: tensor '${name}' is missing`,
    );
    const small = { shape: [3, 4], data: new Float32Array(12) };
    expect(await spoilt(tensors((all) => all.set(name, small)))).toBe(
      `DIR: '${name}' has shape [3, 4], expected [24, 16] by config.json`,
    );
    expect(await spoilt(settings({ tie_word_embeddings: false, vocab_size: 41 }))).toMatch(
      /^DIR: 'model.embed_tokens.weight' has shape \[40, 16\], expected \[41, 16\] by config.json$/,
    );
  });

  test('that promises more than there is memory for is refused before any is taken', async () => {
    const vast = { hidden_size: 2 ** 20, intermediate_size: 2 ** 24, vocab_size: 2 ** 24 };
    expect(await spoilt(settings({ ...vast, num_hidden_layers: 1000 }))).toMatch(
      /has shape \[40, 16\], expected \[16777216, 1048576\] by config.json$/,
    );
  });

  test('of another architecture, or malformed, is refused', async () => {
    expect(await spoilt(settings({ model_type: 'gpt3' }))).toMatch(
      /^DIR\/config.json: model_type is "gpt3"/,
    );
    expect(await spoilt((dir) => writeFile(join(dir, 'config.json'), '{'))).toMatch(
      /^DIR\/config.json: not JSON/,
    );
    expect(await spoilt((dir) => writeFile(join(dir, 'tokenizer.json'), '{}'))).toMatch(
      /^DIR\/tokenizer.json: model is missing/,
    );
    expect(await spoilt((dir) => writeFile(join(dir, 'model.safetensors'), 'xx'))).toMatch(
      /^DIR\/model.safetensors: not a valid safetensors file/,
    );
  });

  test('is not overwritten unless that is asked for', async () => {
    const dir = await temporaryFolder();
    const lora = Lora.initialize(model.weights, { rank: 1, alpha: 1 }, randomStream(0, 'init'));
    const path = join(dir, 'there');
    for (const save of [
      (options = {}) => saveModel(model, path, options),
      (options = {}) => saveLora(lora, path, {}, options),
    ]) {
      await save({ overwrite: true });
      expect((await refusal(() => save())).message).toBe(
        `cannot write ${path}: the folder is not empty`,
      );
    }
    expect((await refusal(() => openModel(path, runtime))).kind).toBe('input');
    expect((await openLora(path)).rank).toBe(1);
  });
});

test('random ids of the vocabulary are never refused', async () => {
  await model.run(randomTokens(3, 10));
});
