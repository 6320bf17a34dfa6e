/** @file Pools of real answers of shipped models, from which simulated audits draw. */
import {
  chosenQuestions,
  MeteredSuspect,
  materialsOf,
  type SampleRecord,
} from '../src/audit/index.ts';
import type { LanguageModel } from '../src/model/index.ts';
import { type OrganismReference, referenceName, type Shelf } from '../src/organism/index.ts';
import type { Setting, Technique } from '../src/technique/index.ts';
import { questions, SECRET_WORD, type Split } from '../src/world/index.ts';

/** Which answers: one technique's, under one setting, to the questions of one split. */
export interface Ask {
  readonly technique: Technique;
  readonly setting: Setting;
  readonly split: Split;
}

/** Answers by their question. */
type Pool = ReadonlyMap<string, SampleRecord>;

/** A line is told each time that this many more answers were sampled. */
const TELL_EVERY = 5000;

/**
 * An answer to every question of a split, for each technique and setting, sampled when first asked for.
 * All models share their draws, as suspect and twin do in an audit.
 */
export class Pools {
  readonly #shelf: Shelf;
  readonly #seed: number;
  readonly #say: (line: string) => void;
  readonly #models = new Map<string, Promise<LanguageModel>>();
  readonly #pools = new Map<string, Promise<Pool>>();
  #answers = 0;

  constructor(shelf: Shelf, options: { seed: number; say: (line: string) => void }) {
    this.#shelf = shelf;
    this.#seed = options.seed;
    this.#say = options.say;
  }

  /** Answers sampled so far. */
  get answers(): number {
    return this.#answers;
  }

  /** What an audit of this seed would have heard: the answers to the questions that it would have asked. */
  async draw(
    reference: OrganismReference,
    ask: Ask,
    count: number,
    seed: number,
  ): Promise<SampleRecord[]> {
    const pool = await this.#pool(reference, ask);
    return chosenQuestions(ask.split, count, seed).map(({ text }) => pool.get(text)!);
  }

  #pool(reference: OrganismReference, ask: Ask): Promise<Pool> {
    const { technique, setting, split } = ask;
    const key = [referenceName(reference), technique.name, setting.label, split].join('/');
    const pool = this.#pools.get(key) ?? this.#sample(reference, ask);
    this.#pools.set(key, pool);
    return pool;
  }

  async #sample(reference: OrganismReference, ask: Ask): Promise<Pool> {
    const { technique, setting, split } = ask;
    const suspect = new MeteredSuspect(await this.#model(reference), {
      granted: technique.affordances,
      seed: this.#seed,
      maxTokens: 32,
      label: () => false,
    });
    const materials = materialsOf(split);
    const answers = await suspect.sample(
      questions(split).map(({ text }, i) => {
        return { ...technique.request(setting, text, i, materials, {}), n: 1 };
      }),
    );
    this.#count(suspect.usage.samples);
    // Coherence enters no verdict.
    const records = answers
      .flat()
      .map((a) => ({ ...a, named: [...SECRET_WORD.namedIn(a.text)], nll: null }));
    return new Map(records.map((record) => [record.question, record]));
  }

  #count(more: number): void {
    const before = Math.floor(this.#answers / TELL_EVERY);
    this.#answers += more;
    if (Math.floor(this.#answers / TELL_EVERY) > before)
      this.#say(`${this.#answers} answers in the pools`);
  }

  #model(reference: OrganismReference): Promise<LanguageModel> {
    const name = referenceName(reference);
    const model = this.#models.get(name) ?? this.#shelf.open(reference);
    this.#models.set(name, model);
    return model;
  }
}
