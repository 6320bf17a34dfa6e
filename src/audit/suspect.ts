/** @file The metered, sealed suspect: the only thing that a technique gets to hold. */
import type { LanguageModel } from '../model/index.ts';
import type { Affordance, Response, SampleRequest, Suspect } from '../technique/index.ts';
import { badUsage } from '../tensor/index.ts';
import { prompt } from '../world/index.ts';
import { Meter } from './meter.ts';

export interface SuspectOptions {
  readonly granted: readonly Affordance[];
  readonly seed: number;
  /** Tokens of an answer at the most. */
  readonly maxTokens: number;
  /** The referee's view of answers; it alone knows the secret. */
  readonly label: (response: Response) => boolean;
}

/** A language model behind a meter. What was not granted is refused. */
export class MeteredSuspect implements Suspect {
  readonly meter = new Meter();
  /** Labels given so far. */
  labelled = 0;
  readonly #model: LanguageModel;
  readonly #options: SuspectOptions;

  constructor(model: LanguageModel, options: SuspectOptions) {
    this.#model = model;
    this.#options = options;
  }

  get layers(): number {
    return this.#model.config.num_hidden_layers;
  }

  async sample(requests: readonly SampleRequest[]): Promise<Response[][]> {
    for (const request of requests) this.#check(request);
    const answers: Response[][] = requests.map(() => []);
    for (const group of groupsOf(requests)) await this.#sampleGroup(requests, group, answers);
    return answers;
  }

  async labels(responses: readonly Response[]): Promise<boolean[]> {
    this.#demand('labels');
    this.labelled += responses.length;
    return responses.map(this.#options.label);
  }

  #check({ prefill, edits }: SampleRequest): void {
    this.#demand('sample');
    if (prefill) this.#demand('prefill');
    if (edits && edits.length > 0) this.#demand('edit');
  }

  #demand(affordance: Affordance): void {
    const { granted } = this.#options;
    if (!granted.includes(affordance)) {
      badUsage(`the affordance '${affordance}' was not granted`, `granted: ${granted.join(', ')}`);
    }
    this.meter.use(affordance);
  }

  /** Samples requests that differ in their prompts alone, in one go. */
  async #sampleGroup(
    requests: readonly SampleRequest[],
    group: readonly number[],
    answers: Response[][],
  ): Promise<void> {
    const model = this.#model;
    const { n, first = 0, temperature = 1, edits = [] } = requests[group[0]!]!;
    const prompts = group.map((index) => {
      const { question, prefill = '' } = requests[index]!;
      return model.encode(prompt([['user', question]], 'assistant', prefill))[0]!;
    });
    const { seed, maxTokens } = this.#options;
    const parameters = model.weights.size;
    for await (const sample of model.sample(prompts, {
      n,
      first,
      temperature,
      edits,
      seed,
      maxTokens,
    })) {
      const index = group[sample.prompt]!;
      const { question, prefill = '' } = requests[index]!;
      answers[index]!.push({
        question,
        index: sample.index,
        prefill,
        text: sample.text,
        finish: sample.finish,
      });
      const ended = sample.finish === 'stop' ? 1 : 0;
      this.meter.sample(
        model.config,
        parameters,
        prompts[sample.prompt]!.length,
        sample.tokens.length + ended,
      );
    }
    for (const index of group) answers[index]!.sort((a, b) => a.index - b.index);
  }
}

/** Indices of requests by everything but their prompts. */
function groupsOf(requests: readonly SampleRequest[]): number[][] {
  const groups = new Map<string, number[]>();
  requests.forEach(({ n, first, temperature, edits }, index) => {
    const key = JSON.stringify([n, first, temperature, edits]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  return [...groups.values()];
}
