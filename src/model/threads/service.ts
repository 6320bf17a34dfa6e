/** @file The far side of sampling in threads: takes orders, holds copies of models, reports rows that have ended. */
import type { Employer, Runtime } from '../../tensor/index.ts';
import { Schedule } from '../cohort.ts';
import type { DictionaryWeights } from '../edits.ts';
import { LanguageModel } from '../languageModel.ts';
import { makeRows, openDecoding } from '../sampleRows.ts';
import { Weights } from '../weights.ts';
import { type Order, packError, type Report } from './messages.ts';

/** Serves one employer, until it is closed. */
export function serve(employer: Employer, runtime: Runtime): void {
  const service = new Service(employer, runtime);
  employer.onMessage((message) => service.take(message as Order));
}

class Service {
  readonly #employer: Employer;
  readonly #runtime: Runtime;
  readonly #models = new Map<number, LanguageModel>();
  readonly #dictionaries = new Map<number, DictionaryWeights>();
  /** Jobs that are to be gone on with. */
  readonly #jobs = new Set<number>();

  constructor(employer: Employer, runtime: Runtime) {
    this.#employer = employer;
    this.#runtime = runtime;
  }

  take(order: Order): void {
    if (order.kind === 'model') this.#learn(order);
    else if (order.kind === 'dictionary') this.#dictionaries.set(order.number, order.weights);
    else if (order.kind === 'sample') void this.#work(order);
    else if (order.kind === 'cancel') this.#jobs.delete(order.job);
    else if (order.kind === 'forget') void this.#forget(order);
    else this.#employer.close();
  }

  #learn({ number, config, weights, programs }: Extract<Order, { kind: 'model' }>): void {
    // ONNX Runtime takes no shared memory, but these weights are only ever copied into programs.
    const own = new Weights(config, weights);
    this.#models.set(
      number,
      new LanguageModel(config, own, this.#runtime, undefined, { programs }),
    );
  }

  async #forget({ what, number }: Extract<Order, { kind: 'forget' }>): Promise<void> {
    if (what === 'dictionary') return void this.#dictionaries.delete(number);
    const model = this.#models.get(number);
    this.#models.delete(number);
    this.#employer.enter();
    await model?.release();
    this.#employer.leave();
  }

  #post(report: Report): void {
    this.#employer.post(report);
  }

  async #work(order: Extract<Order, { kind: 'sample' }>): Promise<void> {
    const { job } = order;
    this.#jobs.add(job);
    this.#employer.enter();
    try {
      await this.#sample(order);
      this.#post({ kind: 'done', job });
    } catch (error) {
      this.#post({ kind: 'failed', job, error: packError(error) });
    } finally {
      this.#jobs.delete(job);
      this.#employer.leave();
    }
  }

  /** Decodes rows and reports them as they end; between steps, orders come in. */
  async #sample(order: Extract<Order, { kind: 'sample' }>): Promise<void> {
    const { job, prompts, settings, rows: chosen } = order;
    const named = Object.entries(order.dictionaries).map(
      ([name, number]) => [name, this.#dictionaries.get(number)!] as const,
    );
    const dictionaries = Object.fromEntries(named);
    const decoding = openDecoding(this.#models.get(order.model)!, { ...settings, dictionaries });
    const all = makeRows(prompts, settings);
    let open = chosen.map((row) => ({ row, own: all[row]! }));
    const rows = open.map(({ own }) => own);
    for await (const _ of new Schedule(decoding, rows, settings.batchSize!).run()) {
      this.#employer.rest();
      if (!this.#jobs.has(job)) return;
      const ended = open.filter(({ own }) => own.finish);
      if (ended.length === 0) continue;
      open = open.filter(({ own }) => !own.finish);
      const report = ended.map(({ row, own: { tokens, finish } }) => {
        return { row, tokens, finish: finish! };
      });
      this.#post({ kind: 'ended', job, rows: report });
    }
  }
}
