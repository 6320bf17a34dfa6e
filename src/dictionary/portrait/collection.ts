/** @file Places worth showing of every latent: the strongest, one a context, and a random sample of all. */
import type { RandomStream } from '../../tensor/index.ts';
import type { ActiveRows } from './active.ts';
import type { Corpus } from './corpus.ts';

/** Strongest places kept of each latent. */
const STRONGEST = 12;
/** Random places kept of each latent. */
const SAMPLED = 48;

/** A place at which a latent is active. */
export interface Firing {
  readonly place: number;
  readonly value: number;
}

/** The first few of many by a key, smallest first, for each latent: in place of a sort, since few ever enter. */
class Shortlist {
  readonly #length: number;
  readonly #keys: Float64Array;
  readonly #places: Int32Array;
  readonly #values: Float32Array;

  constructor(latents: number, length: number) {
    this.#length = length;
    this.#keys = new Float64Array(latents * length).fill(Number.POSITIVE_INFINITY);
    this.#places = new Int32Array(latents * length);
    this.#values = new Float32Array(latents * length);
  }

  /** Of equal keys the earlier stays in front. */
  offer(latent: number, key: number, place: number, value: number): void {
    const first = latent * this.#length;
    let at = first + this.#length - 1;
    if (key >= this.#keys[at]!) return;
    for (; at > first && this.#keys[at - 1]! > key; at--) {
      this.#keys[at] = this.#keys[at - 1]!;
      this.#places[at] = this.#places[at - 1]!;
      this.#values[at] = this.#values[at - 1]!;
    }
    this.#keys[at] = key;
    this.#places[at] = place;
    this.#values[at] = value;
  }

  of(latent: number): Firing[] {
    const first = latent * this.#length;
    const out: Firing[] = [];
    for (let at = first; at < first + this.#length && Number.isFinite(this.#keys[at]!); at++) {
      out.push({ place: this.#places[at]!, value: this.#values[at]! });
    }
    return out;
  }
}

/** Places of every latent, in memory that does not grow with the texts. */
export class Collection {
  readonly #strongest: Shortlist;
  readonly #sampled: Shortlist;
  /** A place's number decides whether it is sampled, whatever came before it. */
  readonly #order: RandomStream;
  /** The strongest place of each latent in the context at hand. */
  readonly #peak: Int32Array;
  readonly #height: Float32Array;

  constructor(latents: number, order: RandomStream) {
    this.#strongest = new Shortlist(latents, STRONGEST);
    this.#sampled = new Shortlist(latents, SAMPLED);
    this.#order = order;
    this.#peak = new Int32Array(latents).fill(-1);
    this.#height = new Float32Array(latents);
  }

  /** Contexts come whole. */
  add({ places, starts, latents, values }: ActiveRows, { contextOf }: Corpus): void {
    let touched: number[] = [];
    for (let row = 0; row < places.length; row++) {
      const place = places[row]!;
      const key = this.#order.uniform(place);
      for (let i = starts[row]!; i < starts[row + 1]!; i++) {
        const [latent, value] = [latents[i]!, values[i]!];
        this.#sampled.offer(latent, key, place, value);
        if (this.#peak[latent] === -1) touched.push(latent);
        else if (Math.abs(value) <= Math.abs(this.#height[latent]!)) continue;
        this.#peak[latent] = place;
        this.#height[latent] = value;
      }
      const next = places[row + 1];
      if (next !== undefined && contextOf[next] === contextOf[place]) continue;
      this.#close(touched);
      touched = [];
    }
  }

  #close(touched: readonly number[]): void {
    for (const latent of touched) {
      const [place, value] = [this.#peak[latent]!, this.#height[latent]!];
      this.#strongest.offer(latent, -Math.abs(value), place, value);
      this.#peak[latent] = -1;
    }
  }

  /** The strongest places in different contexts, strongest first; by magnitude where values have signs. */
  strongest(latent: number): Firing[] {
    return this.#strongest.of(latent);
  }

  /** Places drawn uniformly from all at which the latent is active, in random order. */
  sampled(latent: number): Firing[] {
    return this.#sampled.of(latent);
  }
}
