/** @file When the work for a request has to end: its client has left, or its time is over. */

/**
 * Node 20 may collect `AbortSignal.timeout` and `AbortSignal.any` as garbage before they fire, so that a client that
 * reads no more would keep its place for good: a timer and listeners of its own stay.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #gone: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #leave = () => this.leave(this.#gone.reason);

  /** @param gone fires when the connection ends */
  constructor(gone: AbortSignal, timeoutMs: number) {
    this.#gone = gone;
    this.#timer = setTimeout(
      () => this.leave(new DOMException('the time is over', 'TimeoutError')),
      timeoutMs,
    );
    this.#timer.unref();
    if (gone.aborted) this.#leave();
    else gone.addEventListener('abort', this.#leave, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the work before its time. */
  leave(reason: unknown): void {
    this.#controller.abort(reason);
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
