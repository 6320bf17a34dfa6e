/** @file The meter: counts what a technique really used. */
import type { LlamaConfig } from '../model/index.ts';
import type { Affordance } from '../technique/index.ts';
import type { Ledger } from './result.ts';

/** What one piece of work used; adds up over pieces. */
export interface Usage {
  readonly affordances: readonly Affordance[];
  readonly samples: number;
  readonly promptTokens: number;
  readonly sampledTokens: number;
  readonly forwards: number;
  readonly flops: number;
}

/** Reads off usage while a suspect is being asked. */
export class Meter {
  readonly #used = new Set<Affordance>();
  #samples = 0;
  #promptTokens = 0;
  #sampledTokens = 0;
  #forwards = 0;
  #flops = 0;

  use(affordance: Affordance): void {
    this.#used.add(affordance);
  }

  /** One sample: `prompt` positions read at once, then `sampled` tokens one by one. */
  sample(config: LlamaConfig, parameters: number, prompt: number, sampled: number): void {
    // The last sampled token is never fed back.
    const positions = prompt + Math.max(0, sampled - 1);
    this.#samples++;
    this.#promptTokens += prompt;
    this.#sampledTokens += sampled;
    this.#forwards += positions;
    this.#flops += forwardFlops(config, parameters, positions);
  }

  read(): Usage {
    return {
      affordances: [...this.#used].sort(),
      samples: this.#samples,
      promptTokens: this.#promptTokens,
      sampledTokens: this.#sampledTokens,
      forwards: this.#forwards,
      flops: this.#flops,
    };
  }
}

/**
 * Floating-point operations of a causal pass over `positions` tokens: 2 a parameter and position, and
 * 4 d_head a head for each pair of a position and one that it looks at.
 */
function forwardFlops(config: LlamaConfig, parameters: number, positions: number): number {
  const pairs = (positions * (positions + 1)) / 2;
  const width = config.num_attention_heads * config.head_dim;
  return 2 * parameters * positions + 4 * config.num_hidden_layers * width * pairs;
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
    promptTokens: sum((usage) => usage.promptTokens),
    sampledTokens: sum((usage) => usage.sampledTokens),
    forwards: sum((usage) => usage.forwards),
    flops: sum((usage) => usage.flops),
    labels,
    settingsTried,
  };
}
