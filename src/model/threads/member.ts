/** @file One thread as those who give it orders see it. */
import type { Thread } from '../../tensor/index.ts';
import { type Order, packError, type Report } from './messages.ts';
import type { Share } from './shares.ts';

type Listener = (report: Report) => void;

/** A thread with the models and dictionaries it knows and the jobs it does. Idle, it keeps no program alive. */
export class Member {
  readonly #thread: Thread;
  readonly #known = { model: new Set<number>(), dictionary: new Set<number>() };
  readonly #jobs = new Map<number, Listener>();
  readonly #gone: Promise<void>;
  #ended = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    thread.hold(false);
    thread.onMessage((message) => this.#hear(message as Report));
    this.#gone = new Promise((resolve) => {
      thread.onEnd((reason) => {
        this.#fail(reason);
        resolve();
      });
    });
  }

  /** Whether the thread is no more. */
  get ended(): boolean {
    return this.#ended;
  }

  get busy(): boolean {
    return this.#jobs.size > 0;
  }

  /** Makes a model or a dictionary known to the thread. */
  learn(order: Extract<Order, { kind: 'model' | 'dictionary' }>): void {
    const known = this.#known[order.kind];
    if (known.has(order.number)) return;
    known.add(order.number);
    this.#post(order);
  }

  forget(what: 'model' | 'dictionary', { number }: Share<unknown>): void {
    if (this.#known[what].delete(number)) this.#post({ kind: 'forget', what, number });
  }

  /** Begins a job; `listener` gets its reports. */
  begin(
    job: number,
    order: Omit<Extract<Order, { kind: 'sample' }>, 'kind' | 'job'>,
    listener: Listener,
  ): void {
    this.#jobs.set(job, listener);
    this.#thread.hold(true);
    this.#post({ kind: 'sample', job, ...order });
  }

  /** Ends a job, whether it is done or not. */
  leave(job: number): void {
    if (!this.#jobs.has(job)) return;
    this.#close(job);
    this.#post({ kind: 'cancel', job });
  }

  /** Ends the thread: resolves when it is gone. */
  async end(): Promise<void> {
    this.#post({ kind: 'end' });
    this.#ended = true;
    this.#thread.hold(true);
    await this.#gone;
  }

  #post(order: Order): void {
    if (!this.#ended) this.#thread.post(order);
  }

  #hear(report: Report): void {
    const listener = this.#jobs.get(report.job);
    if (report.kind !== 'ended') this.#close(report.job);
    listener?.(report);
  }

  #close(job: number): void {
    this.#jobs.delete(job);
    if (this.#jobs.size === 0) this.#thread.hold(false);
  }

  /** The thread has ended: nothing more comes from it. */
  #fail(reason: Error): void {
    this.#ended = true;
    for (const [job, listener] of this.#jobs) {
      listener({ kind: 'failed', job, error: packError(reason) });
    }
    this.#jobs.clear();
  }
}
