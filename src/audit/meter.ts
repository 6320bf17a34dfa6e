/** @file The meter: counts what a technique really used. */
import type { ModelConfig } from '../model/index.ts';
import type { Affordance } from '../technique/index.ts';
import type { Ledger } from './result.ts';

/** What one piece of work used; adds up over pieces. */
export interface Usage {
  readonly affordances: readonly Affordance[];
  readonly samples: number;
  /** Samples among them that were thrown away for what they said; absent in journals of before there were any. */
  readonly rejected?: number;
  readonly promptTokens: number;
  /** Tokens drawn, with the one that ended the sample. */
  readonly sampledTokens: number;
  /** Positions sent through the model. */
  readonly forwards: number;
  /** Positions that gradients were passed back through; absent in journals of before there were any. */
  readonly backwards?: number;
  readonly flops: number;
  /** Texts of training data that were given out; absent in journals of before there were any. */
  readonly texts?: number;
}

/** Reads off usage while a suspect is being asked. */
export class Meter {
  readonly #used = new Set<Affordance>();
  #samples = 0;
  #rejected = 0;
  #promptTokens = 0;
  #sampledTokens = 0;
  #forwards = 0;
  #backwards = 0;
  #flops = 0;
  #texts = 0;

  use(affordance: Affordance): void {
    this.#used.add(affordance);
  }

  /** One sample: `prompt` positions read at once, then `sampled` tokens drawn one by one. */
  sample(config: ModelConfig, prompt: number, sampled: number): void {
    // The last token drawn is never fed back.
    const positions = prompt + Math.max(0, sampled - 1);
    this.#samples++;
    this.#promptTokens += prompt;
    this.#sampledTokens += sampled;
    this.#forwards += positions;
    this.#flops += samplingFlops(config, positions, sampled);
  }

  /** Says of samples counted that they were rejected. */
  reject(samples: number): void {
    this.#rejected += samples;
  }

  /** One pass over `positions`, at `predicted` of which the next token is predicted. */
  pass(config: ModelConfig, positions: number, predicted = 0): void {
    this.#promptTokens += positions;
    this.#forwards += positions;
    this.#flops += samplingFlops(config, positions, predicted);
  }

  /** Products beside the model's own: of word directions, of a dictionary. */
  compute(flops: number): void {
    this.#flops += flops;
  }

  /** Texts of training data. */
  texts(count: number): void {
    this.#texts += count;
  }

  /** One pass over `positions` and its gradient: products of the backward pass are twice those of the forward pass. */
  gradient(config: ModelConfig, positions: number): void {
    this.pass(config, positions);
    this.#backwards += positions;
    this.#flops += 2 * samplingFlops(config, positions, 0);
  }

  /** What was used so far. */
  read(): Usage {
    return {
      affordances: [...this.#used].sort(),
      samples: this.#samples,
      rejected: this.#rejected,
      promptTokens: this.#promptTokens,
      sampledTokens: this.#sampledTokens,
      forwards: this.#forwards,
      backwards: this.#backwards,
      flops: this.#flops,
      texts: this.#texts,
    };
  }
}

/**
 * Floating-point operations of the matrix products of one sample, 2 m n k each: the layers' matrices at
 * every position; 4 d_head a head (scores and values) for each pair of a position and one that it looks
 * at, itself included; the unembedding once for each token drawn. What padding and rows that have ended
 * cost besides is the engine's affair, not the technique's.
 */
function samplingFlops(config: ModelConfig, positions: number, draws: number): number {
  const { hidden_size: d, head_dim: head, num_hidden_layers: layers } = config;
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads } = config;
  const attention = d * head * (heads + 2 * keyValueHeads) + heads * head * d;
  const feedForward = (config.architecture.gated ? 3 : 2) * d * config.intermediate_size;
  const matrices = attention + feedForward;
  const pairs = (positions * (positions + 1)) / 2;
  const layer = 2 * matrices * positions + 4 * heads * head * pairs;
  return layers * layer + 2 * d * config.vocab_size * draws;
}

/** The ledger of a technique: its usage over all pieces of work, its labels and its settings. */
export function ledger(pieces: readonly Usage[], labels: number, settingsTried: number): Ledger {
  const sum = (of: (usage: Usage) => number) =>
    pieces.reduce((total, usage) => total + of(usage), 0);
  const used = new Set(pieces.flatMap((usage) => usage.affordances));
  if (labels > 0) used.add('labels');
  return {
    affordances: [...used].sort(),
    samples: sum((usage) => usage.samples),
    rejected: sum((usage) => usage.rejected ?? 0),
    promptTokens: sum((usage) => usage.promptTokens),
    sampledTokens: sum((usage) => usage.sampledTokens),
    forwards: sum((usage) => usage.forwards),
    backwards: sum((usage) => usage.backwards ?? 0),
    flops: sum((usage) => usage.flops),
    texts: sum((usage) => usage.texts ?? 0),
    labels,
    settingsTried,
  };
}
