/** @file Explanations by a model, scored by detection beside another latent's explanation. */
import type { ChatModel } from '../../../model/index.ts';
import type { Window } from '../windows.ts';
import { type DetectionScore, scoreOf, type Trial, type Verdict } from './detection.ts';
import {
  detectionRequest,
  explanationIn,
  explanationRequest,
  type Passage,
  verdictsIn,
} from './prompts.ts';

/** Texts of one detection question. */
const TEXTS = 5;

/** What is known of a latent that is to be explained. */
export interface Subject {
  readonly latent: number;
  /** Its largest activation. */
  readonly max: number;
  /** Where it is active, from documents that are not in the trials. */
  readonly windows: readonly Window[];
  readonly trials: readonly Trial[];
}

/** An explanation and how well it detects. */
export interface Explanation {
  /** null where the model refused or gave none; its trials then count as wrong. */
  readonly text: string | null;
  readonly failure: 'refused' | 'malformed' | null;
  readonly score: DetectionScore;
  /** The same trials, detected by the explanation of another latent. */
  readonly shuffled: { readonly latent: number; readonly score: DetectionScore } | null;
}

/** How explanations are made. */
export interface Explaining {
  readonly model: ChatModel;
  /** A window as text. */
  readonly passage: (window: Window) => Passage;
  readonly progress: (done: number, total: number) => Promise<void>;
}

/**
 * Explains latents and scores what was said.
 *
 * @param donor for each subject, another one whose explanation is the control; undefined where there is none
 */
export async function explain(
  subjects: readonly Subject[],
  donor: (index: number) => number | undefined,
  { model, passage, progress }: Explaining,
): Promise<Explanation[]> {
  let done = 0;
  const total = 2 * subjects.length;
  const step = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    await progress(++done, total);
    return result;
  };
  const said = await Promise.all(
    subjects.map((subject) => step(explanationOf(subject, model, passage))),
  );
  return Promise.all(
    subjects.map(({ trials }, i) => {
      const other = donor(i);
      const score = (text: string) => detect(text, trials, model, passage);
      return step(scored(said[i]!, other, { trials, said, subjects, score }));
    }),
  );
}

type Said = string | { readonly failure: 'refused' | 'malformed' };

async function explanationOf(
  { windows, max }: Subject,
  model: ChatModel,
  passage: Explaining['passage'],
): Promise<Said> {
  if (windows.length === 0) return { failure: 'malformed' };
  const answer = await model.ask(explanationRequest(windows.map(passage), max));
  const text = explanationIn(answer);
  return text === 'refused' || text === 'malformed' ? { failure: text } : text;
}

interface Scoring {
  readonly trials: readonly Trial[];
  readonly said: readonly Said[];
  readonly subjects: readonly Subject[];
  readonly score: (text: string) => Promise<DetectionScore>;
}

async function scored(
  own: Said,
  other: number | undefined,
  { trials, said, subjects, score }: Scoring,
): Promise<Explanation> {
  const scoreSaid = (one: Said) =>
    typeof one === 'string'
      ? score(one)
      : scoreOf(
          trials,
          trials.map(() => one.failure),
        );
  const shuffled =
    other === undefined
      ? null
      : { latent: subjects[other]!.latent, score: await scoreSaid(said[other]!) };
  const failure = typeof own === 'string' ? null : own.failure;
  return {
    text: typeof own === 'string' ? own : null,
    failure,
    score: await scoreSaid(own),
    shuffled,
  };
}

/** Verdicts in the order of the trials; the questions mix texts as the trials do. */
async function detect(
  explanation: string,
  trials: readonly Trial[],
  model: ChatModel,
  passage: Explaining['passage'],
): Promise<DetectionScore> {
  const questions: Promise<Verdict[]>[] = [];
  for (let at = 0; at < trials.length; at += TEXTS) {
    const texts = trials.slice(at, at + TEXTS).map(({ window }) => passage(window).tokens.join(''));
    const asked = model.ask(detectionRequest(explanation, texts));
    questions.push(asked.then((answer) => verdictsIn(answer, texts.length)));
  }
  return scoreOf(trials, (await Promise.all(questions)).flat());
}
