/**
 * @file A model's weights in memory. Matrices that are multiplied with the same input lie behind one
 * another in one array, so that a program can use them as one; Hugging Face's names are views of parts.
 */
import { badInput, type HostTensor, type RandomStream, type Runtime } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import type { NamedTensor } from './safetensors.ts';

/** A Hugging Face tensor inside a fused array: its rows. */
export interface Part {
  readonly name: string;
  readonly rows: number;
}

/** One array of the graph: shape [out, in] or [size], made of parts. */
export interface FusedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly Part[];
}

function matrix(name: string, columns: number, parts: readonly Part[]): FusedTensor {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { name, shape: [rows, columns], parts };
}

function single(name: string, shape: readonly number[]): FusedTensor {
  return { name, shape, parts: [{ name, rows: shape[0]! }] };
}

function layerLayout(config: ModelConfig, layer: number): FusedTensor[] {
  const at = `model.layers.${layer}`;
  const { hidden_size: d, intermediate_size: f } = config;
  const queries = config.num_attention_heads * config.head_dim;
  const keys = config.num_key_value_heads * config.head_dim;
  const part = (name: string, rows: number): Part => ({ name: `${at}.${name}.weight`, rows });
  return [
    single(`${at}.input_layernorm.weight`, [d]),
    matrix(`${at}.self_attn.qkv_proj.weight`, d, [
      part('self_attn.q_proj', queries),
      part('self_attn.k_proj', keys),
      part('self_attn.v_proj', keys),
    ]),
    single(`${at}.self_attn.o_proj.weight`, [d, queries]),
    single(`${at}.post_attention_layernorm.weight`, [d]),
    single(`${at}.mlp.gate_proj.weight`, [f, d]),
    single(`${at}.mlp.up_proj.weight`, [f, d]),
    single(`${at}.mlp.down_proj.weight`, [d, f]),
  ];
}

/** All arrays of a model, in order. */
export function weightLayout(config: ModelConfig): FusedTensor[] {
  const { vocab_size: vocab, hidden_size: d } = config;
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => layerLayout(config, i));
  return [
    single('model.embed_tokens.weight', [vocab, d]),
    ...layers.flat(),
    single('model.norm.weight', [d]),
    ...(config.tie_word_embeddings ? [] : [single('lm_head.weight', [vocab, d])]),
  ];
}

/** Weights of one model: fused arrays for graphs, Hugging Face's tensors as views. */
export class Weights {
  readonly layout: readonly FusedTensor[];
  /** Arrays by graph name. */
  readonly fused = new Map<string, Float32Array>();
  /** Hugging Face tensors by name, views of the arrays. */
  readonly named = new Map<string, NamedTensor>();

  constructor(config: ModelConfig) {
    this.layout = weightLayout(config);
    for (const { name, shape, parts } of this.layout) {
      const columns = shape[1] ?? 1;
      const data = new Float32Array(shape[0]! * columns);
      this.fused.set(name, data);
      let row = 0;
      for (const part of parts) {
        const view = data.subarray(row * columns, (row + part.rows) * columns);
        this.named.set(part.name, { shape: [part.rows, ...shape.slice(1)], data: view });
        row += part.rows;
      }
    }
  }

  /** Number of parameters. */
  get size(): number {
    let sum = 0;
    for (const data of this.fused.values()) sum += data.length;
    return sum;
  }

  /** Initial weights: normal with deviation 0.02, output projections scaled by 1/sqrt(2 layers) (Radford et al. 2019). */
  initialize(stream: RandomStream, layers: number): this {
    for (const [name, { shape, data }] of this.named) {
      if (shape.length === 1) data.fill(1);
      else {
        const residual = /\.(o_proj|down_proj)\.weight$/.test(name);
        const deviation = residual ? 0.02 / Math.sqrt(2 * layers) : 0.02;
        stream.at(name).fillNormal(data);
        for (let i = 0; i < data.length; i++) data[i]! *= deviation;
      }
    }
    return this;
  }

  /**
   * Weights read from a file. What the config promises is checked before any memory is taken.
   *
   * @throws TouchstoneError naming the tensor that is missing or does not fit
   */
  static from(
    config: ModelConfig,
    tensors: ReadonlyMap<string, NamedTensor>,
    source: string,
  ): Weights {
    for (const { shape, parts } of weightLayout(config)) {
      for (const part of parts) {
        checkTensor(tensors.get(part.name), part.name, [part.rows, ...shape.slice(1)], source);
      }
    }
    const weights = new Weights(config);
    for (const [name, { data }] of weights.named) data.set(tensors.get(name)!.data);
    return weights;
  }

  /** An independent copy. */
  clone(config: ModelConfig): Weights {
    const copy = new Weights(config);
    for (const [name, data] of this.fused) copy.fused.get(name)!.set(data);
    return copy;
  }

  /** The arrays as feeds that programs share without a copy. */
  feeds(runtime: Runtime): Map<string, HostTensor> {
    return new Map(
      this.layout.map(({ name, shape }) => [
        name,
        runtime.tensor('float32', this.fused.get(name)!, shape),
      ]),
    );
  }
}

function checkTensor(
  tensor: NamedTensor | undefined,
  name: string,
  shape: readonly number[],
  source: string,
): void {
  if (!tensor) badInput(`${source}: tensor '${name}' is missing`, 'is config.json of this model?');
  const [found, expected] = [tensor.shape.join(', '), shape.join(', ')];
  if (found !== expected) {
    badInput(
      `${source}: '${name}' has shape [${found}], expected [${expected}] by config.json`,
      'is config.json of this model?',
    );
  }
}
