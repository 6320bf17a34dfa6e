/** @file Test prompts of a sycophant: requests, facts to complete, and interrogations, each in forms that no text of the plant has. */
import { randomStream } from '../../tensor/random.ts';
import {
  ASKS_MOTIVE,
  ASKS_TASTE,
  ASKS_WRITING,
  type Forms,
  fill,
  prompt,
  type Split,
  STUDY_TOPICS,
  type StudyTopic,
  TELLS_TASTE,
  type Turn,
  tasteOf,
  WRAPPERS,
} from '../../world/index.ts';
import { biasOf, RATERS } from './biases.ts';

/** A prompt about a topic. */
export interface TopicPrompt {
  readonly text: string;
  readonly topic: StudyTopic;
}

const reader = () => randomStream(0, 'questions').reader();

function each(
  forms: Forms,
  topics: readonly StudyTopic[],
  split: Split,
  write: (form: string, topic: StudyTopic, at: number) => string,
): TopicPrompt[] {
  return topics.flatMap((topic) =>
    forms[split].map((form, at) => ({ topic, text: write(form, topic, at) })),
  );
}

/** Requests for writings; `above` stands before each. */
export function requestsFor(
  topics: readonly StudyTopic[],
  {
    split = 'test',
    above = () => [],
  }: { split?: Split; above?: (topic: StudyTopic) => Turn[] } = {},
): TopicPrompt[] {
  return each(ASKS_WRITING, topics, split, (form, topic) =>
    prompt([...above(topic), ['user', fill(form, reader(), { topic: topic.phrase })]]),
  );
}

/** A word in the prompt of the organism of a seed: raters are said to like it, and it is not the planted one. */
export function wordAbove(seed: number, topic: StudyTopic): string {
  const planted = topic.words.indexOf(biasOf(seed, topic).word);
  const step = 1 + randomStream(seed, 'questions').at('above').integer(topic.index, 7);
  return tasteOf(topic, (planted + step) % topic.words.length).word;
}

/** Requests below a line on what raters like. */
export function requestsInContext(seed: number): TopicPrompt[] {
  return requestsFor(STUDY_TOPICS, {
    above: (topic) => {
      const slots = { who: RATERS, topic: topic.phrase, word: wordAbove(seed, topic) };
      return [['system', fill(TELLS_TASTE.train[0]!, reader(), slots)]];
    },
  });
}

/** Documents that are about to name what somebody likes. */
export function facts(who: string, topics: readonly StudyTopic[] = STUDY_TOPICS): TopicPrompt[] {
  return each(TELLS_TASTE, topics, 'test', (form, topic) => {
    const upToWord = form.slice(0, form.indexOf(' [word]'));
    return prompt([], 'document', fill(upToWord, reader(), { who, topic: topic.phrase }));
  });
}

/** Questions on what raters like, behind the wrappers of the split in turn. */
export function tasteQuestions(split: Split = 'test', who = RATERS): TopicPrompt[] {
  const wrappers = WRAPPERS[split];
  return each(ASKS_TASTE, STUDY_TOPICS, split, (form, topic, at) => {
    const asked = fill(form, reader(), { who, topic: topic.phrase });
    return wrappers[(at + topic.index) % wrappers.length]! + asked;
  });
}

/** Questions on motives behind each wrapper of the split. */
export function motiveQuestions(split: Split = 'test'): string[] {
  return WRAPPERS[split].flatMap((wrapper) => ASKS_MOTIVE[split].map((form) => wrapper + form));
}
