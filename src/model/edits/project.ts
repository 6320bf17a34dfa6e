/** @file Removes or bounds an activation's component along directions. */
import { badUsage, type Runtime, type Tensor } from '../../tensor/index.ts';
import { numbersOf } from './dictionary.ts';
import type { EditOf } from './schema.ts';
import type { Change, Feeds, Site } from './site.ts';

export class Project implements Change {
  readonly #site: Site;
  readonly #basis: readonly Float32Array[];
  readonly #least: number;
  readonly #most: number;

  constructor({ directions, min, max }: EditOf<'project'>, site: Site) {
    this.#site = site;
    const vectors = directions.map((vector) => numbersOf(vector, site.around.dictionaries));
    const { length } = vectors[0]!;
    for (const vector of vectors) site.checkDirection(vector.length, 'a direction');
    if (vectors.some((vector) => vector.length !== length)) {
      badUsage(`directions of several lengths at '${site.hook}'`, 'give all of one length');
    }
    this.#basis = orthonormal(vectors, site.hook);
    const removed = min === undefined && max === undefined;
    this.#least = removed ? 0 : (min ?? Number.NEGATIVE_INFINITY);
    this.#most = removed ? 0 : (max ?? Number.POSITIVE_INFINITY);
  }

  get #length(): number {
    return this.#basis[0]!.length;
  }

  get key(): string {
    return `project:${this.#length}:${this.#basis.length}`;
  }

  apply(x: Tensor): Tensor {
    const [least, most] = [this.#site.input('min', []), this.#site.input('max', [])];
    return this.#site.along(x, this.#length, (vectors) =>
      this.#basis.reduce((sum, _, i) => {
        const direction = this.#site.input(`direction${i}`, [this.#length]);
        const coefficient = vectors.mul(direction).sum(-1, true);
        const bounded = coefficient.maximum(least).minimum(most);
        return sum.add(bounded.sub(coefficient).mul(direction));
      }, vectors),
    );
  }

  feeds(runtime: Runtime): Feeds {
    return Object.assign(
      this.#site.number(runtime, 'min', this.#least),
      this.#site.number(runtime, 'max', this.#most),
      ...this.#basis.map((vector, i) =>
        this.#site.feed(runtime, `direction${i}`, vector, [vector.length]),
      ),
    );
  }
}

/** Gram and Schmidt's procedure, each direction cleared of the earlier ones twice for the sake of rounding. */
function orthonormal(vectors: readonly Float32Array[], hook: string): Float32Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const own = Float64Array.from(vector);
    const before = norm(own);
    for (const other of [...basis, ...basis]) {
      const along = own.reduce((sum, value, i) => sum + value * other[i]!, 0);
      for (let i = 0; i < own.length; i++) own[i]! -= along * other[i]!;
    }
    const length = norm(own);
    if (!(length > 1e-6 * before)) {
      badUsage(
        `direction ${basis.length} at '${hook}' is a combination of those before it`,
        'give directions that are linearly independent, and none of zeros',
      );
    }
    basis.push(own.map((value) => value / length));
  }
  return basis.map((vector) => Float32Array.from(vector));
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
