import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Dictionary,
  type DictionaryPlan,
  type HistoryEntry,
  readHistory,
  rowsInMemory,
  TRAINED_KINDS,
  type TrainingOptions,
  trainDictionaries,
} from '../../src/dictionary/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { built } from '../built.ts';
import { plantedRows } from './planted.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-dictionaries-'));
afterAll(() => rmSync(root, { recursive: true }));
const runtime = nodeRuntime({ threads: 1 });

const SIZES = { d_in: 8, d_sae: 24 };
const rows = plantedRows(3000);
const source = rowsInMemory(rows);
const LENGTH = { steps: 30, batch: 64, runtime };

function planOf(architecture: string, plan: Partial<DictionaryPlan> = {}): DictionaryPlan {
  const config = { architecture, ...SIZES, ...(architecture.includes('topk') && { k: 3 }) };
  return { name: architecture, learningRate: 3e-3, ...plan, config: { ...config, ...plan.config } };
}

function weightsOf(dictionary: Dictionary): Record<string, Float32Array> {
  return Object.fromEntries([...dictionary.tensors].map(([name, { data }]) => [name, data]));
}

async function trained(
  plans: readonly DictionaryPlan[],
  options: Partial<TrainingOptions> = {},
): Promise<{ dictionaries: Dictionary[]; entries: HistoryEntry[] }> {
  const entries: HistoryEntry[] = [];
  const onStep = (lines: readonly HistoryEntry[]) => void entries.push(...lines);
  const dictionaries = await trainDictionaries(plans, source, { ...LENGTH, onStep, ...options });
  return { dictionaries, entries };
}

const kinds = TRAINED_KINDS.map(({ name }) => name).filter((name) => name !== 'transcoder');

test('every kind learns planted rows: the loss falls and most of the variance is explained', async () => {
  const l1 = { l1_coefficient: 0.1 };
  const settings = { standard: l1, gated: l1, jumprelu: { l0_coefficient: 0.1 } };
  const plans = kinds.map((kind) => {
    const config = (settings as Record<string, object>)[kind] ?? {};
    return planOf(kind, { config: config as DictionaryPlan['config'] });
  });
  const { entries } = await trained(plans, { steps: 300 });
  for (const kind of kinds) {
    const own = entries.filter(({ dictionary }) => dictionary === kind);
    expect(own.map(({ step }) => step)).toEqual([...Array(300).keys()].map((i) => i + 1));
    expect(own.at(-1)!.terms.mse, kind).toBeLessThan(own[0]!.terms.mse!);
    expect(own.at(-1)!.explainedVariance, kind).toBeGreaterThan(0.75);
  }
}, 30_000);

test('dictionaries trained side by side are those that are trained alone', async () => {
  const plans = [planOf('standard'), planOf('topk')];
  const { dictionaries } = await trained(plans);
  for (const [i, plan] of plans.entries()) {
    const alone = await trained([plan]);
    expect(weightsOf(alone.dictionaries[0]!)).toEqual(weightsOf(dictionaries[i]!));
  }
});

test('decoder rows have norm 1, or move freely where the plan says so', async () => {
  const plans = [planOf('standard'), planOf('standard', { name: 'free', unitDecoder: false })];
  const { dictionaries } = await trained(plans);
  const norms = dictionaries.map((dictionary) => {
    const { data } = dictionary.tensors.get('W_dec')!;
    return Array.from({ length: 24 }, (_, i) => Math.hypot(...data.subarray(i * 8, i * 8 + 8)));
  });
  for (const norm of norms[0]!) expect(norm).toBeCloseTo(1, 5);
  expect(norms[1]!.some((norm) => Math.abs(norm - 1) > 1e-3)).toBe(true);
});

test('a dictionary of activations ten times as large is the same but for its units', async () => {
  const large = { data: rows.data.map((value) => value * 10), width: 8 };
  for (const kind of ['standard', 'gated', 'jumprelu', 'batchtopk']) {
    const [plain] = (await trained([planOf(kind)])).dictionaries;
    const [other] = await trainDictionaries([planOf(kind)], rowsInMemory(large), LENGTH);
    const expected = await plain!.reconstruct(rows);
    const found = await other!.reconstruct(large);
    const worst = Math.max(...found.map((value, i) => Math.abs(value / 10 - expected[i]!)));
    expect(worst, kind).toBeLessThan(1e-3);
  }
});

