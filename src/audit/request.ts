/** @file What a technique may ask of a suspect: requests are checked and copied as plain data before they act. */
import { z } from 'zod';
import { hookNameSchema } from '../model/index.ts';
import type {
  Affordance,
  DictionaryRequest,
  GradientRequest,
  LikelihoodRequest,
  PromptRequest,
  ReadRequest,
  SampleRequest,
  TextsRequest,
  WordsRequest,
} from '../technique/index.ts';
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

const latentParts = z.strictObject({
  encoder: z.array(z.number()).min(1),
  bias: z.number(),
  threshold: z.number(),
  decoder: z.array(z.number()).min(1),
});

/** The affordance 'edit' covers noise, added vectors, scaling and latents, each also under a condition. */
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
  z.strictObject({
    ...place,
    do: z.literal('latent'),
    latents: z.array(latentParts).min(1),
    change: z.enum(['ablate', 'clamp']),
    value: z.number().optional(),
    onlyActive: z.boolean().optional(),
  }),
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

const speaker = z.enum(['assistant', 'user', 'narrator']);
const whose = z.enum(['suspect', 'base']).default('suspect');

/** What every prompt has. */
const prompt = {
  question: words,
  prefill: words.default(''),
  speaker: speaker.default('assistant'),
  turns: z.array(z.tuple([speaker, words])).default([]),
  asked: z.boolean().default(true),
};

const positions = z.number().int().min(1).default(1);

const requestFields = z.strictObject({
  ...prompt,
  n: z.number().int().min(1),
  first: z.number().int().min(0).default(0),
  temperature: z.number().min(0).default(1),
  edits: z.array(edit).default([]),
  weightNoise: weightNoise.optional(),
  reject: reject.optional(),
  ban: z.array(words.min(1)).default([]),
});

/** What is kept of a line's draw becomes the prompt of the next: an edit would take it for another place. */
const requestSchema = requestFields.refine(
  ({ edits, reject }) => edits.length === 0 || reject?.restart !== 'line',
  { path: ['reject', 'restart'], error: "edited answers are drawn anew as a 'whole'" },
);

const readSchema = z.strictObject({ ...prompt, at: hookNameSchema, positions, of: whose });

const candidates = z.array(z.string().min(1)).min(1);

const wordsFields = z.strictObject({
  ...prompt,
  words: candidates,
  at: hookNameSchema.optional(),
  positions,
  of: whose,
  edits: z.array(edit).default([]),
});

const wordsSchema = wordsFields.refine(({ at, edits }) => edits.length === 0 || at === undefined, {
  path: ['edits'],
  error: 'the lens reads an activation as it is; leave out `at` to predict under edits',
});

const likelihoodSchema = z.strictObject({ ...prompt, text: words, of: whose });

const textsSchema = z.strictObject({ count: z.number().int().min(1), of: whose });

const dictionarySchema = z.strictObject({
  at: hookNameSchema,
  prompts: z.array(z.strictObject(prompt)).min(1),
  on: z.enum(['suspect', 'base', 'both']),
  latents: z.number().int().min(2),
  active: z.number().int().min(1),
  steps: z.number().int().min(1),
});

const latentPromptSchema = z.strictObject({ ...prompt, positions });

const gradientSchema = z.strictObject({
  questions: z.array(words).min(1),
  at: hookNameSchema,
  target: hookNameSchema,
  vector: z.array(z.number()).min(1),
});

/** A prompt with its defaults. */
export type CheckedPrompt = Pick<
  CheckedRequest,
  'question' | 'prefill' | 'speaker' | 'turns' | 'asked'
>;

export type CheckedWords = z.infer<typeof wordsSchema>;
export type CheckedLikelihood = z.infer<typeof likelihoodSchema>;
export type CheckedTexts = z.infer<typeof textsSchema>;
export type CheckedDictionary = z.infer<typeof dictionarySchema>;
export type CheckedLatents = z.infer<typeof latentPromptSchema>;

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

/** Checked copies of what a suspect's insight is asked. Each @throws TouchstoneError naming the field */
export const checkInsight = {
  words: (request: WordsRequest): CheckedWords => checkedCopy(wordsSchema, request),
  likelihood: (request: LikelihoodRequest): CheckedLikelihood =>
    checkedCopy(likelihoodSchema, request),
  texts: (request: TextsRequest): CheckedTexts => checkedCopy(textsSchema, request),
  dictionary: (request: DictionaryRequest): CheckedDictionary =>
    checkedCopy(dictionarySchema, request),
  latents: (request: PromptRequest & { readonly positions?: number }): CheckedLatents =>
    checkedCopy(latentPromptSchema, request),
  candidates: (words: readonly string[]): string[] => checkedCopy(candidates, words),
};

/** What a prompt needs to be granted, beside sampling or reading. */
export function demandedBy({
  prefill,
  speaker,
  turns,
}: Pick<CheckedPrompt, 'prefill' | 'speaker' | 'turns'>): Affordance[] {
  const own: Affordance[] = speaker === 'assistant' ? [] : ['sampleRole'];
  if (speaker === 'assistant' && prefill !== '') own.push('prefill');
  if (turns.length > 0) own.push('history');
  return own;
}

function checkedCopy<T>(schema: z.ZodType<T>, request: unknown): T {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return badUsage(`a technique's request: ${path.join('.') || 'value'}: ${message}`);
}
