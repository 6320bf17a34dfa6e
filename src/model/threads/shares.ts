/** @file Copies of models' weights in memory that threads share: of few models, those sampled last. */
import type { ModelConfig } from '../config.ts';
import type { LanguageModel } from '../languageModel.ts';

/** Models shared at once: an audit samples a suspect, its twin and their base. */
const MOST = 4;

/** A model as threads are given it. */
export interface Share {
  readonly number: number;
  readonly config: ModelConfig;
  /** Arrays by graph name, in shared memory. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Shares by model; a model is not kept alive by its share. */
export class Shares {
  readonly #byModel = new WeakMap<LanguageModel, Share>();
  /** The one used last comes last. */
  #kept: Share[] = [];
  #count = 0;

  get size(): number {
    return this.#kept.length;
  }

  /** A model's share, and the shares that had to go for it. */
  of(model: LanguageModel): { share: Share; dropped: readonly Share[] } {
    const known = this.#byModel.get(model);
    const share = known && this.#kept.includes(known) ? known : this.#make(model);
    this.#kept = [...this.#kept.filter((other) => other !== share), share];
    return { share, dropped: this.#kept.splice(0, this.#kept.length - MOST) };
  }

  /** Gives a model's share up, if there is one. */
  drop(model: LanguageModel): Share | undefined {
    const share = this.#byModel.get(model);
    this.#byModel.delete(model);
    const found = this.#kept.find((other) => other === share);
    this.#kept = this.#kept.filter((other) => other !== share);
    return found;
  }

  #make(model: LanguageModel): Share {
    const weights = shared(model.weights.fused);
    const share = { number: ++this.#count, config: model.config, weights };
    this.#byModel.set(model, share);
    return share;
  }
}

/** The arrays, copied behind one another into shared memory. */
function shared(arrays: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const bytes = [...arrays.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const memory = new SharedArrayBuffer(bytes);
  const copies = new Map<string, Float32Array>();
  let at = 0;
  for (const [name, array] of arrays) {
    const copy = new Float32Array(memory, at, array.length);
    copy.set(array);
    copies.set(name, copy);
    at += array.byteLength;
  }
  return copies;
}
