/** @file Edits with dictionaries against their definition in plain arithmetic: latents by each change, spliced, conditional. */
import { describe, expect, test } from 'vitest';
import type { DictionaryWeights, Edit } from '../../src/model/index.ts';
import {
  autoencode,
  dictionaryKinds,
  dot,
  each,
  normals,
  randomDictionary,
  readingOf,
} from './editsSupport.ts';
import { bits, largestDifference, randomTokens, refusal, tinyModel } from './support.ts';

const model = tinyModel();
const { config } = model;
const d = config.hidden_size;
const tokens = randomTokens(2, 5);
const RESID = 'blocks.0.hook_resid_post';
const Z = 'blocks.1.attn.hook_z';
const { read, logits } = readingOf(model, tokens);
const kinds = dictionaryKinds(d);

describe.each(Object.keys(kinds))('a dictionary of kind %s', (dictionary) => {
  const weights = kinds[dictionary]!;
  const dictionaries = { [dictionary]: weights };
  const reference = (latent: number) => ({ dictionary, latent });

  test.each(['clamp', 'shift', 'scale', 'ablate'] as const)(
    'under %s of latents: the full autoencoding with its error added back, within 1e-5',
    async (change) => {
      const before = await read(RESID);
      const value = 1.7;
      const edit: Edit = {
        at: RESID,
        do: 'latent',
        latents: [reference(3), reference(8), reference(5)],
        change,
        ...(change !== 'ablate' && { value }),
      };
      for (const onlyActive of [false, true]) {
        const expected = each(before, d, (x) => {
          const plain = autoencode(weights, x);
          const edited = autoencode(weights, x, (latents) => {
            for (const i of [3, 8, 5]) {
              if (onlyActive && latents[i] === 0) continue;
              const to = { clamp: value, shift: latents[i]! + value, scale: latents[i]! * value };
              latents[i] = change === 'ablate' ? 0 : to[change];
            }
            return latents;
          });
          return x.map((own, i) => own - plain.out[i]! + edited.out[i]!);
        });
        const after = await read(RESID, { edits: [{ ...edit, onlyActive }], dictionaries });
        expect(largestDifference(after, expected)).toBeLessThan(1e-5);
        expect(largestDifference(after, before)).toBeGreaterThan(0.1);
      }
    },
  );

  test('counted for decoder rows of length 1, latents are worth f times the length of their row, within 1e-5', async () => {
    const before = await read(RESID);
    const lengths = weights.b_enc.map((_, i) =>
      Math.hypot(...weights.W_dec.subarray(i * d, (i + 1) * d)),
    );
    const unit = (latent: number) => ({ dictionary, latent, unit: true });
    for (const change of ['clamp', 'shift', 'scale'] as const) {
      const value = 1.7;
      const edit: Edit = { at: RESID, do: 'latent', latents: [3, 8].map(unit), change, value };
      const expected = each(before, d, (x) => {
        const plain = autoencode(weights, x);
        const edited = autoencode(weights, x, (latents) => {
          for (const i of [3, 8]) {
            const [own, length] = [latents[i]!, lengths[i]!];
            const to = { clamp: value / length, shift: own + value / length, scale: own * value };
            latents[i] = to[change];
          }
          return latents;
        });
        return x.map((own, i) => own - plain.out[i]! + edited.out[i]!);
      });
      const after = await read(RESID, { edits: [edit], dictionaries });
      expect(largestDifference(after, expected)).toBeLessThan(1e-5);
      const plain = { ...edit, latents: [3, 8].map(reference) };
      const differs = largestDifference(await read(RESID, { edits: [plain], dictionaries }), after);
      if (change === 'scale') expect(differs).toBeLessThan(1e-5);
      else expect(differs).toBeGreaterThan(0.01);
    }
    const firing = (direction: object, above: number): Edit =>
      ({ at: RESID, do: 'scale', factor: 0, when: { direction, above } }) as Edit;
    const found = [firing(unit(3), 0.5), firing(reference(3), 0.5 / lengths[3]!)].map((edit) =>
      read(RESID, { edits: [edit], dictionaries }),
    );
    expect(await found[0]).toEqual(await found[1]);
  });

  test('a latent clamped to its own value changes nothing by more than 1e-6', async () => {
    const one = { read: [RESID], logits: false };
    const { data } = (await model.run([tokens[0]!.slice(0, 1)], one)).activations[RESID]!;
    const { latents } = autoencode(weights, data);
    for (const [latent, value] of latents.entries()) {
      const edits: Edit[] = [
        { at: RESID, do: 'latent', latents: [reference(latent)], change: 'clamp', value },
      ];
      const after = await model.run([tokens[0]!.slice(0, 1)], { ...one, edits, dictionaries });
      expect(largestDifference(after.activations[RESID]!.data, data)).toBeLessThan(1e-6);
    }
  });

  test('spliced in with its error changes nothing by more than 1e-5, without it leaves the reconstruction', async () => {
    const before = await read(RESID);
    const splice = (error: 'kept' | 'dropped'): Edit => ({
      at: RESID,
      do: 'splice',
      dictionary,
      error,
    });
    const kept = await read(RESID, { edits: [splice('kept')], dictionaries });
    expect(largestDifference(kept, before)).toBeLessThan(1e-5);
    const dropped = await read(RESID, { edits: [splice('dropped')], dictionaries });
    const expected = each(before, d, (x) => autoencode(weights, x).out);
    expect(largestDifference(dropped, expected)).toBeLessThan(1e-5);
  });

  test('a silent latent scaled or ablated changes no bit of the logits', async () => {
    const before = await read(RESID);
    const quiet = { ...weights, b_enc: weights.b_enc.map((bias, i) => (i === 2 ? -1e3 : bias)) };
    expect(each(before, d, (x) => [autoencode(quiet, x).latents[2]!]).every((f) => f === 0)).toBe(
      true,
    );
    const plain = await logits({ read: [RESID] });
    for (const fields of [{ change: 'ablate' }, { change: 'scale', value: 5 }] as const) {
      const edits: Edit[] = [{ at: RESID, do: 'latent', latents: [reference(2)], ...fields }];
      expect(bits(await logits({ edits, dictionaries: { [dictionary]: quiet } }))).toEqual(
        bits(plain),
      );
    }
  });

  test('the raw detector is a plain product with the encoder, without bias or activation function', async () => {
    const before = await read(RESID);
    const column = Array.from({ length: d }, (_, i) => weights.W_enc[i * 12 + 4]!);
    const row = weights.W_dec.subarray(4 * d, 5 * d);
    const expected = each(before, d, (x) => x.map((own, i) => own - dot(x, column) * row[i]!));
    const edit: Edit = {
      at: RESID,
      do: 'latent',
      latents: [reference(4)],
      change: 'ablate',
      detector: 'rawDot',
    };
    expect(
      largestDifference(await read(RESID, { edits: [edit], dictionaries }), expected),
    ).toBeLessThan(1e-5);
  });

  test("a latent's decoder row is added as it is, or at length 1", async () => {
    const before = await read(RESID);
    const row = Array.from(weights.W_dec.subarray(6 * d, 7 * d));
    const length = Math.sqrt(dot(row, row));
    for (const unit of [false, true]) {
      const edits: Edit[] = [
        { at: RESID, do: 'add', vector: { ...reference(6), unit }, scale: -3 },
      ];
      const expected = each(before, d, (x) =>
        x.map((own, i) => own - (3 * row[i]!) / (unit ? length : 1)),
      );
      expect(largestDifference(await read(RESID, { edits, dictionaries }), expected)).toBeLessThan(
        1e-5,
      );
    }
  });
});

