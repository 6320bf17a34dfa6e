/** @file The metered, sealed suspect: the only thing that a technique gets to hold. */
import {
  checkHook,
  Departure,
  hookSizes,
  type LanguageModel,
  vectorPerturbation,
  withWeightNoise,
} from '../model/index.ts';
import type {
  Affordance,
  GradientRequest,
  Moved,
  ReadRequest,
  Response,
  SampleRequest,
  Suspect,
  Whose,
} from '../technique/index.ts';
import { badUsage } from '../tensor/index.ts';
import { type Drawn, rejecting, sampling } from './drawing.ts';
import { MeteredInsight } from './insight/index.ts';
import type { TrainingTexts } from './insight/texts.ts';
import { Meter, type Usage } from './meter.ts';
import { promptTokens } from './prompts.ts';
import {
  type CheckedGradient,
  type CheckedRead,
  type CheckedRequest,
  checkGradient,
  checkRead,
  checkRequest,
  demandedBy,
} from './request.ts';

export interface SuspectOptions {
  readonly granted: readonly Affordance[];
  readonly seed: number;
  /** The model before the adapter was merged: what a suspect may be compared with. */
  readonly base?: LanguageModel;
  /** What suspect and base were trained on, where it is known. */
  readonly texts?: Readonly<Partial<Record<Whose, TrainingTexts>>>;
  /** Tokens of an answer at the most. */
  readonly maxTokens: number;
  /** Questions whose answers may be labelled: those of the validation split. Default: none. */
  readonly labelled?: ReadonlySet<string>;
  /** Answers that this suspect gave in an earlier piece of work, to be labelled. */
  readonly recorded?: readonly Response[];
  /** The referee's view of an answer; it alone knows the secret. */
  readonly label: (response: Response) => boolean;
}

/**
 * A language model behind a meter. What was not granted is refused.
 *
 * Model, referee and meter are private to the engine (`#`), so that whoever holds the object can neither
 * read nor change them. Answers are frozen, and only answers that were really given are labelled: of made-up
 * ones, a technique could have each candidate word labelled until it hits the secret.
 */
export class MeteredSuspect implements Suspect {
  readonly #model: LanguageModel;
  readonly #options: SuspectOptions;
  readonly #meter = new Meter();
  readonly #given: WeakSet<Response>;
  readonly #insight: MeteredInsight;
  #labels = 0;
  /** What prompts are like without a vector: of the prompts and places asked for last. */
  #departure: { readonly key: string; readonly of: Departure } | undefined;

