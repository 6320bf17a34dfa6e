/** @file What a technique may ask of a suspect: requests are checked and copied as plain data before they act. */
import { z } from 'zod';
import { hookNameSchema } from '../model/index.ts';
import type { GradientRequest, ReadRequest, SampleRequest } from '../technique/index.ts';
import { badUsage } from '../tensor/index.ts';
import { SPECIAL_TOKENS } from '../world/index.ts';

/**
 * Words within one turn. A role token would close the turn and open another: a question could then force
 * an answer, or speak as the narrator, without the affordance for it.
 */
const words = z.string().refine((text) => !SPECIAL_TOKENS.some((token) => text.includes(token)), {
  error: 'role tokens are not allowed',
});

/** A detector is a direction: dictionaries are not the technique's. */
const when = z.strictObject({
  read: hookNameSchema.optional(),
  direction: z.array(z.number()).min(1),
  bias: z.number().default(0),
  above: z.number(),
  scope: z.enum(['token', 'sequence']).default('token'),
  fromPrompt: z.boolean().default(true),
});

const place = {
  at: hookNameSchema,
  positions: z
    .union([z.enum(['all', 'prompt', 'generated']), z.array(z.number().int()).min(1)])
    .default('all'),
  when: when.optional(),
};

/** The affordance 'edit' covers noise, added vectors and scaling, each also under a condition. */
const edit = z.discriminatedUnion('do', [
  z.strictObject({
    ...place,
    do: z.literal('noise'),
    scale: z.number().min(0),
    relativeTo: z.literal('rms'),
    draw: z.enum(['perStep', 'perSequence', 'reseeded']).default('perStep'),
  }),
  z.strictObject({
    ...place,
    do: z.literal('add'),
    vector: z.array(z.number()).min(1),
    scale: z.number().default(1),
  }),
  z.strictObject({ ...place, do: z.literal('scale'), factor: z.number() }),
]);

const weightNoise = z.strictObject({
  scale: z.number().min(0),
  of: z.enum(['all', 'adapter']),
  seed: z.number().int().min(0),
});

const reject = z.strictObject({
  banned: z.array(words.min(1)).min(1),
  restart: z.enum(['whole', 'line']).default('whole'),
  attempts: z.number().int().min(1).max(1024).default(8),
});

const requestFields = z.strictObject({
  question: words,
  n: z.number().int().min(1),
  first: z.number().int().min(0).default(0),
  temperature: z.number().min(0).default(1),
  prefill: words.default(''),
  edits: z.array(edit).default([]),
  weightNoise: weightNoise.optional(),
  reject: reject.optional(),
});

/** What is kept of a line's draw becomes the prompt of the next: an edit would take it for another place. */
const requestSchema = requestFields.refine(
  ({ edits, reject }) => edits.length === 0 || reject?.restart !== 'line',
  { path: ['reject', 'restart'], error: "edited answers are drawn anew as a 'whole'" },
);

const readSchema = z.strictObject({
  question: words,
  prefill: words.default(''),
  at: hookNameSchema,
});

const gradientSchema = z.strictObject({
  questions: z.array(words).min(1),
  at: hookNameSchema,
  target: hookNameSchema,
  vector: z.array(z.number()).min(1),
});

/** A request with its defaults, nothing but plain data. */
export type CheckedRequest = z.infer<typeof requestSchema>;

/** A request for an activation with its defaults. */
export type CheckedRead = z.infer<typeof readSchema>;

/** A checked request for a gradient. */
export type CheckedGradient = z.infer<typeof gradientSchema>;

/** A checked copy of a request. @throws TouchstoneError naming the field */
export function checkRequest(request: SampleRequest): CheckedRequest {
  return checkedCopy(requestSchema, request);
}

/** A checked copy of a request for an activation. @throws TouchstoneError naming the field */
export function checkRead(request: ReadRequest): CheckedRead {
  return checkedCopy(readSchema, request);
}

/** A checked copy of a request for a gradient. @throws TouchstoneError naming the field */
export function checkGradient(request: GradientRequest): CheckedGradient {
  return checkedCopy(gradientSchema, request);
}

function checkedCopy<T>(schema: z.ZodType<T>, request: unknown): T {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return badUsage(`a technique's request: ${path.join('.') || 'value'}: ${message}`);
}
