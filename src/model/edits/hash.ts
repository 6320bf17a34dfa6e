/** @file The identity of edits: one text for all spellings of the same edits, and its hash. */
import type { Edit, Latent, LatentReference, Positions, Vector, When } from './schema.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * SHA-256 in hex of edits. It does not depend on the order of keys, on the spelling of numbers, on the
 * order of heads, positions or tokens, or on whether defaults are written out. Dictionaries enter by name.
 */
export async function editHash(edits: readonly Edit[]): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalEdits(edits));
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The text that {@link editHash} hashes: JSON with sorted keys and without spaces. */
export function canonicalEdits(edits: readonly Edit[]): string {
  return JSON.stringify(edits.map(withDefaults), (_, value: unknown) => {
    if (value === -Infinity) return '-Infinity';
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** An edit with every default written out and every set in order. */
function withDefaults(edit: Edit): Plain {
  const { positions = 'all', heads, when } = edit;
  return {
    ...kindWithDefaults(edit),
    positions: canonicalPositions(positions),
    heads: heads ? sorted(heads) : 'all',
    when: when ? canonicalWhen(when, edit.at) : 'always',
  };
}

function kindWithDefaults(edit: Edit): Plain {
  switch (edit.do) {
    case 'noise':
      return { relativeTo: 'rms', draw: 'perStep', seed: 0, ...given(edit) };
    case 'add':
      return { scale: 1, ...given(edit), vector: canonicalVector(edit.vector) };
    case 'mean':
      return { ...given(edit), vector: canonicalVector(edit.vector) };
    case 'project': {
      const removed = edit.min === undefined && edit.max === undefined ? { min: 0, max: 0 } : {};
      return { ...removed, ...given(edit), directions: edit.directions.map(canonicalVector) };
    }
    case 'latent': {
      const detector = edit.detector ?? detectorOf(edit.latents[0]!);
      const latents = edit.latents.map(canonicalLatent);
      return { onlyActive: false, ...given(edit), detector, latents };
    }
    default:
      return given(edit);
  }
}

/** The fields that are there: an absent one may be written as undefined. */
function given(fields: Plain): Plain {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function sorted(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function canonicalPositions(positions: Positions): unknown {
  if (typeof positions === 'string') return positions;
  if (Array.isArray(positions)) return sorted(positions);
  return { token: sorted([positions.token].flat()) };
}

function canonicalVector(vector: Vector): unknown {
  return Array.isArray(vector) ? vector : { unit: false, ...given(vector) };
}

function canonicalLatent(latent: Latent): unknown {
  return 'dictionary' in latent ? reference(latent) : { bias: 0, threshold: 0, ...given(latent) };
}

/** Hashes from before there was a unit have none. */
function reference({ unit, ...latent }: LatentReference): Plain {
  return unit ? { ...latent, unit } : latent;
}

function canonicalWhen(when: When, at: string): Plain {
  const detector = when.detector ?? detectorOf(when.direction);
  const defaults = { read: at, bias: 0, scope: 'token', fromPrompt: true, detector };
  const { direction } = when;
  const named = Array.isArray(direction) ? direction : reference(direction);
  return { ...defaults, ...given(when), direction: named };
}

/** How a latent is detected where the edit does not say. */
export function detectorOf(source: Vector | Latent): 'rawDot' | 'trueEncoder' {
  return Array.isArray(source) ? 'rawDot' : 'trueEncoder';
}
