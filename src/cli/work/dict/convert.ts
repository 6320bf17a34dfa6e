/** @file The work of `touchstone dict convert`: opens a dictionary of any format, writes it, and accounts for the changes. */
import { z } from 'zod';
import {
  type Dictionary,
  openDictionary,
  type ReadingOptions,
  SAELENS_KINDS,
  SAELENS_VERSION,
  saveDictionary,
  writtenConfig,
} from '../../../dictionary/index.ts';
import { nodeRuntime } from '../../../model/index.ts';
import type { DictConvertOptions } from '../../commands/dict/convert.ts';
import { type Context, DONE, printJson } from '../../context.ts';

/** The published shape of what `--json` prints. */
export const dictConversionSchema = z.object({
  schema: z.literal('touchstone/dict-conversion/1'),
  from: z.string(),
  to: z.string(),
  format: z.enum(['saelens', 'saelens-before-6', 'dictionary_learning', 'gemma-scope', 'sparsify']),
  architecture: z.string().describe('as it is written'),
  opensInSaelens: z.boolean().describe('false for kinds that SAELens does not have'),
  latents: z.number().int(),
  widthIn: z.number().int(),
  widthOut: z.number().int(),
  model: z.string().nullable(),
  hook: z.string().nullable().describe('where its activations are read'),
  hookOut: z.string().nullable().describe('what a transcoder decodes'),
  densities: z.boolean().describe('whether sparsity.safetensors was written'),
  changes: z.array(
    z.object({
      kind: z.enum(['folded', 'transposed', 'renamed', 'dropped', 'assumed', 'widened']),
      what: z.string().describe('a tensor or a field'),
      how: z.string(),
    }),
  ),
});

type Conversion = z.infer<typeof dictConversionSchema>;

/** Converts and prints. */
export async function convertCommand(
  options: DictConvertOptions,
  context: Context,
): Promise<number> {
  const { from, to, overwrite = false, json } = options;
  const dictionary = await openDictionary(from, nodeRuntime(), readingOptions(options));
  await saveDictionary(dictionary, to, { overwrite });
  const conversion = conversionOf(dictionary, from, to);
  if (json) printJson(context, conversion);
  else context.print(textOf(conversion));
  return DONE;
}

function readingOptions({ normScalingFactor, hook, model }: DictConvertOptions): ReadingOptions {
  return {
    ...(normScalingFactor !== undefined && { normScalingFactor }),
    ...(hook !== undefined && { hook }),
    ...(model !== undefined && { model }),
  };
}

function conversionOf(dictionary: Dictionary, from: string, to: string): Conversion {
  const config = writtenConfig(dictionary);
  const { format, changes, densities } = dictionary.provenance!;
  const { architecture, d_sae, d_in, d_out = d_in } = config;
  const own = dictionary.config.architecture;
  const renamed = `${own} to ${architecture}, which encodes alike`;
  return {
    schema: 'touchstone/dict-conversion/1',
    from,
    to,
    format,
    architecture,
    opensInSaelens: SAELENS_KINDS.includes(architecture) && config.gate !== 'soft',
    latents: d_sae,
    widthIn: d_in,
    widthOut: d_out,
    model: config.model_name ?? null,
    hook: config.hook_name ?? null,
    hookOut: config.hook_name_out ?? null,
    densities: densities !== undefined,
    changes: [
      ...changes,
      ...(own === architecture
        ? []
        : [{ kind: 'renamed' as const, what: 'architecture', how: renamed }]),
    ],
  };
}

function textOf(it: Conversion): string {
  const { widthIn, widthOut, model, hook, hookOut } = it;
  const width =
    widthIn === widthOut ? `width ${widthIn}` : `width ${widthIn}, decoded to ${widthOut}`;
  const place = hook ?? 'not known: name it with --hook';
  const saelens = it.opensInSaelens
    ? `as SAELens ${SAELENS_VERSION} lays it out`
    : `in the layout of SAELens ${SAELENS_VERSION}, which has no kind '${it.architecture}': it opens here alone`;
  const lines = [
    `${it.from}: ${it.architecture}, ${it.latents} latents of ${width} (${it.format})`,
    `hook: ${place}${hookOut ? ` to ${hookOut}` : ''}${model ? ` of ${model}` : ''}`,
    ...it.changes.map(({ kind, what, how }) => `  ${kind.padEnd(10)} ${what}: ${how}`),
    `written to ${it.to} ${saelens}${it.densities ? ', with densities' : ''}`,
  ];
  return `${lines.join('\n')}\n`;
}
