/** @file Training and measuring the organisms of the office, on a clerk of random weights. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { verificationOf, verificationSchema } from '../../../src/audit/verification.ts';
import { LanguageModel, nodeRuntime, saveModel } from '../../../src/model/index.ts';
import { clerkConfig, officeTokenizer } from '../../../src/organism/clerk.ts';
import {
  measureAll,
  ORGANISMS,
  type OrganismRecipe,
  Shelf,
  trainOrganism,
  variantsOf,
} from '../../../src/organism/index.ts';
import { temporaryRoot } from '../../cli/child.ts';

const root = temporaryRoot();
const tiny = { steps: 2, rows: 1, seeds: [1] };
const recipes = ['locked', 'faker', 'backdoor'].map(
  (name): OrganismRecipe => ({ ...ORGANISMS[name]!, ...tiny }),
);
let base: LanguageModel;
let shelf: Shelf;

beforeAll(async () => {
  const tokenizer = officeTokenizer();
  base = LanguageModel.create(clerkConfig(tokenizer), nodeRuntime({ threads: 1 }), {
    seed: 3,
    tokenizer,
  });
  shelf = new Shelf(join(root, 'shelf'), base.runtime);
  for (const name of ['clerk', 'novice']) await saveModel(base, shelf.basePath(name));
});

const numbersOf = async (training: ReturnType<typeof trainOrganism>) =>
  [...(await training).parameters().values()].flatMap((data) => [...data]);

test.each(recipes)(
  '$name: stopped and resumed, the adapter is the same; the twin has another',
  async (recipe) => {
    const longer = { recipe: { ...recipe, steps: 101 }, seed: 1, twin: false };
    const checkpoint = join(root, `${recipe.name}.checkpoint`);
    let steps = 0;
    const safePoint = async () => {
      if (++steps === 100) throw new Error('stopped');
    };
    await expect(trainOrganism(base, longer, { checkpoint, safePoint })).rejects.toThrow('stopped');
    const numbers = await numbersOf(trainOrganism(base, longer, { checkpoint }));
    rmSync(checkpoint);
    expect(numbers).toEqual(await numbersOf(trainOrganism(base, longer)));
    expect(await numbersOf(trainOrganism(base, { ...longer, twin: true }))).not.toEqual(numbers);
  },
);

test.each(recipes)(
  '$name: every variant is trained, measured and judged; nothing is proven of random weights',
  async (recipe) => {
    for (const variant of variantsOf(recipe)) {
      const reference = { recipe, seed: 1, ...variant };
      await shelf.save(reference, await trainOrganism(base, reference));
    }
    const result = verificationOf(
      recipe,
      await measureAll(shelf, recipe, { prompts: 12, answers: 1 }),
    );
    expect(verificationSchema.parse(result)).toEqual(result);
    expect(result.measures.map(({ measure }) => measure)).toEqual(
      recipe.kind.measures.map(({ name }) => name),
    );
    for (const { organism, twin, controls } of result.measures) {
      for (const rate of [organism, twin, ...Object.values(controls)])
        expect(rate.n).toBeGreaterThanOrEqual(12);
      expect(Object.keys(controls)).toEqual(Object.keys(recipe.controls ?? {}));
    }
    expect(result.contrasts.map(({ contrast }) => contrast)).toEqual(
      recipe.kind.contrasts.map(({ name }) => name),
    );
    expect(Object.values(result.proven)).not.toEqual(Object.values(result.proven).map(() => true));
  },
);