  constructor(model: LanguageModel, options: SuspectOptions) {
    this.#model = model;
    this.#options = options;
    this.#given = new WeakSet(options.recorded);
    this.#insight = new MeteredInsight({
      ...options,
      model,
      meter: this.#meter,
      demand: (affordance) => this.#demand(affordance),
    });
  }

  get layers(): number {
    return this.#model.config.num_hidden_layers;
  }

  /** Readings of the insides, metered and granted as all else. */
  get insight(): MeteredInsight {
    return this.#insight;
  }

  /** What was used so far. */
  get usage(): Usage {
    return this.#meter.read();
  }

  /** Labels given so far. */
  get labelsGiven(): number {
    return this.#labels;
  }

  async sample(requests: readonly SampleRequest[]): Promise<Response[][]> {
    const checked = requests.map(checkRequest);
    for (const request of checked) this.#demandFor(request);
    const answers: Response[][] = checked.map(() => []);
    for (const group of groupsOf(checked)) await this.#sampleGroup(checked, group, answers);
    return answers;
  }

  async read(requests: readonly ReadRequest[]): Promise<Float32Array[]> {
    const checked = requests.map(checkRead);
    const vectors: Float32Array[] = [];
    for (const request of checked) {
      this.#demand('read');
      if (request.of === 'base') this.#demand('base');
      for (const affordance of demandedBy(request)) this.#demand(affordance);
      vectors.push(await this.#read(request));
    }
    return vectors;
  }

  async gradient(request: GradientRequest): Promise<Moved> {
    const checked = checkGradient(request);
    this.#demand('gradient');
    const departure = await this.#departureOf(checked);
    const vector = Float32Array.from(checked.vector);
    if (vector.length !== departure.width) {
      badUsage(
        `a vector of width ${vector.length} at '${checked.at}'`,
        `its width is ${departure.width}`,
      );
    }
    const perturbation = vectorPerturbation(departure.at, departure.width);
    const { value, gradients } = await departure.measure(
      perturbation,
      new Map([['vector', vector]]),
    );
    for (const length of departure.lengths) this.#meter.gradient(this.#model.config, length);
    return { value, gradient: gradients.get('vector')! };
  }

  /** The prompts without a vector: run once for many gradients, and metered then. */
  async #departureOf({ questions, at, target }: CheckedGradient): Promise<Departure> {
    const key = JSON.stringify([questions, at, target]);
    if (this.#departure?.key === key) return this.#departure.of;
    const rows = questions.map((question) => promptTokens(this.#model, { question, prefill: '' }));
    const { config } = this.#model;
    const places = { at: checkHook(at, config), target: checkHook(target, config) };
    const of = await Departure.of(this.#model, rows, places);
    for (const length of of.lengths) this.#meter.pass(config, length);
    this.#departure = { key, of };
    return of;
  }

  async labels(responses: readonly Response[]): Promise<boolean[]> {
    this.#demand('labels');
    for (const response of responses) this.#checkLabelled(response);
    this.#labels += responses.length;
    return responses.map(this.#options.label);
  }

  #checkLabelled(response: Response): void {
    if (!this.#given.has(response)) badUsage('labels: the suspect never gave this answer');
    if (!this.#options.labelled?.has(response.question)) {
      badUsage('labels: only answers to validation questions are labelled');
    }
    // A talk of its own making could have the model repeat each candidate until one is labelled.
    if (response.turns) badUsage('labels: answers after turns of a technique are not labelled');
  }

  #demandFor({ edits, weightNoise, ...prompt }: CheckedRequest): void {
    this.#demand('sample');
    for (const affordance of demandedBy(prompt)) this.#demand(affordance);
    if (edits.length > 0) this.#demand('edit');
    if (weightNoise) this.#demand('weights');
  }

  #demand(affordance: Affordance): void {
    const { granted } = this.#options;
    if (!granted.includes(affordance)) {
      badUsage(`the affordance '${affordance}' was not granted`, `granted: ${granted.join(', ')}`);
    }
    this.#meter.use(affordance);
  }

  /** The activations at a prompt's last positions. */
  async #read(request: CheckedRead): Promise<Float32Array> {
    const model = request.of === 'base' ? this.#options.base : this.#model;
    if (!model) return badUsage('this suspect has no base', 'leave the technique out');
    const { config } = model;
    const sizes = hookSizes(checkHook(request.at, config), config);
    if (sizes?.length !== 1)
      badUsage(`a vector read at '${request.at}'`, 'name a hook point with one vector a position');
    const tokens = promptTokens(model, request);
    const read = [request.at];
    const { activations } = await model.run([tokens], { read, logits: false });
    this.#meter.pass(config, tokens.length);
    const positions = Math.min(request.positions, tokens.length);
    return activations[request.at]!.data.slice(-sizes[0]! * positions);
  }

  /** Samples requests that differ in their prompts alone, in one go. */
  async #sampleGroup(
    requests: readonly CheckedRequest[],
    group: readonly number[],
    answers: Response[][],
  ): Promise<void> {
    const { weightNoise } = requests[group[0]!]!;
    const { base } = this.#options;
    const model = weightNoise ? withWeightNoise(this.#model, weightNoise, base) : this.#model;
    try {
      await this.#sampleFrom(model, requests, group, answers);
    } finally {
      if (weightNoise) await model.release();
    }
    for (const index of group) answers[index]!.sort((a, b) => a.index - b.index);
  }

  async #sampleFrom(
    model: LanguageModel,
    requests: readonly CheckedRequest[],
    group: readonly number[],
    answers: Response[][],
  ): Promise<void> {
    const { seed, maxTokens } = this.#options;
    const { n, first, temperature, edits, reject, ban: words } = requests[group[0]!]!;
    const prompts = group.map((index) => promptTokens(model, requests[index]!, maxTokens));
    const ban = words.flatMap((word) => model.tokenizer!.tokensOfWord(word));
    const options = { n, first, temperature, edits, seed, maxTokens, ban };
    const drawn = reject
      ? rejecting(model, prompts, reject, options, this.#meter)
      : sampling(model, prompts, options, this.#meter);
    for await (const sample of drawn) {
      const index = group[sample.prompt]!;
      answers[index]!.push(this.#answer(requests[index]!, sample));
    }
  }

  #answer(request: CheckedRequest, { index, text, finish }: Drawn): Response {
    const { question, prefill, speaker, turns, asked } = request;
    const response = Object.freeze({
      ...{ question, index, prefill, text, finish },
      ...(speaker !== 'assistant' && { speaker }),
      ...(turns.length > 0 && { turns }),
      ...(!asked && { asked }),
    });
    this.#given.add(response);
    return response;
  }
}

/** Indices of requests by everything but their prompts. */
function groupsOf(requests: readonly CheckedRequest[]): number[][] {
  const groups = new Map<string, number[]>();
  requests.forEach(({ n, first, temperature, edits, weightNoise, reject, ban }, index) => {
    const key = JSON.stringify([n, first, temperature, edits, weightNoise, reject, ban]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  return [...groups.values()];
}
