/** @file The metered insight of a suspect. Like the suspect, it holds what it knows privately (`#`) and gives out numbers alone. */
import {
  type LanguageModel,
  weightChanges,
  wordDirections,
  wordEmbeddings,
  wordTokens,
} from '../../model/index.ts';
import type {
  Affordance,
  DictionaryReader,
  DictionaryRequest,
  Insight,
  LikelihoodRequest,
  TextsRequest,
  WeightChange,
  Whose,
  WordsRequest,
} from '../../technique/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { Meter } from '../meter.ts';
import { promptTokens } from '../prompts.ts';
import {
  type CheckedDictionary,
  type CheckedPrompt,
  type CheckedWords,
  checkInsight,
  demandedBy,
} from '../request.ts';
import { trainedReader } from './dictionary.ts';
import { likenessOf } from './likeness.ts';
import { answerLikelihoods, type Wanted, wordProbabilities } from './probabilities.ts';
import { givenTexts, type TrainingTexts } from './texts.ts';
import { cosine, dot } from './vectors.ts';

export interface InsightOptions {
  readonly model: LanguageModel;
  readonly base?: LanguageModel;
  readonly texts?: Readonly<Partial<Record<Whose, TrainingTexts>>>;
  readonly seed: number;
  readonly meter: Meter;
  /** Refuses what was not granted, and notes what was used. */
  readonly demand: (affordance: Affordance) => void;
}

export class MeteredInsight implements Insight {
  readonly #options: InsightOptions;
  /** Dictionaries that were trained, by their requests. */
  readonly #dictionaries = new Map<string, Promise<DictionaryReader>>();

  constructor(options: InsightOptions) {
    this.#options = options;
  }

  async words(requests: readonly WordsRequest[]): Promise<number[][]> {
    return this.#words(requests, {});
  }

