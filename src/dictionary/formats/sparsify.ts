/** @file sparsify's folders: `cfg.json` and `sae.safetensors`, TopK dictionaries and transcoders. */
import { basename } from 'node:path';
import { z } from 'zod';
import { hasFile, join, readJson, withFile } from '../../model/index.ts';
import { checkShape } from '../../model/json.ts';
import { badInput } from '../../tensor/index.ts';
import { rename, tensorOf, transpose } from './folding.ts';
import { type Draft, type Format, note } from './format.ts';
import { takeTensors } from './saelens.ts';

const CONFIG = 'cfg.json';
const WEIGHTS = 'sae.safetensors';
const TENSORS = ['encoder.weight', 'encoder.bias', 'W_dec', 'b_dec', 'W_skip'];

export const sparsify: Format = {
  holds: `${CONFIG} and ${WEIGHTS} (sparsify)`,
  isAt: (path) => hasFile(join(path, WEIGHTS)),
  read: readFolder,
};

const configSchema = z.looseObject({
  d_in: z.number().int().min(1),
  k: z.number().int().min(1),
  num_latents: z.number().int().min(0).nullish(),
  expansion_factor: z.number().int().min(1).nullish(),
  activation: z
    .literal('topk', { error: "expected 'topk': 'groupmax' is not read" })
    .default('topk'),
  signed: z.literal(false, { error: 'expected false: signed latents are not read' }).default(false),
  transcode: z.boolean().default(false),
  skip_connection: z.boolean().default(false),
});

async function readFolder(path: string): Promise<Draft> {
  const file = join(path, CONFIG);
  const config = checkShape(configSchema, await readJson(file), file);
  const draft: Draft = { format: 'sparsify', path, config: {}, tensors: new Map(), changes: [] };
  await withFile(join(path, WEIGHTS), (source) => takeTensors(draft, source));
  const foreign = [...draft.tensors.keys()].find((name) => !TENSORS.includes(name));
  if (foreign)
    badInput(`${join(path, WEIGHTS)}: tensor '${foreign}'`, `sparsify has ${TENSORS.join(', ')}`);
  const d_sae = tensorOf(draft, 'encoder.weight').shape[0];
  const { d_in, k, num_latents, expansion_factor } = config;
  const promised = num_latents || d_in * (expansion_factor ?? 32);
  if (promised !== d_sae) badInput(`${file}: ${promised} latents, and the weights are of ${d_sae}`);
  rename(draft, 'encoder.weight', 'W_enc');
  rename(draft, 'encoder.bias', 'b_enc');
  transpose(draft, 'W_enc');
  Object.assign(draft.config, { d_in, d_sae, k, ...kindOf(config) });
  takePlace(draft, basename(path));
  return draft;
}

/** sparsify subtracts b_dec from what an autoencoder encodes, and not in a transcoder. */
function kindOf({ transcode, skip_connection, d_in }: z.infer<typeof configSchema>) {
  const subtracts = { apply_b_dec_to_input: !transcode };
  if (skip_connection) return { ...subtracts, architecture: 'topk_skip_transcoder', d_out: d_in };
  if (transcode) return { ...subtracts, architecture: 'topk_transcoder', d_out: d_in };
  return { ...subtracts, architecture: 'topk' };
}

/** Folders are named after modules: `layers.5`, `layers.5.mlp`, `h.5.attn`, `embed_tokens`. */
function takePlace(draft: Draft, folder: string): void {
  const found = /^(?:.*\.)?(?:layers|h)[._](\d+)(?:\.(mlp|attn|self_attn|attention))?$/.exec(
    folder,
  );
  const site =
    found?.[2] === undefined
      ? 'hook_resid_post'
      : found[2] === 'mlp'
        ? 'hook_mlp_out'
        : 'hook_attn_out';
  const hook_name =
    folder === 'embed_tokens' ? 'hook_embed' : found ? `blocks.${found[1]}.${site}` : undefined;
  if (!hook_name) return;
  const transcodes = draft.config.d_out !== undefined;
  Object.assign(draft.config, transcodes ? { hook_name_out: hook_name } : { hook_name });
  note(
    draft,
    'assumed',
    transcodes ? 'hook_name_out' : 'hook_name',
    `${hook_name}, from '${folder}'`,
  );
}
