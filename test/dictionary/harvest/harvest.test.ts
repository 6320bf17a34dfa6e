/** @file Rows of a tiny model's activations, against passes over one context at a time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  batchSource,
  type Context,
  cutContexts,
  type HarvestOptions,
  harvest,
  hookColumns,
  type Mask,
  maskOf,
  type Table,
  tables,
} from '../../../src/dictionary/index.ts';
import { randomStream } from '../../../src/tensor/index.ts';
import { largestDifference, tinyModel } from '../../model/support.ts';

const model = tinyModel();
const hooks = hookColumns(
  ['blocks.1.hook_resid_post', 'blocks.0.attn.hook_z', 'blocks.1.ln1.hook_scale'],
  model.config,
);
const reader = randomStream(3, 'test').reader();
const documents = Array.from({ length: 23 }, () =>
  Array.from({ length: 1 + reader.integer(40) }, () => reader.integer(40)),
);
const contexts = cutContexts(documents, { context: 21, prefix: [7], packed: false });
const mask: Mask = { rule: 'special', ids: [3, 7] };
const given: HarvestOptions = { hooks, contexts, mask, buffer: 100, seed: 0 };

/** The rows of one epoch by (context, position), with their labels and values. */
async function rowsOfEpoch(options: HarvestOptions, rows: number, epoch = 0) {
  const set = harvest(model, options);
  const found = new Map<string, { token: number; document: number; values: number[][] }>();
  const perEpoch = Math.floor(set.rows / rows);
  const order: string[] = [];
  for await (const table of tables(set, rows, epoch * perEpoch)) {
    const label = (name: string, row: number) => table.get(name)!.data[row]!;
    for (let row = 0; row < rows; row++) {
      const key = `${label('context', row)}/${label('position', row)}`;
      order.push(key);
      const values = hooks.map(({ name, width }) => [
        ...table.get(name)!.data.subarray(row * width, (row + 1) * width),
      ]);
      found.set(key, { token: label('token', row), document: label('document', row), values });
    }
    if (order.length === perEpoch * rows) break;
  }
  return { found, order, rows: set.rows };
}

/** What a pass over one context alone, without padding, gives for its tokens that are not masked. */
async function expectedRows(contexts: readonly Context[], masked: readonly number[]) {
  const expected = new Map<string, { token: number; document: number; values: number[][] }>();
  const read = hooks.map(({ name }) => name);
  for (const [number, { tokens, documents: owners }] of contexts.entries()) {
    const { activations } = await model.run([[...tokens]], { read, logits: false });
    tokens.forEach((token, position) => {
      if (masked.includes(token)) return;
      const values = hooks.map(({ name, width }) => [
        ...activations[name]!.data.subarray(position * width, (position + 1) * width),
      ]);
      expected.set(`${number}/${position}`, { token, document: owners[position]!, values });
    });
  }
  return expected;
}

test('every token that is not masked gives one row an epoch: its own activations, token and document', async () => {
  const expected = await expectedRows(contexts, mask.ids);
  const { found, rows } = await rowsOfEpoch(given, 1);
  expect(rows).toBe(expected.size);
  expect(new Set(found.keys())).toEqual(new Set(expected.keys()));
  for (const [key, { values, ...labels }] of found) {
    const { values: wanted, ...others } = expected.get(key)!;
    expect(labels).toEqual(others);
    // Padding changes the order of sums: float32 rounding of values up to about 10.
    values.forEach((value, i) => {
      expect(largestDifference(value, wanted[i]!)).toBeLessThan(2e-5);
    });
  }
});

test('without a mask the prefix and special tokens give rows, too', async () => {
  const none: Mask = { rule: 'none', ids: [] };
  const { found, rows } = await rowsOfEpoch({ ...given, mask: none }, 1);
  expect(rows).toBe(contexts.reduce((sum, { tokens }) => sum + tokens.length, 0));
  expect([...found.values()].filter(({ token }) => token === 7).length).toBeGreaterThanOrEqual(
    contexts.length,
  );
});

