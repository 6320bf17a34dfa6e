/** @file What the studio can open by name, and the stories of shipped organisms, which are told when asked for. */
import {
  BASES,
  coderSeed,
  ORGANISMS,
  type OrganismRecipe,
  parseReference,
  referenceName,
} from '../../../organism/index.ts';
import type { ShelfAnswer, StoryAnswer } from '../../../server/index.ts';
import { cacheFolder, listSnapshots, spellRepository } from '../../../store/index.ts';
import { ALL_TECHNIQUES, STANDARD_TECHNIQUES } from '../../../technique/index.ts';
import { badInput } from '../../../tensor/index.ts';
import { isReference } from '../models.ts';

type Shelf = Omit<ShelfAnswer, 'runs'>;

/** What is shipped, and what is in the cache of the hub. */
export async function shelfNow(): Promise<Shelf> {
  return {
    organisms: Object.values(ORGANISMS).map(organism),
    bases: Object.values(BASES).map(({ name, summary }) => ({ model: `base:${name}`, summary })),
    cached: await cached(),
    techniques: ALL_TECHNIQUES.map((technique) => ({
      name: technique.name,
      summary: technique.summary,
      affordances: [...technique.affordances],
      rival: technique.rival ?? null,
      standard: STANDARD_TECHNIQUES.some(({ name }) => name === technique.name),
    })),
  };
}

function organism({ name, kind, controls = {}, seeds }: OrganismRecipe) {
  return {
    name,
    roles: ['organism', 'twin', ...Object.keys(controls)],
    seeds: [...seeds],
    auditable: kind.subject !== undefined && kind.truth !== undefined,
  };
}

async function cached(): Promise<Shelf['cached']> {
  const snapshots = await listSnapshots(cacheFolder(process.env)).catch(() => []);
  return snapshots.map((snapshot) => ({
    model: spellRepository({ id: snapshot.id, revision: snapshot.revisions[0] ?? snapshot.commit }),
    bytes: snapshot.bytes,
  }));
}

/** What is planted in an organism, or is not in its twin. @throws TouchstoneError for any other model */
export function storyOf(model: string): StoryAnswer {
  if (!isReference(model) || coderSeed(model) !== undefined)
    badInput(
      `nothing is told of '${model}'`,
      'only shipped organisms and their twins have a story',
    );
  const reference = parseReference(model);
  const { recipe, seed } = reference;
  const planted = Object.entries(recipe.kind.planted(seed)).map(([name, value]) => [
    name,
    typeof value === 'object' ? [...value] : value,
  ]);
  return {
    model: referenceName(reference),
    summary: recipe.summary,
    planted: Object.fromEntries(planted) as StoryAnswer['planted'],
  };
}