describe('latents', () => {
  const dictionaries = { sae: kinds.jumprelu! };

  test('by their own vectors are those of the dictionary that has them', async () => {
    const { W_enc, b_enc, W_dec, activation } = kinds.jumprelu!;
    const named: Edit = {
      at: RESID,
      do: 'latent',
      latents: [{ dictionary: 'sae', latent: 7 }],
      change: 'clamp',
      value: 2,
    };
    const inline = {
      encoder: Array.from({ length: d }, (_, i) => W_enc[i * 12 + 7]!),
      bias: b_enc[7]!,
      threshold: (activation as { jumprelu: Float32Array }).jumprelu[7]!,
      decoder: Array.from(W_dec.subarray(7 * d, 8 * d)),
    };
    const [a, b] = [
      await read(RESID, { edits: [named], dictionaries }),
      await read(RESID, { edits: [{ ...named, latents: [inline] }] }),
    ];
    expect(bits(b)).toEqual(bits(a));
  });

  test('of one edit are detected before any is changed; those of two edits one after the other', async () => {
    const latent = (i: number) => ({ dictionary: 'sae', latent: i });
    const clamp = (...list: number[]): Edit => ({
      at: RESID,
      do: 'latent',
      latents: list.map(latent),
      change: 'clamp',
      value: 4,
    });
    const under = (edits: Edit[]) => read(RESID, { edits, dictionaries });
    const together = await under([clamp(1, 9)]);
    expect(largestDifference(await under([clamp(9, 1)]), together)).toBeLessThan(1e-5);
    const inTurn = await under([clamp(1), clamp(9)]);
    expect(largestDifference(inTurn, together)).toBeGreaterThan(0.01);
    expect(largestDifference(inTurn, await under([clamp(9), clamp(1)]))).toBeGreaterThan(0.01);
  });

  test('of all heads together, and of each head', async () => {
    for (const width of [24, 6]) {
      const sae = randomDictionary('relu', width, 8);
      const edits: Edit[] = [{ at: Z, do: 'splice', dictionary: 'sae', error: 'dropped' }];
      const before = await read(Z);
      const after = await read(Z, { edits, dictionaries: { sae } });
      const expected = each(before, width, (x) => autoencode(sae, x).out);
      expect(largestDifference(after, expected)).toBeLessThan(1e-5);
    }
  });

  const wrong: [Edit, Record<string, DictionaryWeights>, string][] = [
    [
      { at: RESID, do: 'splice', dictionary: 'x', error: 'kept' },
      dictionaries,
      "an edit names dictionary 'x'",
    ],
    [
      { at: RESID, do: 'add', vector: { dictionary: 'sae', latent: 12 } },
      dictionaries,
      "latent 12 of dictionary 'sae'",
    ],
    [
      { at: Z, do: 'splice', dictionary: 'sae', error: 'kept' },
      dictionaries,
      `a dictionary of ${d} numbers at '${Z}'`,
    ],
    [
      { at: RESID, do: 'splice', dictionary: 'sae', error: 'kept' },
      { sae: { ...kinds.relu!, W_dec: new Float32Array(5) } },
      "dictionary 'sae': 5 numbers in W_dec",
    ],
    [
      { at: RESID, do: 'splice', dictionary: 'sae', error: 'kept' },
      { sae: { ...kinds.relu!, activation: { topk: 13 } } },
      "dictionary 'sae': topk 13",
    ],
    [
      {
        at: RESID,
        do: 'latent',
        latents: [{ encoder: normals(d), decoder: [1] }],
        change: 'ablate',
      },
      {},
      `a latent at '${RESID}' has an encoder of ${d} numbers and a decoder of 1`,
    ],
  ];
  test.each(wrong)('that cannot be had are refused: case %#', async (edit, given, message) => {
    const error = await refusal(() => model.run(tokens, { edits: [edit], dictionaries: given }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
    expect(error.hint).toBeDefined();
  });
});
