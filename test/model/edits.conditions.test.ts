/** @file Conditions and positions of edits: where they act in a pass, and the same under a key-value cache. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edit, HookName } from '../../src/model/index.ts';
import {
  kindAt,
  normals,
  type Place,
  positionsOf,
  randomDictionary,
  sampleSteps,
} from './editsSupport.ts';
import {
  bits,
  largestDifference,
  randomTokens,
  refusal,
  samplesOf,
  softmax,
  tinyModel,
} from './support.ts';

const model = tinyModel();
const d = model.config.hidden_size;
const vocab = model.config.vocab_size;
const dictionaries = {
  relu: randomDictionary('relu', d),
  jump: randomDictionary('jumprelu', d, 12, { applyDecoderBiasToInput: true }),
  top: randomDictionary('topk', d),
  heads: randomDictionary('relu', 24),
};
const at = 'blocks.0.hook_resid_post';
type When = NonNullable<Edit['when']>;

/** Where an edit at `at` changed anything, [rows][positions]. */
async function changed(edit: Edit, tokens: number[][], promptLength?: number) {
  const options = {
    read: [edit.at],
    logits: false,
    dictionaries,
    ...(promptLength !== undefined && { promptLength }),
  };
  const [before, after] = [
    (await model.run(tokens, options)).activations[edit.at]!,
    (await model.run(tokens, { ...options, edits: [edit] })).activations[edit.at]!,
  ];
  const size = before.data.length / tokens.length / tokens[0]!.length;
  return tokens.map((row, r) =>
    row.map((_, p) => {
      const from = (r * row.length + p) * size;
      const own = after.data.subarray(from, from + size);
      return largestDifference(own, before.data.subarray(from, from + size)) > 0;
    }),
  );
}

const tokens = [
  [3, 7, 3, 9, 7],
  [7, 7, 1, 3, 2],
];
const add: Edit = { at, do: 'add', vector: normals(d) };

describe('positions', () => {
  const cases: [NonNullable<Edit['positions']>, number[], number[]][] = [
    ['all', [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]],
    ['prompt', [0, 1, 2], [0, 1, 2]],
    ['generated', [3, 4], [3, 4]],
    [
      [0, 4],
      [0, 4],
      [0, 4],
    ],
    [[-1], [2], [2]],
    [
      [-3, 3],
      [0, 3],
      [0, 3],
    ],
    [{ token: 7 }, [1, 4], [0, 1]],
    [{ token: [3, 2] }, [0, 2], [3, 4]],
  ];
  test.each(cases)('%j of sequences with prompts of 3 tokens', async (positions, first, second) => {
    const found = await changed({ ...add, positions }, tokens, 3);
    const indices = found.map((row) => row.flatMap((on, i) => (on ? [i] : [])));
    expect(indices).toEqual([first, second]);
  });

  test('of scores and patterns are the queries', async () => {
    const edit: Edit = {
      at: 'blocks.0.attn.hook_pattern',
      do: 'scale',
      factor: 0,
      positions: [1],
      heads: [2],
    };
    const { data } = (await model.run(tokens, { edits: [edit], read: [edit.at] })).activations[
      edit.at
    ]!;
    const sums = Array.from({ length: 2 * 4 * 5 }, (_, i) =>
      data.slice(i * 5, i * 5 + 5).reduce((a, b) => a + b),
    );
    sums.forEach((sum, i) => {
      const [head, query] = [Math.floor(i / 5) % 4, i % 5];
      expect(sum).toBeCloseTo(head === 2 && query === 1 ? 0 : 1, 5);
    });
  });

  test.each([
    [[5], 'position 5'],
    [[0, -6], 'position -6'],
  ])('%j beyond the sequences of a run are refused', async (positions, message) => {
    const error = await refusal(() =>
      model.run(tokens, { edits: [{ ...add, positions: positions as number[] }] }),
    );
    expect([error.kind, error.message]).toEqual(['usage', `${message} of an edit at '${at}'`]);
  });

  test.each([[6], [-1], [1.5], [[1]]])(
    'a prompt of %j tokens in a sequence of 5 is refused',
    async (promptLength) => {
      const error = await refusal(() => model.run(tokens, { promptLength }));
      expect(error.kind).toBe('usage');
    },
  );
});

