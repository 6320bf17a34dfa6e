/** @file What is answered: OpenAI's shapes, with the seed as an extension, and what white-box reading gives. */
import { z } from 'zod';

const count = z.number().int().min(0);
const finish = z.enum(['stop', 'length']);

export const usageSchema = z.object({
  prompt_tokens: count.describe('of all prompts, each once'),
  completion_tokens: count.describe('drawn, with those that a stop text cut off'),
  total_tokens: count,
});

const ids = z.array(count);
/** Told where a request asks for them. */
const choiceIds = { token_ids: ids.optional().describe('where return_token_ids asks for them') };

const base = {
  prompt_token_ids: z
    .array(ids)
    .optional()
    .describe('of each prompt; streamed, in a chunk without choices'),
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
  ...choiceIds,
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
      ...choiceIds,
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
      ...choiceIds,
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
  dictionaries: z.array(
    z.object({
      name: z.string(),
      latents: count,
      hook: z.string().nullable().describe('hook point that it is of; null: it does not say'),
    }),
  ),
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

const along = {
  model: z.string(),
  tokens: ids,
  texts: z.array(z.string()).describe('of each token'),
};

export const lensAnswer = z.object({
  ...along,
  hooks: z.array(z.string()).describe('the residual before the first layer, and after each'),
  top: z
    .array(z.array(z.array(z.object({ id: count, text: z.string(), probability: z.number() }))))
    .describe('by hook point and position: the likeliest tokens, likeliest first'),
  divergence: z
    .array(z.array(z.number()))
    .describe("by hook point and position: of the lens's distribution from the model's own, nats"),
});

export const compareAnswer = z.object({
  ...along,
  divergence: z
    .array(z.number())
    .describe('KL(plain || edited) of the prediction of each token but the first, nats'),
  plain: z.array(z.number()).describe('log probability of each token but the first, unedited'),
  edited: z.array(z.number()).describe('the same under the edits'),
});

const activeLatent = z.object({ latent: count, activation: z.number() });

export const latentsAnswer = z.object({
  ...along,
  dictionary: z.string(),
  hook: z.string(),
  active: z.array(count).describe('how many latents are active at each position'),
  top: z.array(z.array(activeLatent)).describe('by position: the strongest, strongest first'),
  strongest: z
    .array(activeLatent.extend({ position: count }))
    .describe('latents by their strongest activation at any position, the first one included'),
});
