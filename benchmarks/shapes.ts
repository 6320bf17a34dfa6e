/** @file What the models benchmark runs, for every engine alike; benchmarks/peers/models.py repeats it. */

/** Sequences of a forward pass, all read. */
export const FORWARD = { batch: 8, tokens: 128 } as const;

/** Sequences sampled, with a vector added after block `layer` on every token. */
export const SAMPLING = { batch: 32, prompt: 8, sampled: 64, layer: 6 } as const;