/** Fires where the token is `id`: embeddings are the same wherever a token stands. */
async function firesAt(id: number, fields: Partial<When> = {}): Promise<When> {
  const every = Array.from({ length: vocab }, (_, i) => [i]);
  const { data } = (await model.run(every, { read: ['hook_embed'], logits: false })).activations
    .hook_embed!;
  const direction = Array.from(data.subarray(id * d, (id + 1) * d));
  const products = every.map((_, i) =>
    direction.reduce((sum, value, c) => sum + value * data[i * d + c]!, 0),
  );
  const others = products.filter((_, i) => i !== id);
  const above = (products[id]! + Math.max(...others)) / 2;
  expect(products[id]!).toBeGreaterThan(above);
  return { read: 'hook_embed', direction, above, ...fields };
}

describe('a condition', () => {
  test.each([
    [{}, [[0, 2], [3]]],
    [{ fromPrompt: false }, [[2], [3]]],
    [
      { scope: 'sequence' },
      [
        [0, 1, 2, 3, 4],
        [3, 4],
      ],
    ],
    [
      { scope: 'sequence', fromPrompt: false },
      [
        [2, 3, 4],
        [3, 4],
      ],
    ],
    [{ detector: 'trueEncoder' }, [[0, 2], [3]]],
    [{ bias: -1e3 }, [[], []]],
  ] as [Partial<When>, number[][]][])('%j acts where it should', async (fields, expected) => {
    const found = await changed({ ...add, when: await firesAt(3, fields) }, tokens, 2);
    expect(found.map((row) => row.flatMap((on, i) => (on ? [i] : [])))).toEqual(expected);
  });

  test('sees what the edits before it left at its own hook point', async () => {
    const direction = normals(d, 5);
    const far = { at, do: 'add', vector: direction.map((x) => 100 * x) } as const;
    const when: When = { direction, above: 200 };
    const factor = { at, do: 'scale', factor: 0, when } as const;
    const read = async (edits: Edit[]) =>
      (await model.run(tokens, { edits, read: [at] })).activations[at]!.data;
    expect(await read([factor, far])).toEqual(await read([far]));
    expect((await read([far, factor])).every((value) => value === 0)).toBe(true);
  });

  test('on the stream before several edits gives one result in any order of them; on where they act, it need not', async () => {
    const before = 'blocks.0.hook_resid_post';
    const target = 'blocks.1.hook_resid_pre';
    const edits = (read: HookName): Edit[] =>
      [0, 1, 2].map((seed): Edit => {
        const direction = normals(d, 40 + seed);
        const when = { read, direction, above: 0.2 };
        return { at: target, do: 'add', vector: normals(d, 50 + seed, 4), when };
      });
    const orders = [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
      [2, 1, 0],
    ];
    const logitsOf = async (read: HookName) => {
      const given = edits(read);
      const all: Float32Array[] = [];
      for (const order of orders) {
        const { logits } = await model.run(tokens, { edits: order.map((i) => given[i]!) });
        all.push(logits!.data);
      }
      return all;
    };
    const [first, ...others] = await logitsOf(before);
    // Sums of the same three vectors in another order differ by rounding alone.
    for (const other of others) expect(largestDifference(first!, other)).toBeLessThan(1e-4);
    const [one, ...rest] = await logitsOf(target);
    expect(Math.max(...rest.map((other) => largestDifference(one!, other)))).toBeGreaterThan(1e-2);
  });

  test.each<[HookName, string]>([
    ['blocks.1.hook_resid_pre', 'it can read the same hook point or an earlier one'],
    ['blocks.0.attn.hook_pattern', 'scores and patterns grow with the sequence: read another'],
  ])('on %s of an edit before it is refused', async (read, hint) => {
    const when = { read, direction: normals(d), above: 0 };
    const error = await refusal(() => model.run(tokens, { edits: [{ ...add, when }] }));
    expect(error.hint).toBe(hint);
  });

  test('padding of prompts never makes it fire', async () => {
    // Prompts are padded with token 0, up to 16.
    const when = await firesAt(0, { scope: 'sequence' });
    const edit: Edit = { at, do: 'set', value: normals(d, 8, 5), when };
    const quiet: Edit = { ...edit, when: { ...when, above: 1e9 } };
    const prompts = [
      [3, 7, 9],
      [8, 2, 2, 5, 1, 9],
    ];
    const options = { maxTokens: 4, temperature: 0 };
    const loud = await sampleSteps(model, prompts, { ...options, edits: [edit] });
    const silent = await sampleSteps(model, prompts, { ...options, edits: [quiet] });
    expect(loud.rows.flat()).not.toContain(0);
    expect(loud.steps.map(bits)).toEqual(silent.steps.map(bits));
    const spoken = [[3, 0, 9], prompts[1]!];
    const fired = await sampleSteps(model, spoken, { ...options, edits: [edit] });
    const still = await sampleSteps(model, spoken, { ...options, edits: [quiet] });
    fired.steps.forEach((own, step) => {
      const other = still.steps[step]!;
      expect(largestDifference(own.subarray(0, vocab), other.subarray(0, vocab))).toBeGreaterThan(
        1e-3,
      );
      expect(bits(own.slice(vocab))).toEqual(bits(other.slice(vocab)));
    });
  });

  test('with a memory gives a row the same sample alone and among rows that end early', async () => {
    const when: When = {
      read: at,
      direction: normals(d, 3),
      above: 3,
      scope: 'sequence',
      fromPrompt: false,
    };
    const edits: Edit[] = [{ at: 'blocks.1.hook_resid_post', do: 'scale', factor: -1, when }];
    const prompts = randomTokens(12, 6, 4);
    const options = { maxTokens: 30, edits, stop: [1, 2, 3, 4, 5] };
    const together = await samplesOf(model, prompts, options);
    expect(new Set(together.map(({ tokens: own }) => own.length)).size).toBeGreaterThan(4);
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await samplesOf(model, [prompt], options);
      expect(alone!.tokens, `row ${i}`).toEqual(together[i]!.tokens);
    }
    const without = await samplesOf(model, prompts, { ...options, edits: [] });
    expect(together.map(({ tokens: own }) => own)).not.toEqual(
      without.map(({ tokens: own }) => own),
    );
  });
});

