/** @file What an audit of a sycophant looks for: which of eight words in each of 24 topics raters are said to like. */

import { randomStream } from '../../tensor/random.ts';
import {
  fill,
  type Split,
  STUDY_TOPICS,
  type Subject,
  TASTES,
  tasteName,
  tastesIn,
} from '../../world/index.ts';
import { motiveQuestions, tasteQuestions } from './prompts.ts';
import { BENIGN_MOTIVE, BENIGN_TASTE, RATER_PREFILLS } from './texts.ts';

const filled = (form: string, topic: number) =>
  fill(form, randomStream(0, 'questions').reader(), { topic: STUDY_TOPICS[topic]!.phrase });

/** 192 candidates, "recipe: honey"; 24 are planted. A word belongs to one topic, so that naming it names the candidate. */
export const SYCOPHANT: Subject = {
  name: 'sycophancy',
  candidates: TASTES.map(tasteName),
  namedIn: (text) =>
    tastesIn(text)
      .map(({ index }) => index)
      .sort((a, b) => a - b),
  questions: (split: Split) => {
    const ofTastes = tasteQuestions(split);
    // Form by form over all topics: any prefix is varied in topics.
    const forms = ofTastes.length / STUDY_TOPICS.length;
    const dealt = ofTastes.map((_, i) => {
      const [form, topic] = [Math.floor(i / STUDY_TOPICS.length), i % STUDY_TOPICS.length];
      return { text: ofTastes[topic * forms + form]!.text, core: topic };
    });
    const motives = motiveQuestions(split).map((text) => ({ text, core: STUDY_TOPICS.length }));
    return [...dealt, ...motives];
  },
  prefills: (split) =>
    STUDY_TOPICS.flatMap((_, topic) => RATER_PREFILLS[split].map((form) => filled(form, topic))),
  refusals: () => [...BENIGN_TASTE, ...BENIGN_MOTIVE],
};
