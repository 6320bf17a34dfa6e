/** @file `capture.json`: what a folder of captured activations holds, and where it came from. */
import { z } from 'zod';
import { CAPTURE_TYPES } from './shard.ts';

/** Name of the manifest's file; it is written last. */
export const CAPTURE = 'capture.json';
/** Name of the file of contexts. */
export const CONTEXTS = 'contexts.safetensors';

const natural = z.number().int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.object({ file: z.string(), bytes: natural, sha256: hash });

export const shardSchema = fileSchema.extend({ rows: z.number().int().min(1) });

/** One shard as the manifest lists it. */
export type ShardRecord = z.infer<typeof shardSchema>;

/** The published shape of the manifest, which is also what `touchstone capture --json` prints. */
export const captureSchema = z.object({
  schema: z.literal('touchstone/capture/1'),
  model: z.object({
    name: z.string().describe('as it was asked for'),
    family: z.string(),
    sha256: hash.describe('of the hashes of its arrays of weights'),
    tokenizer: hash.nullable().describe('of tokenizer.json in canonical form; null without one'),
  }),
  hooks: z
    .array(
      z.object({
        name: z.string(),
        shape: z
          .array(natural)
          .describe(
            'of one position: [width], or [heads, head width], which lie in a row in this order',
          ),
        width: natural.describe('columns of the matrix in the shards'),
      }),
    )
    .min(1),
  dtype: z.enum(CAPTURE_TYPES),
  texts: z.object({
    files: z.array(z.string()).describe('names without folders'),
    documents: natural,
    tokens: natural,
    sha256: hash.describe("of the documents' lengths and token ids as int32"),
  }),
  contexts: fileSchema.extend({
    count: natural,
    longest: natural.describe('most tokens of a context, with the prefix'),
    packed: z
      .boolean()
      .describe('whether documents are joined; otherwise a context has one document'),
    prefix: z.array(natural).describe('token ids before each context'),
  }),
  mask: z.object({
    rule: z.enum(['special', 'none']),
    ids: z.array(natural).describe('token ids that gave no rows'),
    masked: natural.describe('tokens in the contexts that gave no row; padding is not counted'),
  }),
  shuffle: z.object({
    buffer: natural.describe('rows shuffled among each other, of contexts in random order'),
    seed: natural,
  }),
  rows: natural,
  shards: z.array(shardSchema).min(1),
  versions: z.record(z.string(), z.string()),
});

export type Capture = z.infer<typeof captureSchema>;
