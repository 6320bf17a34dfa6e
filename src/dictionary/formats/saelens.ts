/** @file SAELens's folders: `cfg.json`, `sae_weights.safetensors` and, where it was measured, `sparsity.safetensors`. */
import {
  hasFile,
  join,
  loadAll,
  loadTensor,
  type NamedTensor,
  readJson,
  readSafetensors,
  withFile,
} from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import {
  drop,
  foldDecoderNorms,
  foldInputScale,
  rename,
  scaleRows,
  spreadOverLatents,
} from './folding.ts';
import { type Draft, type Format, note, type ReadingOptions } from './format.ts';
import { noteShape, plainConfig, readSaelensConfig, type SaelensConfig } from './saelensConfig.ts';

export const CONFIG = 'cfg.json';
export const WEIGHTS = 'sae_weights.safetensors';
export const SPARSITY = 'sparsity.safetensors';
/** What SAELens would read as its gated kind, although the gate is soft. */
export const SOFT = 'soft_gated';

/** Kinds of SAELens that are no encoder matrix with an activation function. */
const FOREIGN = ['temporal', 'matching_pursuit'];

export const saelens: Format = {
  holds: `${CONFIG} and ${WEIGHTS} (SAELens)`,
  isAt: (path) => hasFile(join(path, WEIGHTS)),
  read: readFolder,
};

async function readFolder(path: string, options: ReadingOptions): Promise<Draft> {
  const file = join(path, CONFIG);
  const { config, before6, renamed } = await readSaelensConfig(file);
  if (FOREIGN.includes(config.architecture)) {
    badInput(
      `${file}: architecture '${config.architecture}'`,
      'its latents are no function of an encoder matrix: it is not read',
    );
  }
  const draft: Draft = {
    format: before6 ? 'saelens-before-6' : 'saelens',
    path,
    config: plainConfig(config),
    tensors: new Map(),
    changes: renamed,
  };
  await withFile(join(path, WEIGHTS), (source) => takeTensors(draft, source));
  tidyTensors(draft, config);
  noteShape(draft, config);
  if (config.rescale_acts_by_decoder_norm) foldDecoderNorms(draft, 'rescale_acts_by_decoder_norm');
  await normalize(draft, config, options);
  const densities = await densitiesIn(path, config.d_sae);
  if (densities) draft.densities = densities;
  return draft;
}

/** Loads all tensors, and tells where they were stored in fewer bits. */
export async function takeTensors(
  draft: Draft,
  source: Parameters<typeof loadAll>[0],
): Promise<void> {
  const { tensors } = await readSafetensors(source);
  const types = new Set([...tensors.values()].map(({ dtype }) => dtype));
  for (const [name, tensor] of await loadAll(source)) draft.tensors.set(name, tensor);
  for (const dtype of types) {
    if (dtype !== 'F32') note(draft, 'widened', dtype, 'to F32');
  }
}

/** Names and shapes as the kinds have them; what an old file has on top is folded or left out. */
function tidyTensors(draft: Draft, config: SaelensConfig): void {
  if (draft.config.architecture === SOFT) Object.assign(draft.config, { architecture: 'gated' });
  const logs = draft.tensors.get('log_threshold');
  if (logs) {
    draft.tensors.set('log_threshold', { ...logs, data: logs.data.map(Math.exp) });
    note(draft, 'folded', 'log_threshold', 'its exponential is the threshold');
    rename(draft, 'log_threshold', 'threshold');
  }
  rename(draft, 'topk_threshold', 'threshold');
  rename(draft, 'b_dec_out', 'b_dec');
  spreadOverLatents(draft, 'threshold', config.d_sae);
  if (config.architecture === 'gated') drop(draft, 'b_enc', 'a gated dictionary has none');
  for (const name of ['scaling_factor', 'finetuning_scaling_factor'])
    scaleLatents(draft, name, config);
}

/** A factor for each latent between encoder and decoder. */
function scaleLatents(
  draft: Draft,
  name: string,
  { finetuning_scaling_factor: used }: SaelensConfig,
): void {
  const factors = draft.tensors.get(name);
  if (!factors) return;
  if (factors.data.every((factor) => Math.abs(factor - 1) <= 1e-5)) {
    drop(draft, name, 'all ones');
    return;
  }
  if (!used) {
    badInput(
      `${draft.path}: ${name} is not all ones, and finetuning_scaling_factor is false`,
      `set finetuning_scaling_factor in ${CONFIG} to say that it is used`,
    );
  }
  scaleRows(draft, 'W_dec', factors.data);
  draft.tensors.delete(name);
  note(draft, 'folded', name, 'into the rows of W_dec');
}

async function normalize(
  draft: Draft,
  config: SaelensConfig,
  options: ReadingOptions,
): Promise<void> {
  const kind = config.normalize_activations;
  if (kind === 'layer_norm' || kind === 'constant_norm_rescale') {
    Object.assign(draft.config, { normalize_activations: kind });
    return;
  }
  if (kind === 'covariance_whitening') {
    badInput(
      `${draft.path}: normalize_activations is '${kind}', and the whitening is not in the file`,
      'fold it in SAELens (fold_activation_whitening) and save again',
    );
  }
  if (kind === 'none') return;
  const factor = options.normScalingFactor ?? (await scalerIn(draft.path));
  if (factor === undefined) {
    badInput(
      `${draft.path}: normalize_activations is '${kind}', and the factor is not in the file`,
      'give it (--norm-scaling-factor): SAELens lists it for each release as norm_scaling_factor; 1 takes the weights as they are',
    );
  }
  foldInputScale(draft, factor);
}

/** The factor that SAELens's training keeps beside a checkpoint. */
async function scalerIn(path: string): Promise<number | undefined> {
  const file = join(path, 'activation_scaler.json');
  if (!(await hasFile(file))) return undefined;
  const { scaling_factor: factor } = (await readJson(file)) as { scaling_factor?: unknown };
  return typeof factor === 'number' ? factor : undefined;
}

/** SAELens writes log10 of densities plus 1e-10. */
async function densitiesIn(path: string, latents: number): Promise<Float32Array | undefined> {
  const file = join(path, SPARSITY);
  if (!(await hasFile(file))) return undefined;
  const { shape, data } = await withFile(file, async (source): Promise<NamedTensor> => {
    const info = (await readSafetensors(source)).tensors.get('sparsity');
    if (!info) badInput(`${file}: tensor 'sparsity' is missing`);
    return { shape: info.shape, data: await loadTensor(source, info) };
  });
  if (shape.length !== 1 || data.length !== latents) {
    badInput(`${file}: 'sparsity' has shape [${shape.join(', ')}], expected [${latents}]`);
  }
  return data.map((log) => Math.max(0, 10 ** log - DENSITY_FLOOR));
}

/** What SAELens adds to a density before it takes the logarithm. */
export const DENSITY_FLOOR = 1e-10;
