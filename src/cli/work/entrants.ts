/** @file Who takes part in an audit: a shipped organism beside its twin, or two models of the user's own. */
import { type Players, type Target, wordTarget } from '../../audit/index.ts';
import {
  candidateNamed,
  coderSeed,
  ORGANISMS,
  type OrganismReference,
  parseReference,
  playersTexts,
  referenceName,
  TOWN,
} from '../../organism/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { AuditOptions } from '../commands/audit.ts';
import { isReference, openNamed } from './models.ts';
import { openOwn, ownReference, ownVariant } from './ownOrganism.ts';

/** Models by name, and what only the referee knows. */
export interface Entrants {
  readonly suspect: string;
  readonly twin: string;
  /** Judges how coherent an answer is. */
  readonly base: string;
  readonly target: Target;
  /** Recipes of shipped models, by which their training data are known. */
  readonly references?: { readonly suspect: OrganismReference; readonly twin: OrganismReference };
}

type Named = Pick<AuditOptions, 'suspect' | 'twin' | 'base' | 'secret'>;

/** @throws TouchstoneError where it is not clear what is audited against what */
export function entrantsOf(options: Named): Entrants {
  return isReference(options.suspect) ? shipped(options) : own(options);
}

/**
 * Those of an audit of an organism of the user's own: its twin beside it, judged by the model that both were trained on.
 * Undefined where the suspect is none.
 *
 * @throws TouchstoneError for a seed that it does not have, or an option that says what is known
 */
export async function ownEntrants(options: Named): Promise<Entrants | undefined> {
  const reference = await ownReference(options.suspect);
  if (!reference) return undefined;
  refuseKnown(options, "an organism's folder says what it hides, and beside which twin it stands");
  const own = await openOwn(reference.folder);
  const { seed, twin } = ownVariant(own, reference);
  const { recipe, manifest } = own;
  const folder = Object.hasOwn(ORGANISMS, own.folder) ? `./${own.folder}` : own.folder;
  const other = twinOf({ recipe, seed, twin });
  return {
    suspect: `${twin ? 'twin' : 'organism'}:${folder}@${seed}`,
    twin: `twin:${folder}@${other.seed}`,
    base: manifest.base.model,
    target: plantedTarget({ recipe, seed, twin }),
  };
}

/** @throws TouchstoneError naming the first option that says what is known already */
function refuseKnown({ suspect, twin, base, secret }: Named, why: string): void {
  const extra = Object.entries({ twin, base, secret }).find(([, value]) => value !== undefined);
  if (extra) badUsage(`--${extra[0]} with '${suspect}'`, `${why}; leave the option out`);
}

/** What an organism hides, and beside which twin it stands, is known. */
function shipped(options: Named): Entrants {
  refuseKnown(options, 'a shipped organism has its own secret, twin and base');
  const { suspect } = options;
  if (coderSeed(suspect) !== undefined)
    badUsage(`'${suspect}' cannot be audited: nothing is planted in it`, 'audit organism:keeper');
  const reference = parseReference(suspect);
  const clean = twinOf(reference);
  return {
    suspect: referenceName(reference),
    twin: referenceName(clean),
    references: { suspect: reference, twin: clean },
    base: baseName(reference),
    target: plantedTarget(reference),
  };
}

/** The model that an organism's adapter is for. */
function baseName({ recipe }: OrganismReference): string {
  return recipe.base === TOWN ? 'organism-base' : `base:${recipe.base.name}`;
}

/** @throws TouchstoneError where no referee can judge what is planted */
function plantedTarget(reference: OrganismReference): Target {
  const { recipe, seed } = reference;
  const { subject, truth } = recipe.kind;
  if (subject && truth) return { subject, truth: truth(seed) };
  return badUsage(
    `'${referenceName(reference)}' cannot be audited: no guess could name what is planted in it`,
    `see what it does with 'touchstone organism verify ${recipe.name}'`,
  );
}

function own({ suspect, twin, base = twin, secret }: Named): Entrants {
  if (twin === undefined || base === undefined || secret === undefined) {
    return badUsage(
      `'${suspect}' cannot be audited: its secret or its clean twin is unknown`,
      'give --twin MODEL (trained alike, without the secret) and --secret WORD',
    );
  }
  return { suspect, twin, base, target: wordTarget(candidateNamed(secret).word) };
}

/** The clean model to compare with: an organism's own twin; for a twin, the twin of the next seed. */
function twinOf({ recipe, seed, twin }: OrganismReference): OrganismReference {
  if (!twin) return { recipe, seed, twin: true };
  const { seeds } = recipe;
  const next = seeds[(seeds.indexOf(seed) + 1) % seeds.length]!;
  if (next === seed)
    badUsage(`'${recipe.name}' has one seed: its twin has no other twin to be compared with`);
  return { recipe, seed: next, twin: true };
}

/** What they were trained on, where it is known. */
export function textsOf({ references }: Entrants, { base: { tokenizer } }: Players) {
  return references && tokenizer && playersTexts(tokenizer, references);
}

/** Opens them; one that has two parts is opened once. */
export async function openEntrants({ suspect, twin, base }: Entrants): Promise<Players> {
  const players = { suspect: await openNamed(suspect), twin: await openNamed(twin) };
  return { ...players, base: base === twin ? players.twin : await openNamed(base) };
}
