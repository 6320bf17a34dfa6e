/** @file The work of `touchstone model inspect`: says what a model is. */
import { z } from 'zod';
import { hooksOf, inspectModel, type ModelReport } from '../../model/index.ts';
import type { ModelInspectOptions } from '../commands/model.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { isShipped, modelPath, openNamed } from './models.ts';

/** The published shape of what `--json` prints. */
export const modelInspectionSchema = z.object({
  schema: z.literal('touchstone/model-inspection/1'),
  model: z.string(),
  path: z
    .string()
    .nullable()
    .describe('null for a shipped model, which is made of several folders'),
  family: z.string().describe("the config's model_type"),
  parameters: z.number().int(),
  dtypes: z.record(z.string(), z.number().int()).describe('tensors by the type stored on disk'),
  layers: z.number().int(),
  width: z.number().int(),
  intermediate: z.number().int(),
  heads: z.number().int(),
  keyValueHeads: z.number().int(),
  headWidth: z.number().int(),
  vocabulary: z.number().int(),
  positions: z.number().int().describe('longest text in tokens'),
  tiedEmbeddings: z.boolean(),
  tokenizer: z
    .object({
      kind: z.string().describe("the tokenizer.json's model type"),
      tokens: z.number().int(),
      chatTemplate: z.boolean(),
    })
    .nullable(),
  hooks: z.array(
    z.object({
      name: z.string(),
      shape: z
        .array(z.union([z.number().int(), z.string()]))
        .describe("of what is read there; 'batch', 'position', 'query', 'key' depend on the run"),
    }),
  ),
});

type Inspection = z.infer<typeof modelInspectionSchema>;

/** Prints what a model is. */
export async function inspectCommand(
  { model, json }: ModelInspectOptions,
  context: Context,
): Promise<number> {
  const path = isShipped(model) ? null : await modelPath(model);
  const report = path === null ? await shippedReport(model) : await inspectModel(path);
  const inspection = inspectionOf(model, path, report);
  if (json) printJson(context, inspection);
  else context.print(textOf(inspection));
  return DONE;
}

/** A shipped organism is a base and an adapter: it is opened, being small. */
async function shippedReport(name: string): Promise<ModelReport> {
  const { config, weights, tokenizer } = await openNamed(name);
  const dtypes = { F32: weights.named.size };
  return { config, parameters: weights.size, dtypes, tokenizer, hooks: hooksOf(config) };
}

function inspectionOf(model: string, path: string | null, report: ModelReport): Inspection {
  const { config, parameters, dtypes, tokenizer, hooks } = report;
  return {
    schema: 'touchstone/model-inspection/1',
    model,
    path,
    family: config.model_type,
    parameters,
    dtypes: { ...dtypes },
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    intermediate: config.intermediate_size,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads,
    headWidth: config.head_dim,
    vocabulary: config.vocab_size,
    positions: config.max_position_embeddings,
    tiedEmbeddings: config.tie_word_embeddings,
    tokenizer: tokenizer
      ? {
          kind: String(tokenizer.json.model.type ?? 'BPE'),
          tokens: tokenizer.vocabSize,
          chatTemplate: tokenizer.configJson?.chat_template !== undefined,
        }
      : null,
    hooks: hooks.map(({ name, shape }) => ({ name, shape: [...shape] })),
  };
}

function textOf(it: Inspection): string {
  const { tokenizer: words } = it;
  const rows: [string, string][] = [
    ['family', it.family],
    ['parameters', it.parameters.toLocaleString('en-US')],
    ['stored as', Object.keys(it.dtypes).join(', ')],
    ['layers', `${it.layers}, width ${it.width}, MLP ${it.intermediate}`],
    ['heads', `${it.heads} of ${it.headWidth}, ${it.keyValueHeads} of keys and values`],
    ['vocabulary', `${it.vocabulary}${it.tiedEmbeddings ? ', embedding and head are one' : ''}`],
    ['positions', String(it.positions)],
    ['tokenizer', words ? `${words.kind}, ${words.tokens} tokens` : 'none'],
    ['chat template', words?.chatTemplate ? 'yes' : 'no'],
  ];
  const facts = rows.map(([name, value]) => `${name.padEnd(14)} ${value}`);
  return `${[...facts, '', ...hookLines(it)].join('\n')}\n`;
}

/** The hook points outside the blocks, and those of the first block, which all others have, too. */
function hookLines({ hooks, layers }: Inspection): string[] {
  const shown = hooks.filter(({ name }) => !/^blocks\.[1-9]/.test(name));
  const longest = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, shape }) => `  ${name.padEnd(longest)}  [${shape.join(', ')}]`);
  const more = layers > 1 ? `, and so for blocks 1 to ${layers - 1}` : '';
  return [`${hooks.length} hook points${more}:`, ...lines];
}
