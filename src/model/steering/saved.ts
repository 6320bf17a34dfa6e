/** @file Steering vectors on disk: a folder with the vectors as safetensors and, beside them, how they were found and what they move. */
import { z } from 'zod';
import { badInput, badUsage } from '../../tensor/index.ts';
import type { DictionaryWeights } from '../edits/dictionary.ts';
import { hookNameSchema } from '../edits/schema.ts';
import { join, readJson, withFile } from '../folder.ts';
import { encodeSafetensors, HF_METADATA, loadAll, type NamedTensor } from '../safetensors.ts';

/** The file that says what the vectors are. */
export const STEERING = 'steering.json';

/** The file of the vectors: one tensor of this name, [vectors, d]. */
export const VECTORS = 'vectors.safetensors';
const TENSOR = 'vectors';

const moved = z.number().min(0);
const whole = z.number().int().min(0);

/** What is kept beside vectors. */
export const steeringSchema = z.object({
  schema: z.literal('touchstone/steering/1'),
  model: z.object({
    name: z.string(),
    family: z.string(),
    sha256: z.string().describe('of the weights that the vectors were found in'),
  }),
  method: z.enum(['melbo', 'random', 'jacobian', 'pca']),
  at: hookNameSchema.describe('hook point that vectors are added to'),
  target: hookNameSchema.describe('hook point whose change is the objective'),
  radius: z.number().gt(0).describe('norm of every vector'),
  meanNorm: z.number().describe('mean norm of the activation at the hook point over the prompts'),
  seed: whole,
  steps: whole.nullable().describe('of ascent for each vector; null where there is none'),
  learningRate: z.number().nullable(),
  prompts: z.array(z.string()).min(1).describe('as the model was given them'),
  vectors: z
    .array(
      z.object({
        index: whole,
        moved: moved.describe('sum over prompts of how far the target moves'),
        times: z.number().describe('by the mean of the random vectors'),
        randomAbove: whole.describe('random vectors that move it as far or farther'),
      }),
    )
    .min(1),
  random: z
    .object({
      n: whole,
      seed: whole,
      mean: moved,
      interval: z.tuple([z.number(), z.number()]).describe("Student's 95 %"),
      largest: moved,
    })
    .describe('the baseline: uniformly random vectors of the same norm'),
  forwardTokens: whole.describe('tokens passed forward in the search'),
  backwardTokens: whole.describe('tokens passed back'),
  file: z.object({ file: z.literal(VECTORS), bytes: whole, sha256: z.string() }),
  versions: z.record(z.string(), z.string()),
});

/** What is known of saved vectors. */
export type SteeringRecord = z.infer<typeof steeringSchema>;

/** A folder of vectors, opened. */
export interface SavedSteering {
  readonly record: SteeringRecord;
  readonly vectors: readonly Float32Array[];
}

/** The bytes of {@link VECTORS}. */
export function encodeVectors(vectors: readonly Float32Array[]): Uint8Array {
  const width = vectors[0]!.length;
  const data = new Float32Array(vectors.length * width);
  for (const [i, vector] of vectors.entries()) data.set(vector, i * width);
  const tensor: NamedTensor = { shape: [vectors.length, width], data };
  const pieces = encodeSafetensors(new Map([[TENSOR, tensor]]), {
    ...HF_METADATA,
    schema: 'touchstone/steering/1',
  });
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/** Opens a folder. @throws TouchstoneError where a file is missing, is another's or does not fit the other */
export async function openSteering(folder: string): Promise<SavedSteering> {
  const path = join(folder, STEERING);
  const parsed = steeringSchema.safeParse(await readJson(path));
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    return badInput(`${path}: ${at.join('.') || 'value'}: ${message}`);
  }
  const file = join(folder, VECTORS);
  const { shape, data } = (await withFile(file, loadAll)).get(TENSOR) ?? { shape: [] };
  const [count, width] = shape;
  if (!data || shape.length !== 2 || count !== parsed.data.vectors.length) {
    return badInput(
      `${file}: shape [${shape.join(', ')}], expected ${parsed.data.vectors.length} vectors`,
      'it is of another search than the file beside it: find the vectors again',
    );
  }
  const vectors = Array.from({ length: count }, (_, i) => data.slice(i * width!, (i + 1) * width!));
  return { record: parsed.data, vectors };
}

/**
 * Vectors as a dictionary that edits can name: latent i writes vector i. It reads the component along it: the coefficient
 * of vector i alone, x v / |v|^2.
 */
export function steeringDictionary(vectors: readonly Float32Array[]): DictionaryWeights {
  const [first] = vectors;
  if (!first) return badUsage('a dictionary of no vectors', 'give at least one');
  const [count, width] = [vectors.length, first.length];
  const W_enc = new Float32Array(width * count);
  const W_dec = new Float32Array(count * width);
  for (const [latent, vector] of vectors.entries()) {
    W_dec.set(vector, latent * width);
    const squared = vector.reduce((sum, x) => sum + x * x, 0);
    for (const [i, x] of vector.entries()) W_enc[i * count + latent] = x / squared;
  }
  const [b_enc, b_dec] = [new Float32Array(count), new Float32Array(width)];
  return { W_enc, b_enc, W_dec, b_dec, activation: 'linear' };
}
