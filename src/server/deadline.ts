/** @file When the work for a request has to end: its client has left, or its time is over. */
import { Problem } from './problem.ts';

/** The status that proxies log for a client that has closed the connection; nobody is there to read it. */
const CLIENT_LEFT = 499;

/**
 * Node 20 may collect `AbortSignal.timeout` and `AbortSignal.any` as garbage before they fire, so that a client that
 * reads no more would keep its place for good: a timer and listeners of its own stay.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #gone: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #leave = () => this.leave();

  /** @param gone fires when the connection ends */
  constructor(gone: AbortSignal, timeoutMs: number) {
    this.#gone = gone;
    const overdue = () =>
      this.#controller.abort(new DOMException('the time is over', 'TimeoutError'));
    this.#timer = setTimeout(overdue, timeoutMs);
    this.#timer.unref();
    if (gone.aborted) this.#leave();
    else gone.addEventListener('abort', this.#leave, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the work of a client that has left: a problem of nobody's, never a fault of the program. */
  leave(): void {
    this.#controller.abort(new Problem(CLIENT_LEFT, 'the client left'));
  }

  /** Work that is under the deadline; nothing is left of the deadline when it has ended. */
  async *over<Item>(work: AsyncGenerator<Item>): AsyncGenerator<Item> {
    try {
      yield* work;
    } finally {
      clearTimeout(this.#timer);
      this.#gone.removeEventListener('abort', this.#leave);
    }
  }
}
