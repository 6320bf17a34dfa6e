/**
 * @file Folded weights: the same function of the tokens, in a form that is easier to read. What norms multiply
 * with and add lies in the matrices after them; with LayerNorm, what is written into the residual stream has mean
 * zero; value biases lie in the output's bias; the unembedding has mean zero over the vocabulary, which shifts
 * all logits of a position alike. TransformerLens calls this its processed weights.
 */
import type { ModelConfig } from './config.ts';
import { partsOf } from './families/index.ts';
import { type BlockParts, type Linear, type Norm, outputsOf } from './parts.ts';
import { Weights } from './weights.ts';

/** The config and the weights of a model, folded; the given ones stay as they are. */
export function folded(
  config: ModelConfig,
  weights: Weights,
): { config: ModelConfig; weights: Weights } {
  const target: ModelConfig = { ...config, architecture: { ...config.architecture, folded: true } };
  const out = new Weights(target);
  for (const [name, data] of out.fused) {
    const source = weights.fused.get(name);
    if (source) data.set(source);
  }
  new Folding(target, weights, out).run(partsOf(config).embed.name);
  return { config: target, weights: out };
}

/** A matrix as rows of outputs, however it is stored. */
interface Matrix {
  readonly data: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly inputs: number;
  readonly outputs: number;
  /** Where the weight from input i to output o lies. */
  at(output: number, input: number): number;
}

class Folding {
  readonly #config: ModelConfig;
  readonly #source: Weights;
  readonly #out: Weights;

  constructor(config: ModelConfig, source: Weights, out: Weights) {
    this.#config = config;
    this.#source = source;
    this.#out = out;
  }

  run(embedding: string): void {
    const { embed, positions, blocks, final, unembed } = partsOf(this.#config);
    const head = this.#matrix(unembed!);
    const tied = !this.#source.fused.has(`${unembed!.name}.weight`);
    if (tied) head.data.set(this.#source.fused.get(`${embedding}.weight`)!);
    for (const block of blocks) this.#block(block);
    this.#fold(final, head);
    if (this.#config.architecture.norm === 'layer') {
      for (const table of [embed, positions]) if (table) this.#centreRows(table.name);
    }
    if (this.#config.architecture.logitSoftcap === undefined) centreOutputs(head);
  }

  #block(block: BlockParts): void {
    const { norm, normPlace } = this.#config.architecture;
    const out = this.#matrix(block.out);
    if (normPlace !== 'after') {
      this.#fold(block.ln1, this.#matrix(block.qkv));
      for (const linear of [block.gate, block.up]) {
        if (linear) this.#fold(block.ln2, this.#matrix(linear));
      }
    }
    this.#moveValueBias(block, out);
    if (norm === 'layer') {
      centreOutputs(out);
      centreOutputs(this.#matrix(block.down));
    }
  }

  /** W (w x + b) as (W diag(w)) x + W b. */
  #fold(norm: Norm, matrix: Matrix): void {
    const { normOffset } = this.#config.architecture;
    const weight = this.#source.fused.get(`${norm.name}.weight`)!;
    const bias = this.#source.fused.get(`${norm.name}.bias`);
    for (let o = 0; o < matrix.outputs; o++) {
      let shift = 0;
      for (let i = 0; i < matrix.inputs; i++) {
        const at = matrix.at(o, i);
        if (bias) shift += matrix.data[at]! * bias[i]!;
        matrix.data[at]! *= weight[i]! + normOffset;
      }
      if (bias) matrix.bias![o]! += shift;
    }
  }

  /** A pattern sums to 1, so a bias of values reaches the output whole. */
  #moveValueBias(block: BlockParts, out: Matrix): void {
    const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: d } = this.#config;
    const qkv = this.#matrix(block.qkv);
    if (!qkv.bias) return;
    const row = (group: number, j: number) =>
      block.qkvOrder === 'perHead' ? (3 * group + 2) * d + j : (heads + groups + group) * d + j;
    for (let o = 0; o < out.outputs; o++) {
      let sum = 0;
      for (let i = 0; i < out.inputs; i++) {
        const group = Math.floor(Math.floor(i / d) / (heads / groups));
        sum += out.data[out.at(o, i)]! * qkv.bias[row(group, i % d)]!;
      }
      out.bias![o]! += sum;
    }
    for (let group = 0; group < groups; group++) {
      for (let j = 0; j < d; j++) qkv.bias[row(group, j)] = 0;
    }
  }

  #centreRows(name: string): void {
    const data = this.#out.fused.get(`${name}.weight`)!;
    const width = this.#config.hidden_size;
    for (let at = 0; at < data.length; at += width) centre(data, at, 1, width);
  }

  #matrix(linear: Linear): Matrix {
    const { name, inputs, transposed } = linear;
    const outputs = outputsOf(linear);
    return {
      data: this.#out.fused.get(`${name}.weight`)!,
      bias: this.#out.fused.get(`${name}.bias`),
      inputs,
      outputs,
      at: transposed ? (o, i) => i * outputs + o : (o, i) => o * inputs + i,
    };
  }
}

/** Takes from each input's weights (and from the biases) their mean over the outputs. */
function centreOutputs({ data, bias, inputs, outputs, at }: Matrix): void {
  const step = outputs > 1 ? at(1, 0) - at(0, 0) : 1;
  for (let i = 0; i < inputs; i++) centre(data, at(0, i), step, outputs);
  if (bias) centre(bias, 0, 1, outputs);
}

function centre(data: Float32Array, start: number, step: number, count: number): void {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += data[start + i * step]!;
  const mean = sum / count;
  for (let i = 0; i < count; i++) data[start + i * step]! -= mean;
}
