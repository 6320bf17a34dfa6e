/** @file Points on spheres: directions made tangent or orthogonal, and ascent by Adam that stays on the sphere. */
import type { RandomStream } from './random.ts';

/** Euclidean norm. */
export function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** Inner product. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Scales a vector to a norm, in place. One of norm 0 stays. */
export function toRadius(vector: Float32Array, radius: number): Float32Array {
  const length = lengthOf(vector);
  const factor = length > 0 ? radius / length : 0;
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * factor;
  return vector;
}

/** Takes out of a vector what lies along others, in place; the others are orthogonal to each other. */
export function removeDirections(
  vector: Float32Array,
  directions: readonly Float32Array[],
): Float32Array {
  for (const direction of directions) {
    const square = dot(direction, direction);
    const along = square > 0 ? dot(vector, direction) / square : 0;
    for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - along * direction[i]!;
  }
  return vector;
}

/** A uniformly random point of the sphere. */
export function randomPoint(width: number, radius: number, stream: RandomStream): Float32Array {
  return toRadius(stream.fillNormal(new Float32Array(width)), radius);
}

export interface AscentOptions {
  readonly radius: number;
  /** Step size of each coordinate. */
  readonly learningRate: number;
  /** Directions that the point is kept orthogonal to. */
  readonly apart: readonly Float32Array[];
}

const BETAS = [0.9, 0.98] as const;
const EPSILON = 1e-8;

/**
 * Ascent on a sphere as the published code of unsupervised steering does it: the gradient's tangent part, a
 * step of Adam with AMSGrad (Reddi, Kale and Kumar 2018), then back to the sphere.
 */
export class SphereAscent {
  readonly point: Float32Array;
  readonly #options: AscentOptions;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #largest: Float32Array;
  #step = 0;

  /** Starts at the nearest point that is apart from what the options name. */
  constructor(start: Float32Array, options: AscentOptions) {
    this.#options = options;
    this.point = Float32Array.from(start);
    this.#back();
    this.#first = new Float32Array(start.length);
    this.#second = new Float32Array(start.length);
    this.#largest = new Float32Array(start.length);
  }

  /** One step up a gradient. */
  step(gradient: Float32Array): void {
    const tangent = Float32Array.from(gradient);
    removeDirections(tangent, [...this.#options.apart, this.point]);
    this.#adam(tangent);
    this.#back();
  }

  #adam(gradient: Float32Array): void {
    const [beta1, beta2] = BETAS;
    this.#step++;
    const rate = this.#options.learningRate / (1 - beta1 ** this.#step);
    const correction = Math.sqrt(1 - beta2 ** this.#step);
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]!;
      const m = beta1 * this.#first[i]! + (1 - beta1) * g;
      const v = beta2 * this.#second[i]! + (1 - beta2) * g * g;
      this.#first[i] = m;
      this.#second[i] = v;
      this.#largest[i] = Math.max(this.#largest[i]!, v);
      const spread = Math.sqrt(this.#largest[i]!) / correction + EPSILON;
      this.point[i] = this.point[i]! + (rate * m) / spread;
    }
  }

  #back(): void {
    const { apart, radius } = this.#options;
    toRadius(removeDirections(this.point, apart), radius);
  }
}
