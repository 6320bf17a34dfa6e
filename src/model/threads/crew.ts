/** @file Threads that sample for the models of one runtime: which calls they serve, and how rows are dealt to them. */
import { badUsage, type Runtime, type ThreadStarter } from '../../tensor/index.ts';
import { paddedLength, type Row, storesWeights } from '../decoding.ts';
import type { Dictionaries, DictionaryWeights } from '../edits.ts';
import type { LanguageModel } from '../languageModel.ts';
import { MAX_PROGRAMS } from '../programs.ts';
import type { SampleOptions } from '../sampleOptions.ts';
import { isSendable, shareDictionary, shareModel, sizeOf } from './copies.ts';
import { Inbox } from './inbox.ts';
import { Member } from './member.ts';
import { type Ended, type Report, type Settings, unpackError } from './messages.ts';
import { type Share, Shares } from './shares.ts';

/** Samples below which a thread is not worth its start: half a second. */
const LEAST = { rows: 4, tokens: 2048 };
/** Programs that a thread keeps of a model at the least: prompts and steps, plain and edited. */
const LEAST_PROGRAMS = 4;
/** What all threads may hold of one model's weights in their programs, in numbers: 1 GiB. */
const MOST_NUMBERS = 2 ** 28;
/** Models shared at once: an audit samples a suspect, its twin and their base. */
const MOST_MODELS = 4;
/** Dictionaries shared at once, and their numbers in one call: 256 MiB. */
const MOST_DICTIONARIES = { count: 8, numbers: 2 ** 26 };

/** A call's way to the threads that are to sample for it. */
export interface SamplingThreads {
  /** Samples the rows: yields whenever some have ended, until all have. */
  run(
    prompts: readonly (readonly number[])[],
    options: SampleOptions,
    rows: readonly Row[],
  ): AsyncGenerator<void>;
}

const crews = new WeakMap<Runtime, Crew>();

/**
 * Threads for a call of `sample`; undefined where it is better served by its own.
 *
 * @throws TouchstoneError where `workers` asks for threads that cannot be had
 */
export function samplingThreads(
  model: LanguageModel,
  rows: readonly Row[],
  options: SampleOptions,
): SamplingThreads | undefined {
  const { runtime } = model;
  const wanted = options.workers ?? usefulThreads(model, rows, options);
  const count = Math.min(wanted, rows.length);
  if (count === 0) return undefined;
  const lacking = whyNot(model, options);
  if (lacking) badUsage(`workers ${wanted}`, `${lacking}: give 0, or leave it out`);
  const crew = crews.get(runtime) ?? new Crew(runtime.startThread!);
  crews.set(runtime, crew);
  return { run: (...call) => crew.run(model, count, ...call) };
}

/** Gives up what threads hold of a model, since its weights have changed. */
export function forgetModel(model: LanguageModel): void {
  crews.get(model.runtime)?.forget(model);
}

/** The same for a model that is no longer needed; threads without a model end. */
export async function dismissModel(model: LanguageModel): Promise<void> {
  forgetModel(model);
  await crews.get(model.runtime)?.rest();
}

function whyNot(model: LanguageModel, { dictionaries, until }: SampleOptions): string | undefined {
  if (!model.runtime.startThread) return 'this runtime starts no threads';
  if (!model.runtime.onCpu) return 'threads run models on the CPU alone';
  if (!storesWeights(model)) return 'the model is too large to be held by each thread';
  const unsent = dictionaries && whyNotSent(Object.values(dictionaries));
  if (unsent) return unsent;
  if (until) return "a function 'until' stays in its thread";
  return undefined;
}

function whyNotSent(dictionaries: readonly DictionaryWeights[]): string | undefined {
  if (!dictionaries.every(isSendable)) return 'a dictionary that is a function stays in its thread';
  const numbers = dictionaries.reduce((sum, dictionary) => sum + sizeOf(dictionary), 0);
  const { count, numbers: most } = MOST_DICTIONARIES;
  if (dictionaries.length <= count && numbers <= most) return undefined;
  return 'the dictionaries are too many or too large to be shared by threads';
}

/** As many threads as the device has, while their programs fit and each has some rows. */
function usefulThreads(model: LanguageModel, rows: readonly Row[], options: SampleOptions): number {
  if (whyNot(model, options)) return 0;
  if (rows.reduce((sum, { limit }) => sum + limit, 0) < LEAST.tokens) return 0;
  const fitting = Math.floor(MOST_NUMBERS / (LEAST_PROGRAMS * model.weights.size));
  const filled = Math.floor(rows.length / LEAST.rows);
  const count = Math.min(model.runtime.threads, fitting, filled);
  return count < 2 ? 0 : count;
}

