/** @file Noise: its scale, its distribution, and what each draw depends on. */
import { describe, expect, test } from 'vitest';
import { bindEdits, type Span } from '../../src/model/edits.ts';
import { type Edit, type HookName, hookSizes } from '../../src/model/index.ts';
import {
  chiSquare,
  chiSquareLimit,
  largestDifference,
  randomTokens,
  runtime,
  tinyModel,
} from './support.ts';

const model = tinyModel();
const { config } = model;

/** Edges of ten equally likely cells of a standard normal, upper half (SciPy 1.x, norm.ppf). */
const EDGES = [0, 0.2533471031, 0.5244005127, 0.8416212336, 1.2815515655];

function cells(draws: Iterable<number>): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const draw of draws) {
    const cell = EDGES.filter((edge) => Math.abs(draw) >= edge).length - 1;
    counts[draw < 0 ? 4 - cell : 5 + cell]!++;
  }
  return counts;
}

/** Draws of an edit in units of its scale: what it added, over what it should be relative to. */
async function drawsOf(edit: Extract<Edit, { do: 'noise' }>): Promise<number[]> {
  const tokens = randomTokens(32, 40, 5);
  const options = { read: [edit.at], logits: false };
  const before = (await model.run(tokens, options)).activations[edit.at]!.data;
  const after = (await model.run(tokens, { ...options, edits: [edit] })).activations[edit.at]!.data;
  const width = hookSizes(edit.at as HookName, config)!.at(-1)!;
  return Array.from(after, (value, i) => {
    const start = i - (i % width);
    const own = before.subarray(start, start + width);
    const rms = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / width);
    return (value - before[i]!) / (edit.scale * (edit.relativeTo === 'absolute' ? 1 : rms));
  });
}

describe('the scale of noise', () => {
  test.each([
    ['blocks.0.hook_resid_post', 'rms', 0.7],
    ['blocks.1.hook_mlp_out', 'absolute', 2],
    ['hook_embed', 'rms', 3],
    ['blocks.0.attn.hook_rot_q', 'rms', 1],
    ['blocks.1.attn.hook_v', 'absolute', 0.5],
  ] as const)('at %s, relative to %s, of scale %d is as stated', async (at, relativeTo, scale) => {
    const draws = await drawsOf({ at, do: 'noise', scale, relativeTo, seed: 3 });
    const n = draws.length;
    const squares = draws.reduce((sum, draw) => sum + draw * draw, 0);
    // The sum of squares of n standard normals: mean n, deviation sqrt(2 n).
    expect(Math.abs(squares - n) / Math.sqrt(2 * n)).toBeLessThan(4);
    const tenths = new Array<number>(10).fill(0.1);
    expect(chiSquare(cells(draws), tenths)).toBeLessThan(chiSquareLimit(9));
  });

  test('draws of neighbouring positions, rows and coordinates are uncorrelated', async () => {
    const draws = await drawsOf({ at: 'blocks.0.hook_resid_post', do: 'noise', scale: 1 });
    const d = config.hidden_size;
    for (const lag of [1, d, 40 * d]) {
      const pairs = draws.slice(lag).map((draw, i) => draw * draws[i]!);
      const sum = pairs.reduce((a, b) => a + b, 0);
      expect(Math.abs(sum / Math.sqrt(pairs.length)), `lag ${lag}`).toBeLessThan(4);
    }
  });
});

/** What noise draws for the rows and positions of one program run. */
function feedOf(
  edits: Edit[],
  which: number,
  span: Partial<Omit<Span, 'starts'>> & { start?: number },
): Float32Array {
  const { rows = [0], start = 0, length = 1 } = span;
  const each = (value: number) => rows.map(() => value);
  const whole = {
    rows,
    starts: each(start),
    length,
    promptLengths: span.promptLengths ?? each(4),
    past: span.past ?? 0,
  };
  const feeds = bindEdits(edits, config)[which]!.feeds(runtime, whole);
  return feeds[`edit${which}.noise`]!.data as Float32Array;
}

const noise = { at: 'blocks.0.hook_resid_post', do: 'noise', scale: 1 } as const;
const d = config.hidden_size;