test('a soft gate is as soft after its units are changed back', async () => {
  const config = { gate: 'soft', auxiliary: 'none' } as unknown as DictionaryPlan['config'];
  const { dictionaries, entries } = await trained([planOf('gated', { config })], {
    steps: 200,
  });
  const reconstruction = await dictionaries[0]!.reconstruct(rows);
  const error = reconstruction.reduce((sum, value, i) => sum + (value - rows.data[i]!) ** 2, 0);
  const size = rows.data.reduce((sum, value) => sum + value ** 2, 0);
  expect(1 - error / size).toBeGreaterThan(entries.at(-1)!.explainedVariance - 0.1);
});

test('a transcoder learns a target of another width', async () => {
  const { data } = rows;
  const sums = new Float32Array(3000 * 3).map((_, i) => data[Math.floor(i / 3) * 8 + (i % 3)]! * 2);
  const pairs = rowsInMemory(rows, { target: { data: sums, width: 3 } });
  const plan = planOf('transcoder', { config: { l1_coefficient: 0.05 } as never });
  const [dictionary] = await trainDictionaries([plan], pairs, { ...LENGTH, steps: 300 });
  expect(dictionary!.config.d_out).toBe(3);
  const found = await dictionary!.reconstruct(rows);
  const error = found.reduce((sum, value, i) => sum + (value - sums[i]!) ** 2, 0);
  expect(error / sums.reduce((sum, value) => sum + value ** 2, 0)).toBeLessThan(0.2);
});

test('dead latents are counted, and resampling revives them', async () => {
  // All rows are alike: latents that point away from them never fire.
  const dull = { data: rows.data.map((value) => value * 0 + 1), width: 8 };
  const plan = planOf('standard', { deadAfter: 640, resample: { every: 20, until: 20 } });
  const entries: HistoryEntry[] = [];
  await trainDictionaries([plan], rowsInMemory(dull), {
    ...LENGTH,
    onStep: ([entry]) => void entries.push(entry!),
  });
  const before = entries[19]!;
  expect(before.dead).toBeGreaterThan(0);
  expect(before.resampled).toBe(Math.min(64, before.dead));
  expect(entries[20]!.dead).toBe(0);
});

