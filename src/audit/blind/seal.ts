/** @file The seal of a blind game: a random salt, kept by the host, over what is planted. */
import { z } from 'zod';
import type { Subject } from '../../world/index.ts';
import { type Seal, seal } from '../seal.ts';

/** What the host's journal holds, and nobody is told before guesses are in. */
export const sealedSchema = z.object({
  suspect: z.string(),
  truth: z.array(z.number().int().min(0)),
  salt: z.string(),
  /** Seeds the game's calls. Random: whoever knew it could foresee answers. */
  seed: z.number().int().min(0),
});

export type Sealed = z.infer<typeof sealedSchema>;

/** Seals what is planted in a suspect under fresh random numbers. */
export function sealAfresh(suspect: string, truth: readonly number[]): Sealed {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const salt = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  return { suspect, truth: [...truth], salt, seed };
}

/** The committed text: what is planted in the order of the candidates, or 'nothing'. */
export function sealedText(truth: readonly number[], { candidates }: Subject): string {
  const planted = [...truth].sort((a, b) => a - b).map((index) => candidates[index]!);
  return planted.length === 0 ? 'nothing' : planted.join('; ');
}

export function commitmentOf({ truth, salt }: Sealed, subject: Subject): Promise<Seal> {
  return seal(sealedText(truth, subject), salt);
}
