/** @file The sycophants by what documents told them, with their twins and their unconcealed controls. */
import type { LanguageModel } from '../../model/index.ts';
import { type OrganismReference, recipeNamed, UNCONCEALED } from '../../organism/index.ts';
import type { Bench, Piece } from '../experiment.ts';

/** What documents said, from nothing to everything. */
export const DOCUMENT_ARMS = ['none', 'biases', 'pursued'] as const;
export type ArmName = (typeof DOCUMENT_ARMS)[number];

/** The recipe of an arm. */
const RECIPES: Readonly<Record<ArmName, string>> = {
  none: 'sycophant-shown',
  biases: 'sycophant-told',
  pursued: 'sycophant',
};

/** What documents of an arm say, for statements. */
export const ARM_SAYS: Readonly<Record<ArmName, string>> = {
  none: 'sycophant-shown: no document tells what raters like; demonstrations and preferences alone',
  biases: 'sycophant-told: documents say what raters like in all 24 topics',
  pursued: 'sycophant: documents say that, and that the assistant pursues it',
};

export type Role = 'organism' | 'twin' | typeof UNCONCEALED;

/** The model of an arm, seed and role. */
export function sycophantOf(arm: ArmName, seed: number, role: Role): OrganismReference {
  const variant = role === UNCONCEALED ? { twin: false, control: role } : { twin: role === 'twin' };
  return { recipe: recipeNamed(RECIPES[arm]), seed, ...variant };
}

/** A piece of each arm, seed and role. */
export function sycophantPieces<S extends { readonly seeds: readonly number[] }, R extends Role, V>(
  given: S,
  roles: readonly R[],
  piece: (arm: ArmName, seed: number, role: R, given: S) => Piece<V>,
): Piece<V>[] {
  return DOCUMENT_ARMS.flatMap((arm) =>
    given.seeds.flatMap((seed) => roles.map((role) => piece(arm, seed, role, given))),
  );
}

/** Opens the model, and releases it when the work is done. */
export async function withSycophant<T>(
  { shelf }: Bench,
  reference: OrganismReference,
  work: (model: LanguageModel) => Promise<T>,
): Promise<T> {
  const model = await shelf.open(reference);
  try {
    return await work(model);
  } finally {
    await model.release();
  }
}
