/** @file Gemma Scope's files: `params.npz`, JumpReLU dictionaries whose model and place stand in the path alone. */
import { resolve } from 'node:path';
import { hasFile, join, withFile } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { rename, scale, tensorOf } from './folding.ts';
import { type Draft, type Format, note } from './format.ts';
import { readNpz } from './npy.ts';

const WEIGHTS = 'params.npz';
const TENSORS = ['W_enc', 'W_dec', 'b_enc', 'b_dec', 'threshold'];

export const gemmaScope: Format = {
  holds: `${WEIGHTS} (Gemma Scope)`,
  isAt: async (path) => path.endsWith('.npz') || hasFile(join(path, WEIGHTS)),
  read: readFile,
};

async function readFile(path: string): Promise<Draft> {
  const file = path.endsWith('.npz') ? path : join(path, WEIGHTS);
  const draft: Draft = {
    format: 'gemma-scope',
    path,
    config: {},
    tensors: new Map(),
    changes: [],
  };
  await withFile(file, async (source) => {
    for (const [name, { shape, data, dtype }] of await readNpz(source)) {
      draft.tensors.set(name, { shape, data });
      if (dtype !== 'F32') note(draft, 'widened', name, `${dtype} to F32`);
    }
  });
  for (const matrix of ['enc', 'dec']) rename(draft, `w_${matrix}`, `W_${matrix}`);
  const foreign = [...draft.tensors.keys()].find((name) => !TENSORS.includes(name));
  if (foreign) badInput(`${file}: array '${foreign}'`, `Gemma Scope has ${TENSORS.join(', ')}`);
  takeSizes(draft, file);
  takePlace(draft, resolve(file));
  return draft;
}

/** A transcoder has the same arrays; where input and output are equally wide, only its path can tell. */
function takeSizes(draft: Draft, file: string): void {
  const { shape } = tensorOf(draft, 'W_enc');
  const [d_in, d_sae] = shape;
  const d_out = tensorOf(draft, 'W_dec').shape[1];
  const transcodes = /transcoder/.test(resolve(file)) || d_out !== d_in;
  Object.assign(draft.config, {
    architecture: transcodes ? 'jumprelu_transcoder' : 'jumprelu',
    d_in,
    d_sae,
    apply_b_dec_to_input: false,
    ...(transcodes && { d_out }),
  });
}

const SITES: readonly [RegExp, string][] = [
  [/-res\b|\/res\//, 'hook_resid_post'],
  [/-mlp\b/, 'hook_mlp_out'],
  [/-att\b/, 'attn.hook_z'],
];

/** Published as gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_82/params.npz; embeddings have no layer. */
function takePlace(draft: Draft, path: string): void {
  const repository = /gemma-scope-(\d+b)-(pt|it)(-[a-z]+)?/.exec(path);
  if (repository) {
    const [name, size, tuning] = repository;
    const model_name = `gemma-2-${size}${tuning === 'it' ? '-it' : ''}`;
    Object.assign(draft.config, { model_name });
    note(draft, 'assumed', 'model_name', `${model_name}, from ${name}`);
  }
  if (/[\\/]embedding[\\/]/.test(path)) {
    takeEmbedding(draft);
    return;
  }
  const layer = /[\\/]layer_(\d+)[\\/]/.exec(path)?.[1];
  const site = SITES.find(([pattern]) => pattern.test(repository?.[3] ?? ''))?.[1];
  if (draft.config.architecture !== 'jumprelu' || layer === undefined || !site) return;
  const hook_name = `blocks.${layer}.${site}`;
  Object.assign(draft.config, {
    hook_name,
    ...(site.endsWith('z') && { reshape_activations: 'hook_z' }),
  });
  note(draft, 'assumed', 'hook_name', `${hook_name}, from the path`);
}

/** Embeddings were trained on before Gemma multiplies them by the root of their width; hook_embed is after. */
function takeEmbedding(draft: Draft): void {
  const root = Math.sqrt(Number(draft.config.d_in));
  scale(draft, 'W_enc', 1 / root);
  scale(draft, 'W_dec', root);
  Object.assign(draft.config, { hook_name: 'hook_embed' });
  note(draft, 'folded', 'sqrt(d_in)', 'into W_enc and W_dec: hook_embed holds scaled embeddings');
}