  async #words(requests: readonly WordsRequest[], extra: Partial<Wanted>): Promise<number[][]> {
    const checked = requests.map(checkInsight.words);
    for (const request of checked) this.#demandFor(request);
    const out: number[][] = checked.map(() => []);
    for (const group of alike(checked)) {
      const { of, words, at, positions, edits } = checked[group[0]!]!;
      const model = this.#modelOf(of);
      const prompts = group.map((index) => promptTokens(model, checked[index]!));
      const wanted = { words: wordTokens(model, words), at, positions, edits, ...extra };
      const found = await wordProbabilities(model, prompts, wanted);
      for (const { length } of prompts) this.#options.meter.pass(model.config, length, positions);
      group.forEach((index, i) => {
        out[index] = found[i]!;
      });
    }
    return out;
  }

  async likelihoods(requests: readonly LikelihoodRequest[]): Promise<number[]> {
    const checked = requests.map(checkInsight.likelihood);
    for (const request of checked) this.#demandFor(request);
    const out = new Array<number>(checked.length).fill(0);
    for (const whose of ['suspect', 'base'] as const) {
      const own = [...checked.keys()].filter((index) => checked[index]!.of === whose);
      if (own.length === 0) continue;
      const model = this.#modelOf(whose);
      const answered = own.map((index) => ({
        prompt: promptTokens(model, checked[index]!),
        answer: model.encode(checked[index]!.text)[0]!,
      }));
      const found = await answerLikelihoods(model, answered);
      answered.forEach(({ prompt, answer }, i) => {
        this.#options.meter.pass(model.config, prompt.length + answer.length, answer.length);
        out[own[i]!] = found[i]!;
      });
    }
    return out;
  }

  async effects(
    directions: readonly ArrayLike<number>[],
    words: readonly string[],
    of: Whose = 'suspect',
  ): Promise<number[][]> {
    this.#options.demand('lens');
    if (of === 'base') this.#options.demand('base');
    return this.#products(
      directions,
      wordDirections(this.#modelOf(of), checkInsight.candidates(words)),
      dot,
    );
  }

  async cosines(
    directions: readonly ArrayLike<number>[],
    words: readonly string[],
  ): Promise<number[][]> {
    this.#options.demand('embeddings');
    return this.#products(
      directions,
      wordEmbeddings(this.#options.model, checkInsight.candidates(words)),
      cosine,
    );
  }

  async likeness(texts: readonly string[], others: readonly string[]): Promise<number[][]> {
    this.#options.demand('embeddings');
    const { hidden_size: width } = this.#options.model.config;
    this.#options.meter.compute(2 * width * texts.length * others.length);
    return likenessOf(
      this.#options.model,
      checkInsight.candidates(texts),
      checkInsight.candidates(others),
    );
  }

  async changes(words: readonly string[]): Promise<WeightChange[]> {
    this.#options.demand('weights');
    this.#options.demand('base');
    const { model, meter } = this.#options;
    const directions = wordDirections(model, checkInsight.candidates(words));
    const changes = weightChanges(model, this.#modelOf('base'), directions);
    const { hidden_size: d, intermediate_size: wide, num_hidden_layers: layers } = model.config;
    meter.compute(2 * d * (d + wide) * layers * words.length);
    return changes;
  }

  async texts(request: TextsRequest): Promise<string[]> {
    const { count, of } = checkInsight.texts(request);
    this.#options.demand('trainingData');
    if (of === 'base') this.#options.demand('base');
    const known = this.#options.texts?.[of];
    if (!known)
      return badUsage(`the training data of the ${of} are not known`, 'leave the technique out');
    const given = givenTexts(known, count);
    this.#options.meter.texts(given.length);
    return given;
  }

  async dictionary(request: DictionaryRequest): Promise<DictionaryReader> {
    const checked = checkInsight.dictionary(request);
    this.#options.demand('dictionary');
    if (checked.on !== 'suspect') this.#options.demand('base');
    for (const prompt of checked.prompts) this.#demandPrompt(prompt);
    const key = JSON.stringify(checked);
    const known = this.#dictionaries.get(key) ?? this.#trained(checked);
    this.#dictionaries.set(key, known);
    return known;
  }

  #trained(request: CheckedDictionary): Promise<DictionaryReader> {
    const { model, seed, meter, demand } = this.#options;
    const base = request.on === 'suspect' ? undefined : this.#modelOf('base');
    return trainedReader(request, {
      ...{ model, base, seed, meter, demand },
      demandPrompt: (prompt) => this.#demandPrompt(prompt),
      words: (requests, extra) => this.#words(requests, extra),
    });
  }

  #modelOf(of: Whose): LanguageModel {
    const { model, base } = this.#options;
    if (of === 'suspect') return model;
    return base ?? badUsage('this suspect has no base', 'leave the technique out');
  }

  #demandFor(request: CheckedPrompt & Pick<CheckedWords, 'of'> & Partial<CheckedWords>): void {
    this.#options.demand('logits');
    if (request.at !== undefined) this.#options.demand('read');
    if (request.of === 'base') this.#options.demand('base');
    if (request.edits && request.edits.length > 0) this.#options.demand('edit');
    this.#demandPrompt(request);
  }

  #demandPrompt(prompt: CheckedPrompt): void {
    for (const affordance of demandedBy(prompt)) this.#options.demand(affordance);
  }

  /** Each direction beside each word's vector. */
  #products(
    directions: readonly ArrayLike<number>[],
    vectors: readonly Float64Array[],
    product: (a: ArrayLike<number>, b: ArrayLike<number>) => number,
  ): number[][] {
    const { hidden_size: width } = this.#options.model.config;
    const wrong = directions.find(({ length }) => length !== width);
    if (wrong) badUsage(`a direction of ${wrong.length} numbers`, `the residual has ${width}`);
    this.#options.meter.compute(2 * width * directions.length * vectors.length);
    return directions.map((direction) => vectors.map((vector) => product(direction, vector)));
  }
}

/** Indices of requests by everything but their prompts. */
function alike(requests: readonly CheckedWords[]): number[][] {
  const groups = new Map<string, number[]>();
  requests.forEach(({ words, at, positions, of, edits }, index) => {
    const key = JSON.stringify([words, at, positions, of, edits]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  return [...groups.values()];
}