/** The threads of one runtime. They end when no model is left to them, and keep no program alive. */
class Crew {
  readonly #start: ThreadStarter;
  readonly #models = new Shares(shareModel, MOST_MODELS);
  readonly #dictionaries = new Shares(shareDictionary, MOST_DICTIONARIES.count);
  #members: Member[] = [];
  #jobs = 0;

  constructor(start: ThreadStarter) {
    this.#start = start;
  }

  async *run(
    model: LanguageModel,
    count: number,
    prompts: readonly (readonly number[])[],
    { reporter: _, dictionaries = {}, workers: __, until: ___, ...options }: SampleOptions,
    rows: readonly Row[],
  ): AsyncGenerator<void> {
    const job = ++this.#jobs;
    const members = this.#take(count);
    const known = this.#teach(members, model, dictionaries);
    const batchSize = Math.ceil((options.batchSize ?? 64) / count);
    const settings: Settings = { ...options, batchSize };
    const inbox = new Inbox<Report>();
    const hands = deal(model, rows, count);
    try {
      members.forEach((member, i) => {
        const order = { ...known, prompts, settings, rows: hands[i]! };
        member.begin(job, order, (report) => inbox.put(report));
      });
      yield* collect(inbox, rows, count);
    } finally {
      for (const member of members) member.leave(job);
    }
  }

  /** Makes threads know a model and dictionaries. Returns the numbers that they know them by. */
  #teach(members: readonly Member[], model: LanguageModel, dictionaries: Dictionaries) {
    const { share, dropped } = this.#models.of(model);
    for (const old of dropped) this.#forget('model', old);
    const programs = Math.max(LEAST_PROGRAMS, Math.ceil(MAX_PROGRAMS / members.length));
    const { number } = share;
    for (const member of members)
      member.learn({ kind: 'model', number, programs, ...share.content });
    const numbers = Object.entries(dictionaries).map(([name, dictionary]) => {
      return [name, this.#teachDictionary(members, dictionary)] as const;
    });
    return { model: number, dictionaries: Object.fromEntries(numbers) };
  }

  #teachDictionary(members: readonly Member[], dictionary: DictionaryWeights): number {
    const { share, dropped } = this.#dictionaries.of(dictionary);
    for (const old of dropped) this.#forget('dictionary', old);
    const { number, content: weights } = share;
    for (const member of members) member.learn({ kind: 'dictionary', number, weights });
    return number;
  }

  forget(model: LanguageModel): void {
    const share = this.#models.drop(model);
    if (share) this.#forget('model', share);
  }

  #forget(what: 'model' | 'dictionary', share: Share<unknown>): void {
    for (const member of this.#members) member.forget(what, share);
  }

  /** That many living threads. */
  #take(count: number): Member[] {
    this.#members = this.#members.filter(({ ended }) => !ended);
    while (this.#members.length < count) this.#members.push(new Member(this.#start()));
    return this.#members.slice(0, count);
  }

  /** Ends the threads if there is neither a model for them nor work. */
  async rest(): Promise<void> {
    if (this.#models.size > 0 || this.#members.some(({ busy }) => busy)) return;
    const members = this.#members;
    this.#members = [];
    await Promise.all(members.map((member) => member.end()));
  }
}

/** Rows for each thread, by number: as many short and long prompts for each, and the first rows first. */
function deal(model: LanguageModel, rows: readonly Row[], count: number): number[][] {
  const hands: number[][] = Array.from({ length: count }, () => []);
  const lengths = rows.map((row) => paddedLength(model, row));
  const order = [...rows.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  order.forEach((row, i) => void hands[i % count]!.push(row));
  return hands.map((hand) => hand.sort((a, b) => a - b));
}

/** Enters what `count` threads report into the rows. */
async function* collect(
  inbox: Inbox<Report>,
  rows: readonly Row[],
  count: number,
): AsyncGenerator<void> {
  for (let working = count; working > 0; ) {
    const report = await inbox.next();
    if (report.kind === 'failed') throw unpackError(report.error);
    if (report.kind === 'ended') for (const ended of report.rows) enter(rows, ended);
    else working--;
    yield;
  }
}

function enter(rows: readonly Row[], { row, tokens, finish }: Ended): void {
  const own = rows[row]!;
  own.tokens.push(...tokens);
  own.finish = finish;
}
