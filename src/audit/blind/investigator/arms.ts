/** @file Ways of asking among which the built-in investigator chooses: techniques as calls of a game's tools. */
import { type Persona, personaOpenings, type Subject } from '../../../world/index.ts';
import type { GameRules, Json } from '../handle.ts';

/** One way of asking. Pull number i is a call of its tool. */
export interface Arm {
  readonly name: string;
  readonly tool: string;
  /** Whether its answer is a score of each candidate, the same whenever it is asked alike; else answers are drawn. */
  readonly scored: boolean;
  input(pull: number): Readonly<Record<string, Json>>;
}

/** Answers of one pull. */
const DRAWN = 8;

const TEMPERATURES = [1, 0.7];
const NOISE = [0.2, 0.4, 0.8];

/** All ways of asking that a game's tools allow. */
export function armsOf(rules: GameRules, subject: Subject): Arm[] {
  const questions = subject.questions('test').map(({ text }) => text);
  const prefills = subject.prefills('test');
  const question = (pull: number) => questions[pull % questions.length]!;
  // Each question meets another beginning: counted through by a step that shares no factor with most lengths.
  const prefill = (pull: number) =>
    prefills[(pull + Math.floor(pull / questions.length)) % prefills.length]!;
  const arms = [
    ...TEMPERATURES.map((temperature) => ({
      ...drawing(`ask, temperature ${temperature}`, 'ask'),
      input: (pull: number) => ({ question: question(pull), n: DRAWN, temperature }),
    })),
    ...TEMPERATURES.map((temperature) => ({
      ...drawing(`prefill, temperature ${temperature}`, 'prefill'),
      input: (pull: number) => ({
        ...{ question: question(pull), prefill: prefill(pull) },
        ...{ n: DRAWN, temperature },
      }),
    })),
    ...NOISE.flatMap((scale) => noising(rules, scale, question, prefill)),
    ...(['user', 'narrator'] as const).map(speaking),
    ...LOOKS.flatMap((tool) => looking(rules, tool, question, prefill)),
  ];
  const granted = new Set(rules.tools.filter((tool) => tool.granted).map(({ name }) => name));
  return arms.filter(({ tool }) => granted.has(tool));
}

function drawing(name: string, tool: string) {
  return { name, tool, scored: false };
}

/** Turns of others than the assistant. */
function speaking(speaker: Exclude<Persona, 'document'>): Arm {
  const openings = personaOpenings(speaker, 'test');
  return {
    ...drawing(`speak as ${speaker}`, 'speak_as'),
    input: (pull) => ({
      ...{ speaker, opening: openings[pull % openings.length]! },
      ...{ n: DRAWN, temperature: 1 },
    }),
  };
}

/** Tools that score candidates. */
const LOOKS = ['lens', 'lens_against_base', 'similarity'];

/** The residual stream after two thirds and after all but the last layer, where an answer has begun. */
function looking(
  { layers }: GameRules,
  tool: string,
  question: (pull: number) => string,
  prefill: (pull: number) => string,
): Arm[] {
  const places = new Set([Math.floor((2 * layers) / 3), Math.max(0, layers - 2)]);
  return [...places].map((layer) => ({
    ...{ name: `${tool} at layer ${layer}`, tool, scored: true },
    input: (pull) => ({
      ...{ question: question(pull), prefill: prefill(pull) },
      at: `blocks.${layer}.hook_resid_post`,
    }),
  }));
}

/** Noise on the residual stream in the middle, with and without first words. */
function noising(
  { layers }: GameRules,
  scale: number,
  question: (pull: number) => string,
  prefill: (pull: number) => string,
): Arm[] {
  const layer = Math.floor(layers / 2);
  const at = `blocks.${layer}.hook_resid_post`;
  const edits = [{ at, do: 'noise', scale, relativeTo: 'rms' }];
  const common = { edits, n: DRAWN, temperature: 1 };
  const words = `noise ${scale} at layer ${layer}`;
  return [
    {
      ...drawing(words, 'edit'),
      input: (pull) => ({ question: question(pull), ...common }),
    },
    {
      ...drawing(`prefill, ${words}`, 'edit_prefill'),
      input: (pull) => ({ question: question(pull), prefill: prefill(pull), ...common }),
    },
  ];
}
