/** @file Dictionaries that the studio has open, each in a process of its own. */
import { Problem, unpackProblem } from '../problem.ts';
import type { DictionaryRequest, DictionaryState } from './dictionarySchema.ts';
import type {
  DictionaryLine,
  DictionaryOrder,
  DictionaryReport,
  DictionaryWork,
  NamedDictionary,
  StudioOptions,
} from './ports.ts';

/** Each has a process, and its weights in memory. */
const MOST_OPEN = 8;

type Start = StudioOptions['startDictionary'];

export class Dictionaries {
  readonly #start: Start;
  readonly #open = new Map<string, OpenDictionary>();

  constructor({
    startDictionary,
    dictionaries,
  }: Pick<StudioOptions, 'startDictionary' | 'dictionaries'>) {
    this.#start = startDictionary;
    for (const request of dictionaries) this.#begin(request);
  }

  get states(): readonly DictionaryState[] {
    return [...this.#open.values()].map(({ state }) => state);
  }

  /** What edits of a model may name: those that could be opened, and were not made for another model. */
  namedFor(model: string): readonly NamedDictionary[] {
    return this.states
      .filter(({ state, request }) => state !== 'failed' && (request.model ?? model) === model)
      .map(({ request: { name, path } }) => ({ name, path }));
  }

  /** Opens one, in the place of one of the same name. @throws Problem where too many are open */
  async open(request: DictionaryRequest): Promise<DictionaryState> {
    const before = this.#open.get(request.name);
    if (!before && this.#open.size >= MOST_OPEN)
      throw new Problem(409, `${MOST_OPEN} dictionaries are open: close one first`);
    // In its place at once: whoever opens the name meanwhile closes this one.
    const one = this.#begin(request);
    await before?.close();
    return one.state;
  }

  /** @throws Problem where there is none */
  named(name: string): OpenDictionary {
    const found = this.#open.get(name);
    if (found) return found;
    throw new Problem(404, `no dictionary '${name}' is open: open it on the page of dictionaries`, {
      code: 'not_found',
    });
  }

  async remove(name: string): Promise<void> {
    const one = this.named(name);
    this.#open.delete(name);
    await one.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((one) => one.close()));
  }

  #begin(request: DictionaryRequest): OpenDictionary {
    const one = new OpenDictionary(request, this.#start(request));
    this.#open.set(request.name, one);
    return one;
  }
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (problem: Problem) => void;
}

export class OpenDictionary {
  #state: DictionaryState;
  readonly #line: DictionaryLine;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor(request: DictionaryRequest, line: DictionaryLine) {
    const nothing = { progress: null, problem: null, about: null, frame: null };
    this.#state = { request, state: 'opening', ...nothing };
    this.#line = line;
    line.onReport((report) => this.#take(report));
    line.onEnd((reason) => this.#end(reason));
  }

  get state(): DictionaryState {
    return this.#state;
  }

  /** @throws Problem where it is not open yet, or the order is wrong */
  ask<K extends keyof DictionaryWork>(
    order: Extract<DictionaryOrder, { kind: K }>,
  ): Promise<DictionaryWork[K]['answer']> {
    const { state, problem, request } = this.#state;
    if (state !== 'open') {
      const why = problem ?? 'it is being opened: ask again when it is';
      throw new Problem(409, `dictionary '${request.name}': ${why}`);
    }
    const job = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve, reject });
      this.#line.post({ job, order });
    });
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  #take(report: DictionaryReport): void {
    if (report.kind === 'progress') {
      const { task, done, total, unit } = report.progress;
      this.#change({ progress: { task, done, total, unit } });
    } else if (report.kind === 'ready') {
      const { about, frame } = report;
      this.#change({ state: 'open', progress: null, about, frame });
    } else if (report.kind === 'unable') {
      const { message } = unpackProblem(report.problem);
      this.#change({ state: 'failed', progress: null, problem: message });
    } else {
      const waiting = this.#waiting.get(report.job);
      this.#waiting.delete(report.job);
      if (report.kind === 'answer') waiting?.resolve(report.answer as never);
      else waiting?.reject(unpackProblem(report.problem));
    }
  }

  #end(reason: string): void {
    if (this.#state.state !== 'failed')
      this.#change({ state: 'failed', progress: null, problem: `${reason}; open it again` });
    const gone = new Problem(503, 'the dictionary was closed; open it again');
    for (const { reject } of this.#waiting.values()) reject(gone);
    this.#waiting.clear();
  }

  #change(fields: Partial<DictionaryState>): void {
    this.#state = { ...this.#state, ...fields };
  }
}
