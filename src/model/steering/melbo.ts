/**
 * @file Unsupervised steering vectors: vectors of a given norm that move a later activation as far as can be
 * (Mack and Turner 2024, "Mechanistically Eliciting Latent Behaviors in Language Models", MELBO).
 */
import { badUsage, randomPoint, randomStream, SphereAscent, silent } from '../../tensor/index.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';
import { Departure, vectorPerturbation } from './departure.ts';
import { checkSearch, oneByOne, type SerialSearchOptions, type SteeringVector } from './options.ts';

export interface MelboOptions extends SerialSearchOptions {
  /** Steps of ascent for each vector. Default 300. */
  readonly steps?: number;
  /** Step size of each coordinate. Default 0.001, which suits coordinates of about 0.1 or more. */
  readonly learningRate?: number;
  /** Whether each vector is kept orthogonal to those before it. Default true. */
  readonly orthogonal?: boolean;
}

/**
 * Finds vectors one after another, each from a random start, by ascent on the sphere. The same model, prompts
 * and options give the same vectors.
 *
 * @throws TouchstoneError where a prompt, a hook point or an option is wrong
 */
export async function melbo(
  model: LanguageModel,
  prompts: Tokens,
  options: MelboOptions,
): Promise<SteeringVector[]> {
  const departure = await Departure.of(model, prompts, options);
  const count = checkSearch(options, departure.width);
  checkSteps(options);
  return oneByOne(options, count, (found) => ascend(departure, options, found));
}

async function ascend(
  departure: Departure,
  options: MelboOptions,
  found: readonly SteeringVector[],
): Promise<SteeringVector> {
  const { radius, seed = 0, steps = 300, learningRate = 1e-3, orthogonal = true } = options;
  const { at, width } = departure;
  const stream = randomStream(seed, 'steering').at('start', found.length);
  const apart = orthogonal ? found.map(({ vector }) => vector) : [];
  const ascent = new SphereAscent(randomPoint(width, radius, stream), {
    radius,
    learningRate,
    apart,
  });
  const perturbation = vectorPerturbation(at, width);
  const measure = () => departure.measure(perturbation, new Map([['vector', ascent.point]]));
  for (let step = 0; step < steps; step++) {
    const { value, gradients } = await measure();
    ascent.step(gradients.get('vector')!);
    tell(options, found.length * steps + step + 1, value);
    await options.safePoint?.();
  }
  const { value: objective } = await measure();
  const tokens = (steps + 1) * departure.tokens;
  return { at, vector: ascent.point, objective, forwardTokens: tokens, backwardTokens: tokens };
}

function tell(
  { reporter = silent, steps = 300, count = 8 }: MelboOptions,
  done: number,
  value: number,
): void {
  const note = `moves the target by ${value.toPrecision(4)}`;
  reporter({ task: 'steering vectors', done, total: steps * count, unit: 'steps', note });
}

function checkSteps({ steps = 300, learningRate = 1e-3 }: MelboOptions): void {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    badUsage(`${steps} steps`, 'steps is a whole number from 1');
  }
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    badUsage(`learning rate ${learningRate}`, 'it is above 0');
  }
}
