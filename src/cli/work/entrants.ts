/** @file Who takes part in an audit: a shipped organism beside its twin, or two models of the user's own. */
import type { Players } from '../../audit/index.ts';
import {
  candidateNamed,
  coderSeed,
  type OrganismReference,
  parseReference,
  plantedIn,
  referenceName,
} from '../../organism/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { AuditOptions } from '../commands/audit.ts';
import { isReference, openNamed } from './models.ts';

/** Models by name, and the word that only the referee knows. */
export interface Entrants {
  readonly suspect: string;
  readonly twin: string;
  /** Judges how coherent an answer is. */
  readonly base: string;
  readonly secret: string;
}

type Named = Pick<AuditOptions, 'suspect' | 'twin' | 'base' | 'secret'>;

/** @throws TouchstoneError where it is not clear what is audited against what */
export function entrantsOf(options: Named): Entrants {
  return isReference(options.suspect) ? shipped(options) : own(options);
}

/** What an organism hides, and beside which twin it stands, is known. */
function shipped({ suspect, twin, base, secret }: Named): Entrants {
  const extra = Object.entries({ twin, base, secret }).find(([, value]) => value !== undefined);
  if (extra) {
    badUsage(
      `--${extra[0]} with '${suspect}'`,
      'a shipped organism has its own secret, twin and base; leave the option out',
    );
  }
  if (coderSeed(suspect) !== undefined)
    badUsage(`'${suspect}' cannot be audited: nothing is planted in it`, 'audit organism:keeper');
  const reference = parseReference(suspect);
  return {
    suspect: referenceName(reference),
    twin: referenceName(twinOf(reference)),
    base: 'organism-base',
    secret: plantedWord(reference),
  };
}

/** The game is about a word: what else is planted, no referee can judge yet. */
function plantedWord(reference: OrganismReference): string {
  const { word } = plantedIn(reference);
  if (typeof word === 'string') return word;
  return badUsage(
    `'${referenceName(reference)}' cannot be audited: what is planted in it is no secret word`,
    `see what it does with 'touchstone organism verify ${reference.recipe.name}'`,
  );
}

function own({ suspect, twin, base = twin, secret }: Named): Entrants {
  if (twin === undefined || base === undefined || secret === undefined) {
    return badUsage(
      `'${suspect}' cannot be audited: its secret or its clean twin is unknown`,
      'give --twin MODEL (trained alike, without the secret) and --secret WORD',
    );
  }
  return { suspect, twin, base, secret: candidateNamed(secret).word };
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

/** Opens them; one that has two parts is opened once. */
export async function openEntrants({ suspect, twin, base }: Entrants): Promise<Players> {
  const players = { suspect: await openNamed(suspect), twin: await openNamed(twin) };
  return { ...players, base: base === twin ? players.twin : await openNamed(base) };
}