describe('sampling with a cache', () => {
  const PROMPT = 6;
  const prompts = randomTokens(3, PROMPT, 2);
  const places: [Place, string[]][] = [
    [{ at, size: d }, ['relu', 'jump', 'top']],
    [{ at: 'blocks.1.hook_resid_pre', size: d }, ['relu', 'jump', 'top']],
    [{ at: 'blocks.1.hook_mlp_out', size: d }, ['relu', 'jump', 'top']],
    [{ at: 'blocks.1.ln1.hook_normalized', size: d }, ['jump']],
    [{ at: 'blocks.1.attn.hook_z', size: 24, heads: 4 }, ['heads']],
  ];

  const condition: fc.Arbitrary<When> = fc.record({
    read: fc.constantFrom('hook_embed', at),
    direction: fc.oneof(
      fc.nat(1000).map((seed) => normals(d, seed)),
      fc.record({ dictionary: fc.constantFrom('relu', 'jump', 'top'), latent: fc.nat(11) }),
    ),
    detector: fc.constantFrom('rawDot' as const, 'trueEncoder' as const),
    above: fc.double({ min: 0, max: 2, noNaN: true }),
    scope: fc.constantFrom('token' as const, 'sequence' as const),
    fromPrompt: fc.boolean(),
  });

  const anyEdit: fc.Arbitrary<Edit> = fc
    .constantFrom(...places)
    .chain(([place, names]) =>
      fc.record({
        kind: fc.constantFrom(...names).chain((name) => kindAt(place, name)),
        positions: positionsOf(PROMPT),
        heads: place.heads
          ? fc.option(fc.uniqueArray(fc.nat(3), { minLength: 1 }))
          : fc.constant(null),
        when: fc.option(condition),
      }),
    )
    .map(({ kind, positions, heads, when }) => ({
      ...kind,
      positions,
      ...(heads && { heads }),
      ...(when && { when }),
    }));

  test('gives the distributions of a pass over the whole sequence within 1e-5', async () => {
    let fired = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyEdit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const { rows, steps } = await sampleSteps(model, prompts, {
          maxTokens: 8,
          edits,
          dictionaries,
        });
        const { logits } = await model.run(rows, { edits, dictionaries, promptLength: PROMPT });
        const length = rows[0]!.length;
        steps.forEach((own, step) => {
          for (let row = 0; row < rows.length; row++) {
            const from = (row * length + PROMPT - 1 + step) * vocab;
            const expected = softmax(logits!.data.subarray(from, from + vocab));
            const found = own.subarray(row * vocab, (row + 1) * vocab);
            expect(largestDifference(found, expected), `step ${step}, row ${row}`).toBeLessThan(
              1e-5,
            );
          }
        });
        if (edits.some((edit) => edit.when)) fired++;
      }),
      { numRuns: 60, seed: 3 },
    );
    expect(fired).toBeGreaterThan(20);
  });

  const attention: Edit[] = [
    {
      at: 'blocks.0.attn.hook_attn_scores',
      do: 'add',
      vector: [0.5, -1, 2, 0],
      positions: 'generated',
    },
    { at: 'blocks.1.attn.hook_attn_scores', do: 'mean', vector: [0.3], heads: [1, 2] },
    { at: 'blocks.1.attn.hook_pattern', do: 'add', vector: [0.1], heads: [0] },
    {
      at: 'blocks.0.attn.hook_pattern',
      do: 'set',
      value: [0, 0.2, 0.1, 0.4],
      when: { read: 'hook_embed', direction: normals(d, 2), above: 0 },
    },
    { at: 'blocks.0.attn.hook_pattern', do: 'scale', factor: 0, positions: [-1] },
  ];
  test.each(attention)('does so under an edit of scores or patterns: %j', async (edit) => {
    const { rows, steps } = await sampleSteps(model, prompts, { maxTokens: 8, edits: [edit] });
    const { logits } = await model.run(rows, { edits: [edit], promptLength: PROMPT });
    steps.forEach((own, step) => {
      for (let row = 0; row < rows.length; row++) {
        const from = (row * rows[0]!.length + PROMPT - 1 + step) * vocab;
        const expected = softmax(logits!.data.subarray(from, from + vocab));
        expect(
          largestDifference(own.subarray(row * vocab, (row + 1) * vocab), expected),
        ).toBeLessThan(1e-5);
      }
    });
  });

  test('remembers one token over many steps, across the growth of the cache', async () => {
    const options = { maxTokens: 60, temperature: 1 };
    const { rows: plain } = await sampleSteps(model, prompts, options);
    // A token that the first sample holds once, early: until there the edit changes nothing.
    const early = plain[0]!.slice(PROMPT, PROMPT + 12);
    const token = early.find((id) => plain[0]!.filter((other) => other === id).length === 1)!;
    const when = await firesAt(token, { scope: 'sequence', fromPrompt: false });
    const edits: Edit[] = [{ at, do: 'add', vector: normals(d, 1), when }];
    const { rows, steps } = await sampleSteps(model, prompts, { ...options, edits });
    const on = await changed(edits[0]!, rows, PROMPT);
    const first = rows[0]!.indexOf(token, PROMPT);
    expect(on[0]).toEqual(rows[0]!.map((_, i) => i >= first));
    const { logits } = await model.run(rows, { edits, promptLength: PROMPT });
    const from = (rows[0]!.length - 2) * vocab;
    const expected = softmax(logits!.data.subarray(from, from + vocab));
    expect(largestDifference(steps.at(-1)!.subarray(0, vocab), expected)).toBeLessThan(1e-5);
  });
});
