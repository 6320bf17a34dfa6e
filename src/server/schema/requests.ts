/** @file What may be asked: OpenAI's completions and chat completions, and white-box reading. */
import { z } from 'zod';
import { editSchema } from '../../model/index.ts';
import { drawingFields, weightNoiseField } from './fields.ts';

const tokenId = z.number().int().min(0);
const MOST_PROMPTS = 64;

export const completionRequest = z.strictObject({
  ...drawingFields,
  prompt: z
    .union(
      [
        z.string(),
        z.array(z.string()).min(1).max(MOST_PROMPTS),
        z.array(tokenId).min(1),
        z.array(z.array(tokenId).min(1)).min(1).max(MOST_PROMPTS),
      ],
      { error: `expected a text, token ids, or up to ${MOST_PROMPTS} of either` },
    )
    .describe('continued as it is; chats belong to /v1/chat/completions'),
  max_tokens: z.number().int().min(0).optional().describe('default 16; 0 with echo only scores'),
  logprobs: z.number().int().min(0).max(20).optional().describe('how many of the likeliest tokens'),
  echo: z.boolean().optional().describe('whether the prompt comes back before the completion'),
});

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });

const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(textPart)], { error: 'expected a text or parts of text' }),
  name: z.string().nullish().describe('not shown to the model'),
  refusal: z.null().optional(),
  audio: z.null().optional(),
  tool_calls: z.array(z.never()).nullish(),
  function_call: z.null().optional(),
  annotations: z.array(z.unknown()).nullish(),
});

export const chatRequest = z.strictObject({
  ...drawingFields,
  messages: z
    .array(message)
    .min(1)
    .describe("a last message of the assistant's is gone on with (prefill)"),
  max_tokens: z.number().int().min(1).optional().describe("default: up to the model's positions"),
  max_completion_tokens: z.number().int().min(1).optional().describe('the same by its newer name'),
  logprobs: z.boolean().optional(),
  top_logprobs: z.number().int().min(0).max(20).optional().describe('needs logprobs'),
});

export const readRequest = z.strictObject({
  model: z.string(),
  text: z
    .union([z.string(), z.array(z.string()).min(1).max(MOST_PROMPTS)])
    .optional()
    .describe('texts of equal length in tokens'),
  tokens: z
    .union([z.array(tokenId).min(1), z.array(z.array(tokenId).min(1)).min(1).max(MOST_PROMPTS)], {
      error: `expected token ids, or up to ${MOST_PROMPTS} lists of them`,
    })
    .optional()
    .describe('in place of text'),
  hooks: z
    .array(z.string())
    .max(1024)
    .optional()
    .describe("hook points, by TransformerLens's names"),
  logits: z.boolean().optional().describe('whether logits are told, too; default false'),
  edits: z.union([editSchema, z.array(editSchema)]).optional(),
  weight_noise: weightNoiseField,
  prompt_length: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('how many tokens are the prompt, for edits; default all'),
  encoding: z
    .enum(['json', 'base64'])
    .optional()
    .describe("'json' (default): numbers, row by row; 'base64': float32, little-endian"),
});

const along = {
  model: z.string(),
  text: z.string().optional(),
  tokens: z.array(tokenId).min(1).optional().describe('in place of text'),
  edits: z.union([editSchema, z.array(editSchema)]).optional(),
  prompt_length: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('how many tokens are the prompt, for edits; default all'),
};

export const lensRequest = z.strictObject({
  ...along,
  top: z.number().int().min(1).max(20).optional().describe('how many tokens a place; default 5'),
});

export const compareRequest = z.strictObject(along);

export const latentsRequest = z.strictObject({
  ...along,
  dictionary: z.string().describe('as the hooks list it'),
  hook: z.string().optional().describe("default: the dictionary's own"),
  top: z.number().int().min(1).max(100).optional().describe('latents of each place; default 5'),
});

export type CompletionRequest = z.infer<typeof completionRequest>;
export type ChatRequest = z.infer<typeof chatRequest>;
export type ReadRequest = z.infer<typeof readRequest>;
export type LensRequest = z.infer<typeof lensRequest>;
export type LatentsRequest = z.infer<typeof latentsRequest>;
export type CompareRequest = z.infer<typeof compareRequest>;
