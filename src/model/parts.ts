/** @file What a model's weights are: which matrices, under which Hugging Face names, and how they lie in memory. */

/** A module of Hugging Face's model whose output is part of a product's. */
export interface Module {
  readonly name: string;
  readonly outputs: number;
}

/** One product of the graph: modules that read the same input, side by side. */
export interface Linear {
  /** Name of its array in the graph, without '.weight'. */
  readonly name: string;
  readonly inputs: number;
  readonly modules: readonly Module[];
  readonly bias: boolean;
  /** Whether its matrix is [in, out], as GPT-2's, rather than [out, in]. */
  readonly transposed?: boolean;
  /** Whether it writes into the residual stream. */
  readonly residual?: boolean;
}

/** A norm's weights (and biases, of a LayerNorm). */
export interface Norm {
  readonly name: string;
  readonly size: number;
  /** Whether it only normalizes: its weights have been folded into other matrices. */
  readonly bare?: true;
}

/** A table of vectors. */
export interface Table {
  readonly name: string;
  readonly rows: number;
}

export interface BlockParts {
  readonly ln1: Norm;
  readonly qkv: Linear;
  /** 'stacked': all queries, keys, values; 'perHead': those of a head beside one another (GPT-NeoX). */
  readonly qkvOrder: 'stacked' | 'perHead';
  readonly qNorm?: Norm;
  readonly kNorm?: Norm;
  readonly out: Linear;
  readonly ln1Post?: Norm;
  readonly ln2: Norm;
  /** The gate's matrix; without it and with a gated architecture, `up` holds gate and up side by side (Phi-3). */
  readonly gate?: Linear;
  readonly up: Linear;
  readonly down: Linear;
  readonly ln2Post?: Norm;
}

export interface ModelParts {
  readonly embed: Table;
  /** Learned positions. */
  readonly positions?: Table;
  readonly blocks: readonly BlockParts[];
  readonly final: Norm;
  /** undefined where the embedding is also the output matrix. */
  readonly unembed?: Linear;
}

/** All products of a model, in the order of the forward pass. */
export function linears({ blocks, unembed }: ModelParts): Linear[] {
  const inBlocks = blocks.flatMap(({ qkv, out, gate, up, down }) => [
    qkv,
    out,
    ...(gate ? [gate] : []),
    up,
    down,
  ]);
  return unembed ? [...inBlocks, unembed] : inBlocks;
}

/** Width of a product's output. */
export function outputsOf({ modules }: Linear): number {
  return modules.reduce((sum, { outputs }) => sum + outputs, 0);
}

/** The parts of a folded model: norms that are read have no weights; what reads them has the biases, if norms had any. */
export function foldedParts(
  parts: ModelParts,
  place: 'before' | 'after' | 'around',
  bias: boolean,
): ModelParts {
  const reading = (linear: Linear): Linear => ({ ...linear, bias: linear.bias || bias });
  const bare = (norm: Norm): Norm => (place === 'after' ? norm : { ...norm, bare: true });
  const { embed, unembed, final } = parts;
  const head: Linear = unembed ?? {
    name: 'unembed',
    inputs: final.size,
    modules: [{ name: 'unembed', outputs: embed.rows }],
    bias: false,
  };
  return {
    ...parts,
    blocks: parts.blocks.map((block) => ({
      ...block,
      ln1: bare(block.ln1),
      ln2: bare(block.ln2),
      qkv: place === 'after' ? block.qkv : reading(block.qkv),
      out: block.qkv.bias || bias ? { ...block.out, bias: true } : block.out,
      ...(block.gate && { gate: place === 'after' ? block.gate : reading(block.gate) }),
      up: place === 'after' ? block.up : reading(block.up),
    })),
    final: { ...final, bare: true },
    unembed: reading(head),
  };
}
