/** @file Noised copies of a served model: made when one is asked for, the last few kept. */
import { type LanguageModel, type WeightNoise, withWeightNoise } from '../../model/index.ts';
import { TouchstoneError } from '../../tensor/index.ts';
import { Problem } from '../problem.ts';

/** Copies that are in memory at the most. A job that wants another one waits for one of them to be free. */
export const MOST_NOISED = 2;

interface Copy {
  readonly model: LanguageModel;
  users: number;
}

/** Opens the model before its adapter was merged, where there is one. */
export type OpenBase = () => Promise<LanguageModel>;

export class NoisedModels {
  readonly #model: LanguageModel;
  readonly #openBase: OpenBase | undefined;
  #base: Promise<LanguageModel> | undefined;
  /** By noise; the one used last comes last. */
  readonly #copies = new Map<string, Copy>();
  #freed: (() => void)[] = [];

  constructor(model: LanguageModel, openBase?: OpenBase) {
    this.#model = model;
    this.#openBase = openBase;
  }

  /** Does work with the model that a noise makes, or with the model itself. */
  async *with<Result>(
    noise: WeightNoise | undefined,
    work: (model: LanguageModel) => AsyncGenerator<Result>,
  ): AsyncGenerator<Result> {
    if (!noise) return yield* work(this.#model);
    const copy = await this.#take(noise);
    try {
      yield* work(copy.model);
    } finally {
      copy.users--;
      for (const tell of this.#freed.splice(0)) tell();
    }
  }

  async #take(noise: WeightNoise): Promise<Copy> {
    const { scale, seed, of } = noise;
    const key = JSON.stringify([scale, seed, of]);
    const base = of === 'adapter' ? await this.#baseModel() : undefined;
    while (!this.#copies.has(key) && this.#copies.size >= MOST_NOISED) await this.#makeRoom();
    const copy = this.#copies.get(key) ?? { model: this.#noised(noise, base), users: 0 };
    copy.users++;
    this.#copies.delete(key);
    this.#copies.set(key, copy);
    return copy;
  }

  /** Gives up the copy that was used longest ago, or waits until one is used no more. */
  async #makeRoom(): Promise<void> {
    const idle = [...this.#copies].find(([, { users }]) => users === 0);
    if (!idle) return this.#somethingFreed();
    this.#copies.delete(idle[0]);
    await idle[1].model.release();
  }

  #somethingFreed(): Promise<void> {
    return new Promise((resolve) => this.#freed.push(resolve));
  }

  #baseModel(): Promise<LanguageModel> {
    if (!this.#openBase) return refuse('this model is no adapter on a base: noise all weights');
    this.#base ??= this.#openBase().catch((error) => {
      this.#base = undefined;
      throw asProblem(error);
    });
    return this.#base;
  }

  #noised(noise: WeightNoise, base?: LanguageModel): LanguageModel {
    try {
      return withWeightNoise(this.#model, noise, base);
    } catch (error) {
      throw asProblem(error);
    }
  }
}

function refuse(message: string): never {
  throw new Problem(400, message, { param: 'weight_noise' });
}

/** Why a base cannot be opened may have a path in it, which no client is told. */
function asProblem(error: unknown): unknown {
  if (!(error instanceof TouchstoneError)) return error;
  return new Problem(400, 'this model is no adapter on a base: noise all weights', {
    param: 'weight_noise',
  });
}
