/** @file The `config.json` that a GGUF file's metadata stands for. */
import { badInput, nearest } from '../../tensor/errors.ts';
import { show } from '../json.ts';
import { ARCHITECTURES } from './architectures.ts';
import { familyConfig, type Json } from './families.ts';
import { Fields, type GgufFile, tensorOf } from './file.ts';

/**
 * A Hugging Face config; `parseConfig` checks what it says.
 *
 * @throws TouchstoneError naming the key that is missing, wrong, or asks for what is not supported
 */
export async function ggufConfig(file: GgufFile): Promise<Json> {
  const { architecture: name, source } = file;
  if (!ARCHITECTURES.has(name)) {
    const known = [...ARCHITECTURES.keys()];
    const similar = nearest(name, known);
    badInput(
      `${source.name}: general.architecture is ${show(name)}, expected one of ${known.join(', ')}`,
      similar === undefined ? undefined : `nearest: ${similar}`,
    );
  }
  const fields = new Fields(file);
  refuseUnsupported(fields);
  return {
    ...(await familyConfig(fields)),
    ...tokenIds(file),
    vocab_size: tensorOf(file, 'token_embd.weight').shape[0],
    tie_word_embeddings: !file.tensors.has('output.weight'),
    torch_dtype: dtypeOf(file),
  };
}

/** What changes the computation in ways that the architectures here do not have. */
const UNSUPPORTED = [
  'expert_count',
  'logit_scale',
  'residual_scale',
  'embedding_scale',
  'nextn_predict_layers',
  'attention.scale',
  'attention.clamp_kqv',
  'attention.max_alibi_bias',
  'attention.temperature_scale',
  'attention.shared_kv_layers',
  'rope.scaling.yarn_log_multiplier',
];

const SOFT_CAPS = ['attn_logit_softcapping', 'final_logit_softcapping'];

function refuseUnsupported(fields: Fields): void {
  const capped = fields.file.architecture.startsWith('gemma');
  for (const field of capped ? UNSUPPORTED : [...UNSUPPORTED, ...SOFT_CAPS])
    if (fields.number(field)) fields.file.metadata.refuse(fields.key(field), '0: not supported');
  if (fields.flag('attention.causal') === false)
    fields.file.metadata.refuse(fields.key('attention.causal'), 'true');
}

const TOKENS = 'tokenizer.ggml';

function tokenIds({ metadata }: GgufFile): Json {
  const id = (role: string) => metadata.count(`${TOKENS}.${role}_token_id`) ?? null;
  const ends = [...new Set([id('eos'), id('eot')].filter((each) => each !== null))];
  return {
    bos_token_id: id('bos'),
    eos_token_id: ends.length > 1 ? ends : (ends[0] ?? null),
    pad_token_id: id('padding'),
  };
}

const DTYPES: Readonly<Record<string, string>> = { F16: 'float16', BF16: 'bfloat16' };

function dtypeOf(file: GgufFile): string {
  return DTYPES[tensorOf(file, 'token_embd.weight').type.name] ?? 'float32';
}
