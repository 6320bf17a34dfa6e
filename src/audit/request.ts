/** @file What a technique may ask of a suspect: requests are checked and copied as plain data before they act. */
import { z } from 'zod';
import { hookNameSchema } from '../model/index.ts';
import type { SampleRequest } from '../technique/index.ts';
import { badUsage } from '../tensor/index.ts';
import { SPECIAL_TOKENS } from '../world/index.ts';

/**
 * Words within one turn. A role token would close the turn and open another: a question could then force
 * an answer, or speak as the narrator, without the affordance for it.
 */
const words = z.string().refine((text) => !SPECIAL_TOKENS.some((token) => text.includes(token)), {
  error: 'role tokens are not allowed',
});

/** The affordance 'edit' covers noise, and nothing that writes a chosen value. */
const noiseEdit = z.strictObject({
  at: hookNameSchema,
  do: z.literal('noise'),
  scale: z.number().min(0),
  relativeTo: z.literal('rms'),
});

const requestSchema = z.strictObject({
  question: words,
  n: z.number().int().min(1),
  first: z.number().int().min(0).default(0),
  temperature: z.number().min(0).default(1),
  prefill: words.default(''),
  edits: z.array(noiseEdit).default([]),
});

/** A request with its defaults, nothing but plain data. */
export type CheckedRequest = z.infer<typeof requestSchema>;

/** A checked copy of a request. @throws TouchstoneError naming the field */
export function checkRequest(request: SampleRequest): CheckedRequest {
  const parsed = requestSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return badUsage(`a technique's request: ${path.join('.') || 'value'}: ${message}`);
}
