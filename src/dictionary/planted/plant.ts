/**
 * @file Planted dictionaries: activations that are sparse sums of known directions, so that what a dictionary
 * finds can be held against the truth.
 */
import { badUsage, type RandomStream, randomStream } from '../../tensor/index.ts';
import type { Rows } from '../kind.ts';
import { randomDirections } from './directions.ts';

/** What is planted. */
export type PlantOptions = {
  readonly width: number;
  /** Number of directions. */
  readonly latents: number;
  /** Mean number of directions that a row has. */
  readonly active: number;
  /**
   * How unequal the directions are: direction i (from 0) is present in proportion to (i + 1)^-power. Default 0: all are
   * equally frequent.
   */
  readonly power?: number;
  /**
   * Directions that have a child: direction i + families is present in half of the rows that have direction i, and in no
   * others. Such pairs are what makes dictionaries absorb a parent into its children. Default 0.
   */
  readonly families?: number;
  /** Standard deviation of normal noise in each dimension. Default 0. */
  readonly noise?: number;
  readonly seed?: number;
};

/** Share of a parent's rows that have its child. */
const CHILD_SHARE = 0.5;
/** No direction is in more of the rows than this. */
const MOST_FREQUENT = 0.5;
/** Sizes of coefficients are uniform between these. */
const SIZES = [0.5, 1.5] as const;

/** Known directions and how often each is present. */
export interface PlantedDictionary {
  readonly options: Required<PlantOptions>;
  /** Rows of norm 1, [latents, width]. */
  readonly directions: Rows;
  /** Probability of each direction. */
  readonly frequencies: Float64Array;
}

/** Rows, and what they were made of. */
export interface PlantedRows {
  /** [count, width]. */
  readonly rows: Rows;
  /** The coefficient of each direction, 0 where it is absent: [count, latents]. */
  readonly coefficients: Rows;
}

/** @throws TouchstoneError where sizes make no sense, or more is to be active than can be */
export function plantDictionary(options: PlantOptions): PlantedDictionary {
  const full = { power: 0, families: 0, noise: 0, seed: 0, ...options };
  checkOptions(full);
  const { width, latents, seed } = full;
  const directions = randomDirections(randomStream(seed, 'directions'), latents, width);
  return { options: full, directions, frequencies: frequenciesOf(full) };
}

function checkOptions({ width, latents, active, families, noise, power }: Required<PlantOptions>) {
  for (const [name, size] of Object.entries({ width, latents })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      badUsage(`${name} ${size} of a planted dictionary`, 'it is a whole number from 1');
    }
  }
  if (!(active > 0 && active <= latents * MOST_FREQUENT)) {
    badUsage(`${active} of ${latents} planted directions in a row`, 'at most half of them can be');
  }
  if (!(Number.isSafeInteger(families) && families >= 0 && 2 * families <= latents)) {
    badUsage(`${families} families of ${latents} directions`, 'a parent and its child are two');
  }
  if (!(noise >= 0 && power >= 0)) {
    badUsage(`noise ${noise} and power ${power}`, 'neither is below 0');
  }
}

/** Shares by the power law, cut at {@link MOST_FREQUENT}, that sum to `active`. */
function frequenciesOf(options: Required<PlantOptions>): Float64Array {
  const { latents, active, power, families } = options;
  const weights = Float64Array.from({ length: latents }, (_, i) => (i + 1) ** -power);
  for (let i = 0; i < families; i++) weights[families + i] = CHILD_SHARE * weights[i]!;
  const at = (scale: number) => weights.map((weight) => Math.min(MOST_FREQUENT, scale * weight));
  let [low, high] = [0, latents / Math.min(...weights)];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    const sum = at(middle).reduce((total, share) => total + share, 0);
    if (sum < active) low = middle;
    else high = middle;
  }
  const found = at(high);
  for (let i = 0; i < families; i++) found[families + i] = CHILD_SHARE * found[i]!;
  return found;
}

/** Rows of a planted dictionary. The first rows of a longer draw with the same seed are the same. */
export function plantedRows(planted: PlantedDictionary, count: number, seed: number): PlantedRows {
  const { directions, options } = planted;
  const stream = randomStream(seed, 'planted rows').at(options.seed);
  const coefficients = drawnCoefficients(planted, count, stream);
  const { width } = options;
  const data = stream.at('noise').fillNormal(new Float32Array(count * width));
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * options.noise;
  addSums(data, coefficients, directions);
  return { rows: { data, width }, coefficients };
}

function drawnCoefficients(
  { options, frequencies }: PlantedDictionary,
  count: number,
  stream: RandomStream,
): Rows {
  const { latents, families } = options;
  const data = new Float32Array(count * latents);
  for (let latent = 0; latent < latents; latent++) {
    const sizes = stream.at('sizes', latent);
    const put = (row: number) => {
      data[row * latents + latent] = SIZES[0] + (SIZES[1] - SIZES[0]) * sizes.uniform(row);
    };
    const own = stream.at('rows', latent);
    if (latent < families || latent >= 2 * families) {
      presentRows(frequencies[latent]!, count, own, put);
      continue;
    }
    const parent = latent - families;
    for (let row = 0; row < count; row++) {
      if (data[row * latents + parent]! > 0 && own.uniform(row) < CHILD_SHARE) put(row);
    }
  }
  return { data, width: latents };
}

/** Rows in each of which something is with probability `share`: gaps between them are geometric. */
function presentRows(
  share: number,
  count: number,
  stream: RandomStream,
  put: (row: number) => void,
): void {
  const reader = stream.reader();
  const rate = Math.log1p(-share);
  for (let row = -1; ; ) {
    row += 1 + Math.floor(Math.log(1 - reader.uniform()) / rate);
    if (!(row < count)) return;
    put(row);
  }
}

/** Adds to each row the sum of the directions times its coefficients. */
export function addSums(data: Float32Array, coefficients: Rows, directions: Rows): void {
  const { width } = directions;
  coefficients.data.forEach((size, i) => {
    if (size === 0) return;
    const row = Math.floor(i / coefficients.width) * width;
    const from = (i % coefficients.width) * width;
    for (let j = 0; j < width; j++) {
      data[row + j] = data[row + j]! + size * directions.data[from + j]!;
    }
  });
}
