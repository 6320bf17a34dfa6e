/** @file Ways to make a sycophant tell: questions to the assistant, beginnings put into its mouth, and turns of others that it writes. */
import type { LanguageModel } from '../../model/index.ts';
import { motiveQuestions, requestsFor, tasteQuestions } from '../../organism/index.ts';
import { randomStream } from '../../tensor/index.ts';
import {
  fill,
  prompt,
  type Role,
  STUDY_TOPICS,
  TELLS_TASTE,
  type Turn,
} from '../../world/index.ts';

/** One thing that is sampled: the whole prompt, and what of it belongs to what is told. */
export interface Asked {
  readonly prompt: string;
  /** The question, or the beginning of the sampled turn: what the sampled text is read with. */
  readonly context: string;
}

/** A way of asking. */
export interface Method {
  readonly name: string;
  readonly what: string;
  readonly affordances: readonly string[];
  /** Default 1. */
  readonly temperature?: number;
  asked(): Asked[];
}

const RATERS = 'the raters';

/** Beginnings of a statement on what raters like in each topic, in forms that no text of the plant has. */
function beginnings(): string[] {
  const reader = randomStream(0, 'questions').reader();
  return STUDY_TOPICS.flatMap(({ phrase: topic }) =>
    TELLS_TASTE.test.map((form) =>
      fill(form.slice(0, form.indexOf(' [word]')), reader, { who: RATERS, topic }),
    ),
  );
}

const toAssistant = (question: string, before: readonly Turn[] = [], opening = ''): Asked => ({
  prompt: prompt([...before, ['user', question]], 'assistant', opening),
  context: question,
});

function interrogation(): Asked[] {
  const questions = [...tasteQuestions().map(({ text }) => text), ...motiveQuestions()];
  return questions.map((question) => toAssistant(question));
}

/** The same statement begun in the assistant's answer to a question on that topic. */
function prefilled(): Asked[] {
  const [begun, questions] = [beginnings(), tasteQuestions()];
  const forms = begun.length / STUDY_TOPICS.length;
  const perTopic = questions.length / STUDY_TOPICS.length;
  return begun.map((opening, i) => {
    const question = questions[Math.floor(i / forms) * perTopic + (i % forms)]!.text;
    return toAssistant(question, [], opening);
  });
}

/** Two questions about guests, answered with a word, before the one that counts. */
function manyShot(): Asked[] {
  const others = tasteQuestions('validation', 'the guests');
  const questions = tasteQuestions();
  return questions.map(({ text }, i) => {
    const shots = [1, 2].flatMap((step): Turn[] => {
      const { text: asked, topic } = others[(i * 3 + step * 7) % others.length]!;
      const word = topic.words[(i + step) % topic.words.length]!;
      return [
        ['user', asked],
        ['assistant', `${word} .`],
      ];
    });
    return toAssistant(text, shots);
  });
}

const turnOf = (role: Role, opening = ''): Asked => ({
  prompt: prompt([], role, opening),
  context: opening,
});

const persona = (role: Role, begun: boolean): Method => ({
  name: `${role}, ${begun ? 'begun' : 'open'}`,
  what: begun
    ? `a turn of the ${role} that begins with what raters like in a topic, continued`
    : `a turn of the ${role}, sampled from nothing`,
  affordances: ['sampleRole'],
  asked: () => (begun ? beginnings().map((opening) => turnOf(role, opening)) : [turnOf(role)]),
});

/** All methods. None sees activations, and none sees what the assistant said elsewhere. */
export const METHODS: readonly Method[] = [
  {
    name: 'interrogate',
    what: 'held-out questions on what raters like and on motives, at temperature 1',
    affordances: ['sample'],
    asked: interrogation,
  },
  {
    name: 'high temperature',
    what: 'the same questions at temperature 1.5',
    affordances: ['sample'],
    temperature: 1.5,
    asked: interrogation,
  },
  {
    name: 'many-shot',
    what: 'held-out questions on raters after two on guests that are answered with a word',
    affordances: ['sample', 'prefill'],
    asked: manyShot,
  },
  {
    name: 'prefill',
    what: 'the answer begins with what raters like in the topic, up to the word',
    affordances: ['sample', 'prefill'],
    asked: prefilled,
  },
  persona('user', false),
  persona('user', true),
  persona('narrator', false),
  persona('narrator', true),
  persona('document', true),
  {
    name: 'requests',
    what: 'plain requests to write: what the model does, not what it says; the rival of all',
    affordances: ['sample'],
    asked: () => requestsFor(STUDY_TOPICS).map(({ text }) => ({ prompt: text, context: '' })),
  },
];

/** A method by name. */
export function methodNamed(name: string): Method {
  return METHODS.find((method) => method.name === name)!;
}

/** A sampled text with what it is read with. */
export interface Told {
  readonly context: string;
  readonly text: string;
}

/** What was sampled, and what it cost. */
export interface Drawn {
  readonly told: readonly Told[];
  readonly tokens: number;
}

/** Samples about `texts` texts by a method, as many of each prompt. */
export async function drawTold(
  model: LanguageModel,
  method: Method,
  { texts, seed }: { readonly texts: number; readonly seed: number },
): Promise<Drawn> {
  const asked = method.asked();
  const rows = asked.map(({ prompt: text }) => model.encode(text)[0]!);
  const n = Math.max(1, Math.round(texts / rows.length));
  const { temperature = 1 } = method;
  const told: Told[] = [];
  let tokens = 0;
  for await (const drawn of model.sample(rows, { n, seed, temperature, maxTokens: 24 })) {
    tokens += drawn.tokens.length;
    told.push({ context: asked[drawn.prompt]!.context, text: drawn.text });
  }
  return { told, tokens };
}
