/** @file One model's desk: orders wait here for their turn, run, are cancelled, and start the model anew if it died. */
import { Inbox } from '../model/threads/inbox.ts';
import type { ModelInfo, Order, Report, Result, ServerLine } from './line.ts';
import { asProblem, Problem, unpackProblem } from './problem.ts';

/** A model that is to be served. */
export interface ServedModel {
  /** As clients name it. */
  readonly name: string;
  /** Starts the model's process, or whatever stands for it. */
  readonly start: () => ServerLine;
}

export interface DeskLimits {
  /** Orders under way at once. */
  readonly concurrency: number;
  /** Orders that may wait. */
  readonly queue: number;
}

/** When a client is told to come again, in seconds. */
const RETRY_SECONDS = 2;
type JobReport = Extract<Report, { job: number }>;

export class Desk {
  readonly name: string;
  /** When it was opened, in seconds since 1970. */
  readonly created = Math.floor(Date.now() / 1000);
  readonly #start: () => ServerLine;
  readonly #limits: DeskLimits;
  readonly #jobs = new Map<number, Inbox<JobReport>>();
  readonly #waiting: (() => void)[] = [];
  #line: Promise<{ line: ServerLine; info: ModelInfo }> | undefined;
  /** The process that was started last. */
  #open: ServerLine | undefined;
  #running = 0;
  #count = 0;

  constructor({ name, start }: ServedModel, limits: DeskLimits) {
    this.name = name;
    this.#start = start;
    this.#limits = limits;
  }

  /** Opens the model, if it is not. @throws Problem where it cannot be opened */
  async open(): Promise<ModelInfo> {
    this.#line ??= this.#connect();
    return (await this.#line).info;
  }

  /** What is known of the model, for clients. @throws Problem that says nothing of why it cannot be opened */
  async info(): Promise<ModelInfo> {
    try {
      return await this.open();
    } catch (error) {
      const { message, fault = message } = asProblem(error);
      throw new Problem(503, 'the model cannot be opened now', {}, fault);
    }
  }

  /** Ends the model's process. */
  async close(): Promise<void> {
    this.#line = undefined;
    await this.#open?.close();
  }

  /**
   * Has an order done. Whoever leaves the loop, or aborts the signal, cancels it.
   *
   * @throws Problem where too many wait, the order is wrong or its time is over
   */
  async *ask(order: Order, signal: AbortSignal): AsyncGenerator<Result> {
    await this.#enter(signal);
    try {
      await this.info();
      yield* this.#run((await this.#line!).line, order, signal);
    } finally {
      this.#leave();
    }
  }

  async *#run(line: ServerLine, order: Order, signal: AbortSignal): AsyncGenerator<Result> {
    const job = ++this.#count;
    const inbox = new Inbox<JobReport>();
    const stop = () => inbox.put({ kind: 'done', job });
    this.#jobs.set(job, inbox);
    signal.addEventListener('abort', stop);
    line.post({ kind: 'do', job, order });
    let ended = false;
    try {
      for (;;) {
        signal.throwIfAborted();
        const report = await inbox.next();
        signal.throwIfAborted();
        ended = report.kind !== 'result';
        if (report.kind === 'failed') throw unpackProblem(report.problem);
        if (report.kind === 'done') return;
        yield report.result;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#jobs.delete(job);
      if (!ended) line.post({ kind: 'cancel', job });
    }
  }

  #connect(): Promise<{ line: ServerLine; info: ModelInfo }> {
    const line = this.#start();
    this.#open = line;
    return new Promise((resolve, reject) => {
      line.onReport((report) => {
        if (report.kind === 'ready') resolve({ line, info: report.info });
        else if (report.kind === 'unable') {
          reject(unpackProblem(report.problem));
          void line.close();
        } else this.#jobs.get(report.job)?.put(report);
      });
      line.onEnd((reason) => {
        this.#line = undefined;
        const problem = { status: 503, message: 'the model has ended; ask again', fault: reason };
        reject(unpackProblem(problem));
        for (const [job, inbox] of this.#jobs) inbox.put({ kind: 'failed', job, problem });
      });
    });
  }

  /** Waits for a place. */
  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#limits.concurrency) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#limits.queue) {
      const fields = { code: 'rate_limit_exceeded', retryAfterSeconds: RETRY_SECONDS };
      throw new Problem(
        429,
        `${this.#waiting.length} requests wait for this model already`,
        fields,
      );
    }
    await this.#place(signal);
  }

  /** A place is handed on by whoever leaves. */
  #place(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(take);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