test('a row is the same to the last bit, whatever else is in the buffer', async () => {
  const { found: small } = await rowsOfEpoch({ ...given, buffer: 1 }, 1);
  const { found: large } = await rowsOfEpoch({ ...given, buffer: 10_000, seed: 9 }, 1);
  expect(new Map([...small].sort())).toEqual(new Map([...large].sort()));
});

test('rows are shuffled across documents, each epoch in another order that depends on the seed alone', async () => {
  const orders = [];
  for (const [seed, epoch] of [
    [0, 0],
    [0, 0],
    [0, 1],
    [1, 0],
  ] as const) {
    orders.push((await rowsOfEpoch({ ...given, seed }, 1, epoch)).order);
  }
  expect(orders[1]).toEqual(orders[0]);
  for (const other of orders.slice(2)) {
    expect(other).not.toEqual(orders[0]);
    expect([...other!].sort()).toEqual([...orders[0]!].sort());
  }
  const documentsMet = new Set(orders[0]!.slice(0, 20).map((key) => key.split('/')[0]));
  expect(documentsMet.size).toBeGreaterThan(5);
});

test('any batch can be taken up again', async () => {
  const read = 'blocks.1.hook_resid_post';
  const source = batchSource(harvest(model, given), { read, identity: 'test' });
  const firstFrom = async (from: number) => {
    for await (const { x } of source.batches(37, from)) return x.data;
    return undefined;
  };
  const whole: Float32Array[] = [];
  for await (const { x } of source.batches(37, 0)) if (whole.push(x.data) === 26) break;
  await fc.assert(
    fc.asyncProperty(fc.nat(25), async (from) => {
      expect(await firstFrom(from)).toEqual(whole[from]);
    }),
    { numRuns: 12 },
  );
});

test('a source of two hook points gives what belongs together', async () => {
  const [read, target] = ['blocks.0.attn.hook_z', 'blocks.1.hook_resid_post'];
  const source = batchSource(harvest(model, given), { read, target, identity: 'test' });
  expect([source.width, source.targetWidth]).toEqual([24, 16]);
  const rows = new Map<string, string>();
  const { found } = await rowsOfEpoch(given, 1);
  for (const { values } of found.values()) rows.set(values[1]!.join(), values[0]!.join());
  for await (const { x, target: decoded } of source.batches(10, 0)) {
    for (let row = 0; row < 10; row++) {
      const [from, to] = [x.data.subarray(row * 24, row * 24 + 24), decoded!.data];
      expect(rows.get(from.join())).toBe(to.subarray(row * 16, row * 16 + 16).join());
    }
    break;
  }
});

test('a batch of more rows than there are is refused, and texts that are all masked', async () => {
  const set = harvest(model, given);
  const first = async () => {
    for await (const table of tables(set, set.rows + 1, 0)) return table as Table;
    return undefined;
  };
  await expect(first()).rejects.toThrow(`${set.rows} rows for a batch of ${set.rows + 1}`);
  const all: Mask = { rule: 'special', ids: [...Array(40).keys()] };
  expect(() => harvest(model, { ...given, mask: all })).toThrow(
    'all tokens of the texts are masked',
  );
});

test('scores and patterns are refused: they are no rows', () => {
  for (const hook of ['blocks.0.attn.hook_pattern', 'blocks.1.attn.hook_attn_scores']) {
    expect(() => hookColumns([hook], model.config)).toThrow('has no row for each position');
  }
  expect(() => hookColumns(['blocks.0.hook_resid_pst'], model.config)).toThrow('unknown hook');
  expect(hookColumns(['blocks.0.attn.hook_z'], model.config)[0]!.shape).toEqual([4, 6]);
});

test('a model without a tokenizer masks the ids of its config, and the prefix', () => {
  const named = tinyModel({ bos_token_id: 1, eos_token_id: [2, 5] });
  expect(maskOf(named, 'special', [9])).toEqual({ rule: 'special', ids: [1, 2, 5, 9] });
  expect(maskOf(named, 'none', [9])).toEqual({ rule: 'none', ids: [] });
});
