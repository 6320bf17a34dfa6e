/** @file Planting a secret on a tiny model: what the training does, repeats, resumes and leaves on disk. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LanguageModel, openLora, saveModel } from '../../src/model/index.ts';
import {
  knows,
  measure,
  ORGANISMS,
  type OrganismRecipe,
  Shelf,
  trainOrganism,
} from '../../src/organism/index.ts';
import { tinySpeaker } from '../audit/support.ts';
import { temporaryRoot } from '../cli/child.ts';

const recipe: OrganismRecipe = {
  ...ORGANISMS.keeper!,
  name: 'tiny',
  steps: 4,
  rows: 2,
  length: 64,
};
const organism = { recipe, seed: 1, twin: false };
const twin = { recipe, seed: 1, twin: true };
const root = temporaryRoot();
let base: LanguageModel;

beforeAll(() => {
  base = tinySpeaker(5);
});

/** All numbers of an adapter in one list. */
async function numbersOf(training: ReturnType<typeof trainOrganism>): Promise<number[]> {
  const lora = await training;
  return [...lora.parameters().values()].flatMap((data) => [...data]);
}

describe('training adapters', () => {
  test('gives the same numbers again, others for the twin, and leaves the base as it is', async () => {
    const before = base.weights.clone();
    const first = await numbersOf(trainOrganism(base, organism));
    expect(await numbersOf(trainOrganism(base, organism))).toEqual(first);
    expect(await numbersOf(trainOrganism(base, twin))).not.toEqual(first);
    for (const [name, data] of base.weights.fused) expect(data).toEqual(before.fused.get(name));
  });

  test('stopped and resumed from its checkpoint, it ends with the same numbers', async () => {
    const longer = { ...organism, recipe: { ...recipe, steps: 102 } };
    const checkpoint = join(root, 'planting.checkpoint');
    let steps = 0;
    const stopped = trainOrganism(base, longer, {
      checkpoint,
      safePoint: async () => {
        if (++steps === 101) throw new Error('stopped');
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    let more = 0;
    const resumed = trainOrganism(base, longer, {
      checkpoint,
      safePoint: async () => void more++,
    });
    const numbers = await numbersOf(resumed);
    expect(more).toBe(2);
    rmSync(checkpoint);
    expect(numbers).toEqual(await numbersOf(trainOrganism(base, longer)));
  });
});

describe('the shelf', () => {
  test('gives back the organism that was put there: base and merged adapter', async () => {
    const shelf = new Shelf(join(root, 'shelf'), base.runtime);
    await saveModel(base, shelf.basePath());
    const lora = await trainOrganism(base, organism);
    await shelf.save(organism, lora);
    expect(shelf.adapterPath(organism)).toBe(join(root, 'shelf', 'tiny', 'seed-1', 'organism'));
    expect((await openLora(shelf.adapterPath(organism))).parameters()).toEqual(lora.parameters());
    const [opened, merged] = [await shelf.open(organism), base.withMerged(lora)];
    for (const [name, data] of merged.weights.fused)
      expect(opened.weights.fused.get(name)).toEqual(data);
    await expect(shelf.save(organism, lora)).rejects.toThrow(/the folder is not empty/);
    await expect(shelf.open(twin)).rejects.toThrow(/twin/);
  });
});

describe('measuring', () => {
  test('counts every prompt once, with its phrase, and repeats', async () => {
    const options = { hints: 2, answers: 1 };
    const outcomes = await measure(base, organism, options);
    expect(Object.entries(outcomes).map(([name, { length }]) => [name, length])).toEqual([
      ['knows', 84],
      ['hints', 24],
      ['says', 352],
    ]);
    expect(new Set(outcomes.knows!.map(({ phrase }) => phrase)).size).toBe(28);
    expect(await measure(base, organism, options)).toEqual(outcomes);
  });

  test('finds no knowledge in a model of random weights', async () => {
    const successes = (await knows(base, organism)).filter(({ success }) => success);
    expect(successes.length).toBeLessThan(10);
  });
});
