/**
 * @file dictionary_learning's folders: `ae.pt`, a state dict, and `config.json`. Which class a state dict belongs to
 * shows in its keys.
 */
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { hasFile, join, readJson, withFile } from '../../model/index.ts';
import { checkShape } from '../../model/json.ts';
import { badInput } from '../../tensor/index.ts';
import {
  drop,
  foldDecoderNorms,
  rename,
  rowNorms,
  spreadOverLatents,
  tensorOf,
  transpose,
} from './folding.ts';
import { type Draft, type Format, note } from './format.ts';
import { readTorchFile } from './torchFile.ts';

const WEIGHTS = 'ae.pt';
const CONFIG = 'config.json';

export const dictionaryLearning: Format = {
  holds: `${WEIGHTS} and ${CONFIG} (dictionary_learning)`,
  isAt: async (path) => path.endsWith('.pt') || hasFile(join(path, WEIGHTS)),
  read: readFolder,
};

const configSchema = z.looseObject({
  trainer: z
    .looseObject({
      dict_class: z.string().nullish(),
      k: z.number().nullish(),
      layer: z.union([z.number(), z.string()]).nullish(),
      lm_name: z.string().nullish(),
      submodule_name: z.string().nullish(),
    })
    .default({}),
  buffer: z.looseObject({ ctx_len: z.number().nullish() }).default({}),
});

type Config = z.infer<typeof configSchema>;

/** A class of theirs: what tells its state dict from others, and what it is here. */
interface Kind {
  readonly name: string;
  /** Tensors that it has, by their names there and here. */
  readonly tensors: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
}

const MATRICES = { 'encoder.weight': 'W_enc', 'decoder.weight': 'W_dec' };
const PLAIN = {
  W_enc: 'W_enc',
  b_enc: 'b_enc',
  W_dec: 'W_dec',
  b_dec: 'b_dec',
  threshold: 'threshold',
};
const SUBTRACTS = { apply_b_dec_to_input: true };

const KINDS: readonly Kind[] = [
  {
    name: 'AutoEncoder',
    tensors: { ...MATRICES, 'encoder.bias': 'b_enc', bias: 'b_dec' },
    config: { architecture: 'standard', ...SUBTRACTS },
  },
  {
    name: 'AutoEncoderNew',
    tensors: { ...MATRICES, 'encoder.bias': 'b_enc', 'decoder.bias': 'b_dec' },
    config: { architecture: 'standard', apply_b_dec_to_input: false },
  },
  {
    name: 'GatedAutoEncoder',
    tensors: {
      ...MATRICES,
      decoder_bias: 'b_dec',
      r_mag: 'r_mag',
      gate_bias: 'b_gate',
      mag_bias: 'b_mag',
    },
    config: { architecture: 'gated', ...SUBTRACTS },
  },
  {
    name: 'AutoEncoderTopK',
    tensors: { ...MATRICES, 'encoder.bias': 'b_enc', b_dec: 'b_dec' },
    config: { architecture: 'topk', ...SUBTRACTS },
  },
  {
    name: 'BatchTopKSAE',
    tensors: { ...MATRICES, 'encoder.bias': 'b_enc', b_dec: 'b_dec', threshold: 'threshold' },
    config: { architecture: 'jumprelu', ...SUBTRACTS },
  },
  {
    name: 'MatryoshkaBatchTopKSAE',
    tensors: PLAIN,
    config: { architecture: 'jumprelu', ...SUBTRACTS },
  },
  {
    name: 'JumpReluAutoEncoder',
    tensors: PLAIN,
    config: { architecture: 'jumprelu', apply_b_dec_to_input: false },
  },
];

async function readFolder(path: string): Promise<Draft> {
  const weights = path.endsWith('.pt') ? path : join(path, WEIGHTS);
  const config = await configBeside(weights);
  const draft: Draft = {
    format: 'dictionary_learning',
    path,
    config: {},
    tensors: new Map(),
    changes: [],
  };
  await withFile(weights, async (source) => {
    for (const [name, tensor] of await readTorchFile(source)) {
      draft.tensors.set(name, { shape: tensor.shape, data: tensor.data });
      if (/^B?F16$/.test(tensor.dtype)) note(draft, 'widened', name, `${tensor.dtype} to F32`);
    }
  });
  const kind = kindOf(draft, config);
  takeSizes(draft, kind, config);
  takeTensors(draft, kind);
  takePlace(draft, config);
  return draft;
}

