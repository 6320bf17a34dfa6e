/** @file A latent as an edit. */
import type { Edit } from '../api/types.ts';

export type LatentChange = 'add' | 'clamp' | 'ablate';

interface Where {
  readonly hook: string;
  /** What it was where it was chosen: the edit begins there. */
  readonly activation: number;
  /** Whether the edit acts only where the latent is active. */
  readonly conditional: boolean;
}

/** Adds a latent's direction, holds its activation, or takes it away. */
export function latentEdit(
  change: LatentChange,
  latent: { readonly dictionary: string; readonly latent: number },
  { hook, activation, conditional }: Where,
): Edit {
  const at = hook as Edit['at'];
  const when = conditional ? { when: { direction: latent, above: 0 } } : {};
  const value = Number(activation.toPrecision(3));
  if (change === 'add') return { at, do: 'add', vector: latent, scale: value, ...when };
  if (change === 'ablate')
    return { at, do: 'latent', latents: [latent], change: 'ablate', ...when };
  return { at, do: 'latent', latents: [latent], change: 'clamp', value, ...when };
}
