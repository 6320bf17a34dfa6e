/** @file What a tool of a blind game is: a typed request to the metered suspect, with its price at the most. */
import type { z } from 'zod';
import type { LanguageModel } from '../../model/index.ts';
import type { Affordance, PromptRequest, SampleRequest, Suspect } from '../../technique/index.ts';
import type { Subject } from '../../world/index.ts';
import { Meter } from '../meter.ts';
import { promptTokens } from '../prompts.ts';
import { type Cost, costOf } from './budget.ts';
import type { Json } from './handle.ts';

/** Tokens of an answer at the most. */
export const ANSWER_TOKENS = 32;

/** What a tool works with. */
export interface Bench {
  readonly suspect: Suspect;
  readonly subject: Subject;
}

/** What tools of all inputs have. */
interface Described {
  readonly name: string;
  readonly summary: string;
  readonly affordances: readonly Affordance[];
  readonly example: Readonly<Record<string, Json>>;
}

/** A tool, whatever it takes. */
export interface Tool extends Described {
  readonly input: z.ZodType<Record<string, unknown>>;
  /** What a call costs at the most: answers of full length. */
  price(input: unknown, model: LanguageModel): Cost;
  run(input: unknown, bench: Bench): Promise<Json>;
  /** What an answer costs besides what the meter of computing reads. */
  readonly toll?: ((answer: Json, model: LanguageModel) => Cost) | undefined;
}

/** A tool whose input has been checked by its schema. */
export function tool<Input extends Record<string, unknown>>(
  spec: Described & {
    readonly input: z.ZodType<Input>;
    readonly price: (input: Input, model: LanguageModel) => Cost;
    readonly run: (input: Input, bench: Bench) => Promise<Json>;
    readonly toll?: Tool['toll'];
  },
): Tool {
  return {
    ...spec,
    price: (input, model) => spec.price(input as Input, model),
    run: (input, bench) => spec.run(input as Input, bench),
  };
}

/** A tool that draws answers. */
export function sampling<Input extends Record<string, unknown>>(
  spec: Described & {
    readonly input: z.ZodType<Input>;
    readonly request: (input: Input) => SampleRequest;
  },
): Tool {
  const { request, ...rest } = spec;
  return tool({
    ...rest,
    price: (input, model) => samplingPrice(request(input), model),
    run: async (input, { suspect, subject }) => {
      const asked = request(input);
      const answers = (await suspect.sample([asked]))[0]!;
      return answers.map(({ text, finish }) => ({
        text,
        finish,
        named: subject
          .namedIn(text, asked.question)
          .map((candidate) => subject.candidates[candidate]!),
      }));
    },
  });
}

function samplingPrice(request: SampleRequest, model: LanguageModel): Cost {
  const meter = new Meter();
  const { length } = promptTokens(model, request);
  for (let i = 0; i < request.n; i++) meter.sample(model.config, length, ANSWER_TOKENS);
  return costOf(meter.read());
}

/** The price of passes over a prompt, of each of which one token's distribution is told. */
export function readingPrice(request: PromptRequest, model: LanguageModel, passes = 1): Cost {
  const meter = new Meter();
  const { length } = promptTokens(model, request);
  for (let i = 0; i < passes; i++) meter.sample(model.config, length, 1);
  return { ...costOf(meter.read()), samples: 0 };
}

/** Scores of all candidates, highest first. */
export function ranked(scores: readonly number[], { candidates }: Subject): Json {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return { scores: order.map((i) => ({ candidate: candidates[i]!, score: scores[i]! })) };
}