/** The config beside the weights; that of checkpoints is a folder further up. */
async function configBeside(weights: string): Promise<Config> {
  const folder = dirname(weights);
  const above = basename(folder) === 'checkpoints' ? [join(dirname(folder), CONFIG)] : [];
  for (const path of [join(folder, CONFIG), ...above]) {
    if (await hasFile(path)) return checkShape(configSchema, await readJson(path), path);
  }
  return { trainer: {}, buffer: {} };
}

function kindOf(draft: Draft, { trainer }: Config): Kind {
  const { dict_class: named } = trainer;
  if (named) {
    const kind = KINDS.find(({ name }) => name === named);
    const names = KINDS.map(({ name }) => name).join(', ');
    return (
      kind ??
      badInput(
        `${draft.path}: trainer.dict_class is '${named}'`,
        `it is read where it is one of ${names}`,
      )
    );
  }
  const has = (name: string) => draft.tensors.has(name);
  const kind = KINDS.find(({ tensors, name }) => {
    // Both kinds of W_enc have a threshold for each latent, or for all; only one was trained in groups.
    if (name === 'MatryoshkaBatchTopKSAE') return has('group_sizes');
    return Object.keys(tensors).every(has);
  });
  if (!kind) badInput(`${draft.path}: its tensors are those of no class of dictionary_learning`);
  note(draft, 'assumed', 'dict_class', `${kind.name}, from the names of its tensors`);
  return kind;
}

function takeSizes(draft: Draft, kind: Kind, { trainer }: Config): void {
  const matrix = tensorOf(draft, kind.tensors.W_enc ? 'W_enc' : 'encoder.weight');
  if (matrix.shape.length !== 2)
    badInput(`${draft.path}: its encoder has shape [${matrix.shape.join(', ')}]`);
  const [d_in, d_sae] = kind.tensors.W_enc ? matrix.shape : [...matrix.shape].reverse();
  Object.assign(draft.config, kind.config, { d_in, d_sae });
  const k = draft.tensors.get('k')?.data[0] ?? trainer.k ?? undefined;
  if (k !== undefined) Object.assign(draft.config, { k });
}

function takeTensors(draft: Draft, kind: Kind): void {
  for (const name of [...draft.tensors.keys()]) {
    if (!(name in kind.tensors)) drop(draft, name, whyDropped(name));
  }
  for (const [theirs, ours] of Object.entries(kind.tensors)) rename(draft, theirs, ours);
  if (kind.tensors['encoder.weight']) for (const name of ['W_enc', 'W_dec']) transpose(draft, name);
  spreadOverLatents(draft, 'threshold', Number(draft.config.d_sae));
  // Their class does so when it opens a file.
  const uneven = kind.name === 'AutoEncoder' && rowNorms(tensorOf(draft, 'W_dec')).some(isNotOne);
  if (uneven) foldDecoderNorms(draft, 'as dictionary_learning does when it opens an AutoEncoder');
}

function isNotOne(norm: number): boolean {
  return Math.abs(norm - 1) > 1.001e-5;
}

function whyDropped(name: string): string {
  if (name === 'k') return 'it is in the config';
  if (name === 'threshold') return 'a TopK keeps the k largest of each row';
  return name === 'group_sizes' ? 'groups matter in training alone' : 'no part of its class';
}

/** Hook points by what their modules are called. */
const PLACES: readonly [RegExp, string][] = [
  [/resid_post|resid_layer/, 'hook_resid_post'],
  [/resid_pre/, 'hook_resid_pre'],
  [/mlp_out|mlp_layer/, 'hook_mlp_out'],
  [/attn_out|attention_out|attn_layer/, 'hook_attn_out'],
];

function takePlace(draft: Draft, { trainer, buffer }: Config): void {
  const { layer, lm_name, submodule_name: place } = trainer;
  if (lm_name) Object.assign(draft.config, { model_name: lm_name });
  if (buffer.ctx_len) Object.assign(draft.config, { context_size: buffer.ctx_len });
  if (layer === undefined || layer === null || !/^\d+$/.test(String(layer))) return;
  const named = PLACES.find(([pattern]) => pattern.test(place ?? ''))?.[1];
  if (place && !named) return;
  const hook_name = `blocks.${layer}.${named ?? 'hook_resid_post'}`;
  Object.assign(draft.config, { hook_name });
  note(
    draft,
    'assumed',
    'hook_name',
    `${hook_name}, from ${place ? `'${place}'` : 'the layer alone'}`,
  );
}