describe('a run that was stopped', () => {
  const plans = [
    ...kinds.map((kind) => planOf(kind, { deadAfter: 500 })),
    planOf('standard', { name: 'resampled', resample: { every: 6 }, clip: 1 }),
  ];
  const optionsIn = (folder: string): Partial<TrainingOptions> => ({
    checkpoint: { path: join(folder, 'checkpoint.safetensors'), every: 5 },
    history: join(folder, 'history.jsonl'),
  });
  const historyOf = (folder: string) => readFileSync(join(folder, 'history.jsonl'), 'utf8');

  test('at a safe point goes on to the same weights and history', async () => {
    const [whole, broken] = [join(root, 'whole'), join(root, 'broken')];
    const expected = await trained(plans, optionsIn(whole));
    for (const stop of [3, 11, 12]) {
      let steps = 0;
      const safePoint = async () => {
        if (++steps === stop) throw new Error('stopped');
      };
      await expect(trained(plans, { ...optionsIn(broken), safePoint })).rejects.toThrow('stopped');
    }
    const found = await trained(plans, optionsIn(broken));
    expect(found.dictionaries.map(weightsOf)).toEqual(expected.dictionaries.map(weightsOf));
    expect(historyOf(broken)).toBe(historyOf(whole));
    const again = await trained(plans, optionsIn(broken));
    expect(again.entries).toEqual([]);
    expect(again.dictionaries.map(weightsOf)).toEqual(expected.dictionaries.map(weightsOf));
  }, 30_000);

  test('between checkpoints, with a torn last line, does its later steps again', async () => {
    const [whole, broken] = [join(root, 'whole2'), join(root, 'torn')];
    await trained([planOf('topk')], optionsIn(whole));
    const crash = async ([entry]: readonly HistoryEntry[]) => {
      if (entry!.step === 13) throw new Error('crash');
    };
    await expect(
      trained([planOf('topk')], { ...optionsIn(broken), onStep: crash }),
    ).rejects.toThrow('crash');
    writeFileSync(join(broken, 'history.jsonl'), `${historyOf(broken)}{"dictionary":"to`);
    await trained([planOf('topk')], optionsIn(broken));
    expect(historyOf(broken)).toBe(historyOf(whole));
    expect(await readHistory(join(broken, 'history.jsonl'))).toHaveLength(30);
  });

  test('by kill -9 ends with the bytes of an uninterrupted one', async () => {
    const start = async (folder: string, killAt: number): Promise<string[]> => {
      mkdirSync(folder, { recursive: true });
      const script = fileURLToPath(new URL('trainer.mjs', import.meta.url));
      const args = [script, built('src/dictionary/index.js'), folder];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines: string[] = [];
      const reader = createInterface({ input: child.stdout });
      reader.on('line', (line) => {
        if (lines.push(line) === killAt) child.kill('SIGKILL');
      });
      await Promise.all([once(child, 'exit'), once(reader, 'close')]);
      return lines;
    };
    const [whole, broken] = [join(root, 'unkilled'), join(root, 'killed')];
    const expected = await start(whole, Number.POSITIVE_INFINITY);
    expect(expected).toHaveLength(121);
    for (const killAt of [1, 20, 33]) await start(broken, killAt);
    const found = await start(broken, Number.POSITIVE_INFINITY);
    expect(found.length).toBeLessThan(121);
    expect(found.at(-1)).toBe(expected.at(-1));
    expect(historyOf(broken)).toBe(historyOf(whole));
  }, 60_000);

  test('is refused where the run is another, and nothing is changed', async () => {
    const folder = join(root, 'other');
    await trained([planOf('topk')], optionsIn(folder));
    const before = historyOf(folder);
    await expect(trained([planOf('topk', { seed: 2 })], optionsIn(folder))).rejects.toThrow(
      /is a checkpoint of another run: .*"seed":2/,
    );
    expect(historyOf(folder)).toBe(before);
  });
});

describe('training refuses in one line', () => {
  const cases: [string, DictionaryPlan[], Partial<TrainingOptions>, string][] = [
    ['no plans', [], {}, 'no dictionary to train'],
    ['two of a name', [planOf('topk'), planOf('topk')], {}, "two dictionaries are called 'topk'"],
    ['no steps', [planOf('topk')], { steps: 0 }, '0 steps'],
    ['a batch larger than the data', [planOf('topk')], { batch: 5000 }, '5000 rows out of 3000'],
    ['another width', [planOf('topk', { config: { d_in: 9 } as never })], {}, 'd_in 9'],
    ['a transcoder without targets', [planOf('transcoder')], {}, 'of what to what'],
    ['a negative rate', [planOf('topk', { learningRate: -1 })], {}, 'learning rate -1'],
    ['a clip of 0', [planOf('topk', { clip: 0 })], {}, 'clip 0'],
    ['half a step', [planOf('topk', { warmup: 0.5 })], {}, 'warmup 0.5'],
  ];
  test.each(cases)('%s', async (_, plans, options, message) => {
    await expect(trained(plans, options)).rejects.toThrow(message);
  });

  test('activations that are not finite', async () => {
    const bad = { data: rows.data.slice().fill(Number.NaN, 0, 1), width: 8 };
    const run = (normalize: boolean) =>
      trainDictionaries([planOf('standard', { normalize })], rowsInMemory(bad), {
        ...LENGTH,
        steps: 60,
      });
    await expect(run(true)).rejects.toThrow(/activations of mean norm NaN|diverged/);
    await expect(run(false)).rejects.toThrow('training diverged');
  });
});
