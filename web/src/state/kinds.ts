/** @file The kinds of edits, how each begins, and which of its numbers has a slider. */
import type { Edit, Hooks } from '../api/types.ts';

export type Kind = Edit['do'];

/** A number of an edit that a slider moves. */
export interface Dial {
  readonly field: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Where it stands when the edit does not say. */
  readonly otherwise: number;
}

interface KindOf {
  readonly kind: Kind;
  readonly summary: string;
  readonly dials: readonly Dial[];
}

export const KINDS: readonly KindOf[] = [
  {
    kind: 'noise',
    summary: 'adds Gaussian noise',
    dials: [{ field: 'scale', min: 0, max: 2, step: 0.02, otherwise: 0 }],
  },
  {
    kind: 'scale',
    summary: 'multiplies the activation; 0 ablates it',
    dials: [{ field: 'factor', min: -2, max: 4, step: 0.05, otherwise: 1 }],
  },
  {
    kind: 'add',
    summary: 'adds a vector',
    dials: [{ field: 'scale', min: -12, max: 12, step: 0.1, otherwise: 1 }],
  },
  {
    kind: 'project',
    summary: 'removes directions, or bounds the coefficient along them',
    dials: [],
  },
  { kind: 'set', summary: 'puts a vector in its place', dials: [] },
  { kind: 'mean', summary: 'puts a mean in its place', dials: [] },
  {
    kind: 'latent',
    summary: "changes latents of a dictionary, or of vectors of one's own",
    dials: [{ field: 'value', min: -20, max: 20, step: 0.1, otherwise: 0 }],
  },
  { kind: 'splice', summary: 'puts a dictionary in between', dials: [] },
];

/** How an edit of a kind begins, at a middle layer. */
export function freshEdit(kind: Kind, hooks: Hooks): Edit {
  const at = `blocks.${Math.floor(hooks.layers / 2)}.hook_resid_post` as Edit['at'];
  const zeros = new Array<number>(hooks.width).fill(0);
  const first = zeros.with(0, 1);
  const dictionary = hooks.dictionaries[0]?.name ?? 'NAME';
  switch (kind) {
    case 'noise':
      return { at, do: 'noise', scale: 0.4 };
    case 'scale':
      return { at, do: 'scale', factor: 1 };
    case 'add':
      return { at, do: 'add', vector: first, scale: 1 };
    case 'set':
      return { at, do: 'set', value: zeros };
    case 'mean':
      return { at, do: 'mean', vector: zeros };
    case 'project':
      return { at, do: 'project', directions: [first] };
    case 'latent': {
      const named = hooks.dictionaries.length > 0;
      const own = { encoder: first, decoder: first };
      const latent = named ? { dictionary, latent: 0 } : own;
      return { at, do: 'latent', latents: [latent], change: 'shift', value: 1 };
    }
    case 'splice':
      return { at, do: 'splice', dictionary, error: 'kept' };
  }
}

/** The edit with its one vector replaced; kinds without one stay as they are. */
export function withVector(edit: Edit, vector: number[]): Edit {
  if (edit.do === 'add' || edit.do === 'mean') return { ...edit, vector };
  if (edit.do === 'set') return { ...edit, value: vector };
  if (edit.do === 'project') return { ...edit, directions: [vector] };
  return edit;
}

export function takesVector({ do: kind }: Edit): boolean {
  return kind === 'add' || kind === 'mean' || kind === 'set' || kind === 'project';
}
