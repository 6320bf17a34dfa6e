/** @file A model that takes orders over a line: several at once, step by step in turn. */
import { type Dictionaries, hooksOf, type LanguageModel } from '../../model/index.ts';
import type { Command, CompleteOrder, HostLine, ModelInfo, Order, Result } from '../line.ts';
import { packProblem } from '../problem.ts';
import { complete, type Served } from './complete.ts';
import { readLatents } from './latents.ts';
import { compare, readLens } from './lens.ts';
import { NoisedModels, type OpenBase } from './noised.ts';
import { readValues } from './read.ts';
import { TokenTexts } from './tokenTexts.ts';

/**
 * Serves a model to the other end of a line. Between two steps of a job, commands come in and other jobs take theirs.
 *
 * @param dictionaries what edits may refer to by name
 * @param openBase the model before its adapter was merged, for noise on the adapter alone
 * @param places hook points that dictionaries are of, where they are known
 */
export function hostModel(
  line: HostLine,
  model: LanguageModel,
  dictionaries: Dictionaries = {},
  openBase?: OpenBase,
  places: Readonly<Record<string, string>> = {},
): void {
  const texts = model.tokenizer && new TokenTexts(model.tokenizer);
  const noised = new NoisedModels(model, openBase);
  const host = new Host(line, { model, dictionaries, places, texts }, noised);
  line.onCommand((command) => host.take(command));
  line.post({ kind: 'ready', info: infoOf(model, dictionaries, places) });
}

function infoOf(
  { config }: LanguageModel,
  dictionaries: Dictionaries,
  places: Readonly<Record<string, string>>,
): ModelInfo {
  return {
    positions: config.max_position_embeddings,
    vocabulary: config.vocab_size,
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    hooks: hooksOf(config),
    dictionaries: Object.entries(dictionaries).map(([name, { b_enc }]) => {
      return { name, latents: b_enc.length, hook: places[name] ?? null };
    }),
  };
}

class Host {
  readonly #line: HostLine;
  readonly #served: Served;
  readonly #noised: NoisedModels;
  /** Jobs that are to be gone on with. */
  readonly #jobs = new Set<number>();

  constructor(line: HostLine, served: Served, noised: NoisedModels) {
    this.#line = line;
    this.#served = served;
    this.#noised = noised;
  }

  take(command: Command): void {
    if (command.kind === 'cancel') this.#jobs.delete(command.job);
    else void this.#work(command.job, command.order);
  }

  async #work(job: number, order: Order): Promise<void> {
    this.#jobs.add(job);
    try {
      for await (const result of this.#results(order)) {
        if (!this.#jobs.has(job)) return;
        this.#line.post({ kind: 'result', job, result });
        // A pass blocks the process: commands and other jobs get their turn here.
        await new Promise((resolve) => setImmediate(resolve));
        if (!this.#jobs.has(job)) return;
      }
      this.#line.post({ kind: 'done', job });
    } catch (error) {
      this.#line.post({ kind: 'failed', job, problem: packProblem(error) });
    } finally {
      this.#jobs.delete(job);
    }
  }

  #results(order: Order): AsyncGenerator<Result> {
    switch (order.kind) {
      case 'complete':
        return this.#under(order, (served) => complete(served, order));
      case 'read':
        return this.#under(order, (served) => readValues(served, order));
      case 'lens':
        return readLens(this.#served, order);
      case 'compare':
        return compare(this.#served, order);
      case 'latents':
        return readLatents(this.#served, order);
    }
  }

  /** Work with the model that the order's noise makes of the served one. */
  #under(
    { weightNoise }: Pick<CompleteOrder, 'weightNoise'>,
    work: (served: Served) => AsyncGenerator<Result>,
  ): AsyncGenerator<Result> {
    return this.#noised.with(weightNoise, (model) => work({ ...this.#served, model }));
  }
}