describe('what a draw depends on', () => {
  test('fresh at every decoding step, frozen with perSequence', () => {
    const fresh = [4, 5, 6].map((start) => feedOf([noise], 0, { start }));
    expect(largestDifference(fresh[0]!, fresh[1]!)).toBeGreaterThan(0.5);
    expect(largestDifference(fresh[1]!, fresh[2]!)).toBeGreaterThan(0.5);
    const frozen: Edit = { ...noise, draw: 'perSequence' };
    const [first, later] = [0, 17].map((start) => feedOf([frozen], 0, { start }));
    expect(first).toHaveLength(d);
    expect(later).toEqual(first);
    const rows = feedOf([frozen], 0, { rows: [0, 1] });
    expect(rows.subarray(0, d)).toEqual(first);
    expect(largestDifference(rows.subarray(d), first!)).toBeGreaterThan(0.5);
  });

  test('a frozen draw is the same at every position of a pass', async () => {
    const edits: Edit[] = [{ ...noise, draw: 'perSequence', relativeTo: 'absolute' }];
    const tokens = randomTokens(2, 6);
    const read = [noise.at];
    const before = (await model.run(tokens, { read })).activations[noise.at]!.data;
    const after = (await model.run(tokens, { read, edits })).activations[noise.at]!.data;
    const added = after.map((value, i) => value - before[i]!);
    for (let row = 0; row < 2; row++) {
      const first = added.subarray(row * 6 * d, (row * 6 + 1) * d);
      for (let p = 1; p < 6; p++) {
        const own = added.subarray((row * 6 + p) * d, (row * 6 + p + 1) * d);
        expect(largestDifference(own, first)).toBeLessThan(1e-6);
      }
    }
  });

  test('a pass over a sequence draws what its decoding steps draw', () => {
    const whole = feedOf([noise], 0, { rows: [3, 8], length: 5 });
    for (const [i, row] of [3, 8].entries()) {
      for (let p = 0; p < 5; p++) {
        const at = (i * 5 + p) * d;
        expect(feedOf([noise], 0, { rows: [row], start: p })).toEqual(whole.subarray(at, at + d));
      }
    }
  });

  test('reseeded draws: fresh in the prompt, then the first position of it again at every step', () => {
    const reseeded: Edit = { ...noise, draw: 'reseeded' };
    const prompt = feedOf([reseeded], 0, { length: 4 });
    expect(prompt).toEqual(feedOf([noise], 0, { length: 4 }));
    for (const start of [4, 5, 30]) {
      expect(feedOf([reseeded], 0, { start })).toEqual(prompt.subarray(0, d));
    }
    const whole = feedOf([reseeded], 0, { length: 6 });
    expect(whole.subarray(4 * d, 5 * d)).toEqual(prompt.subarray(0, d));
    expect(whole.subarray(0, 4 * d)).toEqual(prompt);
  });

  test.each(['perStep', 'perSequence'] as const)(
    'of scores, %s: a pass draws what the steps over a cache draw',
    (draw) => {
      const edit: Edit = { at: 'blocks.0.attn.hook_attn_scores', do: 'noise', scale: 1, draw };
      const [heads, length, past] = [4, 6, 9];
      const whole = feedOf([edit], 0, { rows: [3], length });
      for (let query = 0; query < length; query++) {
        const step = feedOf([edit], 0, { rows: [3], start: query, past });
        for (let head = 0; head < heads; head++) {
          const own = step.subarray(head * (past + 1), (head + 1) * (past + 1));
          const from = (head * length + query) * length;
          const row = whole.subarray(from, from + length);
          // The cache holds earlier keys at their positions; the new one comes last.
          expect(own.subarray(0, query)).toEqual(row.subarray(0, query));
          expect(own[past]).toBe(row[query]);
        }
      }
    },
  );

  test('a row draws the same whatever its company, and whatever other edits there are', () => {
    const alone = feedOf([noise], 0, { rows: [7], length: 3 });
    const among = feedOf([noise], 0, { rows: [1, 7, 2], length: 3 });
    expect(among.subarray(3 * d, 6 * d)).toEqual(alone);
    const scale: Edit = { at: 'hook_embed', do: 'scale', factor: 2 };
    const elsewhere: Edit = { ...noise, at: 'blocks.1.hook_resid_post' };
    expect(feedOf([scale, elsewhere, noise], 2, { rows: [7], length: 3 })).toEqual(alone);
  });

  test('seed, hook, row, position and repetition each give other draws', () => {
    const draws = [
      feedOf([noise], 0, {}),
      feedOf([{ ...noise, seed: 1 }], 0, {}),
      feedOf([{ ...noise, at: 'blocks.1.hook_resid_post' }], 0, {}),
      feedOf([noise], 0, { rows: [1] }),
      feedOf([noise], 0, { start: 1 }),
      feedOf([noise, noise], 1, {}),
    ];
    draws.forEach((a, i) => {
      for (const b of draws.slice(i + 1)) expect(largestDifference(a, b)).toBeGreaterThan(0.5);
    });
  });
});
