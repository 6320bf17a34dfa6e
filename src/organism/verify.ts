/** @file Measures all models of a recipe: its organisms, their clean twins and further controls, seed by seed. */
import type { LanguageModel } from '../model/index.ts';
import { silent } from '../tensor/index.ts';
import type { Outcome, Outcomes, Reading, Readings, VerifyOptions } from './kind.ts';
import type { OrganismRecipe, OrganismReference } from './recipe.ts';
import type { Shelf } from './shelf.ts';

/** Measures one model against what is planted in the organism of `reference`. */
export async function measure(
  model: LanguageModel,
  { recipe, seed }: Pick<OrganismReference, 'recipe' | 'seed'>,
  options: VerifyOptions = {},
): Promise<Outcomes> {
  return recipe.kind.measure(model, seed, options);
}

/** Everything that was measured of a recipe, over all seeds. */
export interface Measured {
  readonly organism: Outcomes;
  readonly twin: Outcomes;
  readonly controls: Readonly<Record<string, Outcomes>>;
  readonly contrasts: Readings;
}

/** Lists that grow seed by seed. */
class Collected<T> {
  readonly all: Record<string, T[]> = {};

  add(of: Readonly<Record<string, readonly T[]>>): void {
    for (const [name, values] of Object.entries(of)) {
      this.all[name] ??= [];
      this.all[name].push(...values);
    }
  }
}

/** Outcomes of all seeds of an organism, of its twins and its controls. */
export async function measureAll(
  shelf: Pick<Shelf, 'open'>,
  recipe: OrganismRecipe,
  options: VerifyOptions = {},
): Promise<Measured> {
  const { reporter = silent } = options;
  const [organism, twin] = [new Collected<Outcome>(), new Collected<Outcome>()];
  const names = Object.keys(recipe.controls ?? {});
  const controls = new Map(names.map((name) => [name, new Collected<Outcome>()]));
  const contrasts = new Collected<Reading>();
  let done = 0;
  for (const seed of recipe.seeds) {
    const pair = {
      organism: await shelf.open({ recipe, seed, twin: false }),
      twin: await shelf.open({ recipe, seed, twin: true }),
    };
    organism.add(await recipe.kind.measure(pair.organism, seed, options));
    twin.add(await recipe.kind.measure(pair.twin, seed, options));
    contrasts.add(await recipe.kind.contrast(pair, seed, options));
    await pair.organism.release();
    await pair.twin.release();
    for (const [control, collected] of controls) {
      const model = await shelf.open({ recipe, seed, twin: false, control });
      collected.add(await recipe.kind.measure(model, seed, options));
      await model.release();
    }
    const total = recipe.seeds.length;
    reporter({ task: `verifying ${recipe.name}`, done: ++done, total, unit: 'seeds' });
  }
  return {
    organism: organism.all,
    twin: twin.all,
    controls: Object.fromEntries([...controls].map(([name, { all }]) => [name, all])),
    contrasts: contrasts.all,
  };
}
