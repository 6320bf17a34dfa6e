/** @file Fields that both kinds of completions have, and those that OpenAI's clients may send though they say nothing here. */
import { z } from 'zod';
import { checkShape, editSchema, parseEdits, weightNoiseSchema } from '../../model/index.ts';
import { TouchstoneError } from '../../tensor/index.ts';
import { badRequest, Problem } from '../problem.ts';

const stopText = z.string().min(1);

/** Each noise is another model, of which the server keeps few. */
export const weightNoiseField = weightNoiseSchema
  .optional()
  .describe('extension: noise on the weights; a model of its own for each seed');

/** How completions are drawn. */
export const drawingFields = {
  model: z.string().describe('as GET /v1/models lists it'),
  n: z.number().int().min(1).max(128).optional().describe('completions of each prompt; default 1'),
  temperature: z.number().min(0).max(100).optional().describe('0 is greedy; default 1'),
  top_p: z.number().gt(0).max(1).optional().describe('probability mass of the likeliest tokens'),
  top_k: z.number().int().min(1).optional().describe('extension: only the k likeliest tokens'),
  seed: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'completion i of a prompt is a function of prompt, seed, i and options; default random',
    ),
  stop: z
    .union([stopText, z.array(stopText).max(4)], {
      error: 'expected a text or up to 4, none empty',
    })
    .optional(),
  stream: z.boolean().optional(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish() })
    .optional()
    .describe('include_usage: a last chunk with the usage'),
  return_token_ids: z
    .boolean()
    .optional()
    .describe('extension, as vLLM has it: prompt_token_ids, and token_ids of each choice'),
  logit_bias: z
    .record(z.string().regex(/^\d+$/), z.number().min(-100).max(100))
    .optional()
    .describe('added to the logits of tokens, by id'),
  edits: z
    .union([editSchema, z.array(editSchema)])
    .optional()
    .describe('extension: edits of activations, in the prompt and on every step'),
  weight_noise: weightNoiseField,
};

type Fields = Readonly<Record<string, unknown>>;
const always = () => true;
const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
/** Whether 'text' is all that an object or a list holds; no look goes deeper, however deep a value is nested. */
const isOnlyText = (value: unknown, key: string) => {
  const entries = value instanceof Object ? Object.entries(value) : [];
  return entries.length === 1 && entries[0]![0] === key && entries[0]![1] === 'text';
};

/** Fields of OpenAI's that are taken where they leave the answer as it is. */
const HARMLESS: Readonly<Record<string, (value: unknown, body: Fields) => boolean>> = {
  user: always,
  metadata: always,
  store: always,
  service_tier: always,
  safety_identifier: always,
  prompt_cache_key: always,
  prompt_cache_retention: always,
  parallel_tool_calls: always,
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  response_format: (value) => isOnlyText(value, 'type'),
  tools: isEmpty,
  functions: isEmpty,
  tool_choice: (value) => value === 'none' || value === 'auto',
  function_call: (value) => value === 'none' || value === 'auto',
  modalities: (value) => isOnlyText(value, '0'),
  reasoning_effort: (value) => value === 'none',
  verbosity: (value) => value === 'medium',
  suffix: (value) => value === '',
  best_of: (value, body) => value === (body.n ?? 1),
};

/**
 * A request's body as its schema has it; null is a field that is not there.
 *
 * @throws Problem naming the first field that is wrong, unknown, or would change the answer and is not supported
 */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return badRequest('the body is no JSON object');
  const given = Object.entries(body).filter(([, value]) => value !== null);
  const fields = Object.fromEntries(given);
  const own = given.filter(([name, value]) => !isHarmless(name, value, fields));
  if (fields.edits !== undefined) checkEditsOf(fields.edits);
  const result = schema.safeParse(Object.fromEntries(own));
  return result.success ? result.data : refuse(schema, Object.fromEntries(own), result.error);
}

function isHarmless(name: string, value: unknown, body: Fields): boolean {
  const test = Object.hasOwn(HARMLESS, name) ? HARMLESS[name] : undefined;
  if (!test) return false;
  if (test(value, body)) return true;
  const message = `${name} is not supported here with that value, which would change the answer: leave it out`;
  return badRequest(message, name, 'unsupported_parameter');
}

function checkEditsOf(edits: unknown): void {
  try {
    parseEdits(edits);
  } catch (error) {
    if (!(error instanceof TouchstoneError)) throw error;
    badRequest(error.message, 'edits');
  }
}

/** The schema's first complaint in words. */
function refuse(schema: z.ZodType, body: Fields, { issues: [issue] }: z.ZodError): never {
  if (issue?.code === 'unrecognized_keys' && issue.path.length === 0) {
    const name = issue.keys[0]!;
    badRequest(
      `${name.slice(0, 100)} is no field of this request`,
      name.slice(0, 100),
      'unknown_parameter',
    );
  }
  const param = issue?.path.map(String).join('.').slice(0, 200) || undefined;
  try {
    checkShape(schema, body, 'the request');
  } catch (error) {
    if (error instanceof TouchstoneError) badRequest(error.message, param);
    throw error;
  }
  throw new Problem(400, 'the request is wrong', { param });
}
