/** @file What is answered: OpenAI's shapes, with the seed as an extension, and what white-box reading gives. */
import { z } from 'zod';

const count = z.number().int().min(0);
const finish = z.enum(['stop', 'length']);

export const usageSchema = z.object({
  prompt_tokens: count.describe('of all prompts, each once'),
  completion_tokens: count.describe('drawn, with those that a stop text cut off'),
  total_tokens: count,
});

const base = {
  id: z.string(),
  created: count,
  model: z.string(),
  system_fingerprint: z.string().describe('of the program and its runtime, not of the model'),
  touchstone: z
    .object({ seed: count })
    .describe('extension: the seed that was used; asked again with it, the answer is the same'),
};

/** Of one token: natural logarithms, by the model's own distribution. */
const tokenFields = {
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.number().int().min(0).max(255)),
};
export const chatLogprobs = z
  .object({
    content: z.array(z.object({ ...tokenFields, top_logprobs: z.array(z.object(tokenFields)) })),
    refusal: z.null(),
  })
  .nullable();

export const completionLogprobs = z
  .object({
    tokens: z.array(z.string()),
    token_logprobs: z.array(z.number().nullable()).describe("null: a text's first token"),
    top_logprobs: z.array(z.record(z.string(), z.number()).nullable()),
    text_offset: z.array(count),
  })
  .nullable();

const completionChoice = z.object({
  index: count,
  text: z.string(),
  logprobs: completionLogprobs,
  finish_reason: finish,
});

export const completionAnswer = z.object({
  ...base,
  object: z.literal('text_completion'),
  choices: z.array(completionChoice),
  usage: usageSchema,
});

export const completionChunk = z.object({
  ...base,
  object: z.literal('text_completion'),
  choices: z.array(completionChoice.extend({ finish_reason: finish.nullable() })),
  usage: usageSchema.nullish(),
});

export const chatAnswer = z.object({
  ...base,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: count,
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().describe('without the beginning that the last message gave'),
        refusal: z.null(),
      }),
      logprobs: chatLogprobs,
      finish_reason: finish,
    }),
  ),
  usage: usageSchema,
});

export const chatChunk = z.object({
  ...base,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.object({
      index: count,
      delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
      logprobs: chatLogprobs,
      finish_reason: finish.nullable(),
    }),
  ),
  usage: usageSchema.nullish(),
});

export const modelList = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      id: z.string(),
      object: z.literal('model'),
      created: count,
      owned_by: z.literal('touchstone'),
    }),
  ),
});

export const modelEntry = modelList.shape.data.element;

export const healthAnswer = z.object({ status: z.literal('ok') });

export const errorAnswer = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

export const hooksAnswer = z.object({
  model: z.string(),
  layers: count,
  width: count,
  positions: count,
  vocabulary: count,
  hooks: z.array(z.object({ name: z.string(), shape: z.array(z.union([count, z.string()])) })),
  dictionaries: z.array(z.object({ name: z.string(), latents: count })),
});

export const readAnswer = z.object({
  model: z.string(),
  tokens: z.array(z.array(count)),
  texts: z.array(z.array(z.string())).describe('of each token'),
  values: z.record(
    z.string(),
    z.object({
      shape: z.array(count),
      dtype: z.literal('float32'),
      data: z
        .union([z.array(z.number().nullable()), z.string()])
        .describe('numbers, null for what is none (masked scores); or base64, little-endian'),
    }),
  ),
});
