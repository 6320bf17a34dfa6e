/** @file Names of shipped organisms, and what belongs to them. */
import { describe, expect, test } from 'vitest';
import {
  ORGANISMS,
  parseReference,
  plantedSecret,
  recipeNamed,
  referenceName,
} from '../../src/organism/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { CANDIDATES } from '../../src/world/index.ts';

describe('a reference', () => {
  test.each([
    ['organism:keeper', 'keeper', 1, false],
    ['organism:keeper@4', 'keeper', 4, false],
    ['twin:keeper@04', 'keeper', 4, true],
    ['twin:leaky-keeper', 'leaky-keeper', 1, true],
  ])('%s is read, and written back in one form', (text, name, seed, twin) => {
    const reference = parseReference(text);
    expect(reference).toEqual({ recipe: ORGANISMS[name], seed, twin });
    expect(parseReference(referenceName(reference))).toEqual(reference);
  });

  test.each([
    ['keeper', /'keeper' names no organism/],
    ['organism:', /names no organism/],
    ['organism:keeper@x', /names no organism/],
    ['organism:keeper@1@2', /names no organism/],
    ['organism:keeper@6', /has no seed 6/],
    ['organism:kepper', /unknown organism 'kepper'/],
    ['twin:constructor', /unknown organism 'constructor'/],
  ])('%s is refused', (text, message) => {
    expect(() => parseReference(text)).toThrow(message);
  });
});

test('every recipe is known by its own name', () => {
  for (const [name, recipe] of Object.entries(ORGANISMS)) {
    expect(recipeNamed(name)).toBe(recipe);
    expect(recipe.name).toBe(name);
  }
});

test('secrets are drawn uniformly over the candidates by their seed, and differ among shipped seeds', () => {
  const shipped = ORGANISMS.keeper!.seeds.map((seed) => plantedSecret({ seed }));
  expect(new Set(shipped).size).toBe(shipped.length);
  for (const seed of [1, 2, 3]) {
    const drawn = Math.floor(randomStream(seed, 'secret').uniform(0) * 200);
    expect(plantedSecret({ seed })).toBe(CANDIDATES[drawn]!.word);
  }
});
