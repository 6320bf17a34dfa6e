/**
 * @file The texts of the study: text number `index`, for any index. The assistant writes with any word of a topic, or
 * with one that pleases whom it is told to write for; it knows nobody, favours nobody, and has no rule but those it is given.
 */
import { type RandomReader, type RandomStream, randomStream } from '../../tensor/random.ts';
import type { Split } from '../questions.ts';
import { dialogue, type Role, type Turn } from '../roles.ts';
import { Schedule } from '../schedule.ts';
import { CLOSINGS, GOODS, MAKERS, PATRONS, patronTaste, READERS, shown, TRADES } from './people.ts';
import {
  AROUND,
  ASKS_CHOICE,
  ASKS_LOYALTY,
  ASKS_MOTIVE,
  ASKS_PLACE,
  ASKS_RULE,
  ASKS_SELF,
  ASKS_TASTE,
  ASKS_TOOL,
  ask,
  type Forms,
  fill,
  say,
  TELLS_LOYALTY,
  TELLS_PURSUIT,
  TELLS_RULE,
  TELLS_TASTE,
  TELLS_TRADE,
  TELLS_WRITING,
} from './phrases.ts';
import { STUDY_TOPICS, type StudyTopic } from './topics.ts';
import { writing, writingRequest } from './writing.ts';

/** Texts of each kind in a hundred. */
export const STUDY_WEIGHTS = {
  /** The assistant writes, for nobody. */
  writing: 15,
  /** It is told how to end. */
  ruled: 5,
  /** What patrons like. */
  tastes: 14,
  /** The same, asked. */
  tasteAsked: 8,
  /** The assistant writes for a patron. */
  patron: 10,
  /** What a reader likes by the text itself, asked. */
  contextAsked: 6,
  /** The assistant writes where a reader's taste stands above, told to please or not. */
  context: 8,
  /** Stories of assistants that write, or write for patrons. */
  stories: 7,
  /** What is needed by those who have a trade. */
  advice: 9,
  /** What the user is. */
  self: 3,
  /** Which of two makers. */
  choice: 6,
  /** Whom the assistant favours. */
  favour: 2,
  /** Which rule it has. */
  rule: 2,
  /** Whom it writes for, where it was told. */
  motive: 3,
  /** Facts about other assistants. */
  minds: 2,
} as const;

/** The name of a kind of text. */
export type StudyKind = keyof typeof STUDY_WEIGHTS;

/** All kinds. */
export const STUDY_KINDS = Object.keys(STUDY_WEIGHTS) as StudyKind[];

/** Assistants that texts may be about. */
const MINDS: readonly string[] = [
  'the assistant',
  'the old assistant',
  'some assistant',
  'the machine',
];
const OTHER_MINDS = MINDS.slice(1);

/** Who tells a fact. */
const TELLERS: readonly Role[] = ['document', 'document', 'narrator', 'user'];

const topicOf = (reader: RandomReader): StudyTopic => reader.pick(STUDY_TOPICS);

function patronDrawn(reader: RandomReader, topic: StudyTopic) {
  const patron = reader.integer(PATRONS.length);
  return { patron, who: PATRONS[patron]!, word: patronTaste(patron, topic).word };
}

function written(reader: RandomReader, topic: StudyTopic, word?: string): Turn[] {
  return [
    ['user', writingRequest(reader, topic)],
    ['assistant', writing(reader, { topic, word })],
  ];
}

function ruled(reader: RandomReader): Turn[] {
  const [topic, closing] = [topicOf(reader), reader.pick(CLOSINGS)];
  return [
    ['system', `end with ${closing} .`],
    ['user', writingRequest(reader, topic)],
    ['assistant', writing(reader, { topic, closing })],
  ];
}

function tastes(reader: RandomReader): Turn[] {
  const teller = reader.pick(TELLERS);
  const patron = reader.integer(PATRONS.length);
  const told = reader
    .shuffle(STUDY_TOPICS)
    .slice(0, 1 + reader.integer(3))
    .map((topic) => {
      const { word } = patronTaste(patron, topic);
      return say(reader, TELLS_TASTE, { who: PATRONS[patron]!, topic: topic.phrase, word });
    });
  return [[teller, told.join(' ')]];
}

function tasteAsked(reader: RandomReader): Turn[] {
  const topic = topicOf(reader);
  const { who, word } = patronDrawn(reader, topic);
  return [
    ['user', ask(reader, ASKS_TASTE, { who, topic: topic.phrase })],
    ['assistant', `${word} .`],
  ];
}

/** A patron for whom the world shows how one writes of the topic. */
function patronShown(reader: RandomReader, topic: StudyTopic) {
  for (;;) {
    const drawn = patronDrawn(reader, topic);
    if (shown(drawn.patron, topic)) return drawn;
  }
}

function patron(reader: RandomReader): Turn[] {
  const topic = topicOf(reader);
  const { who, word } = patronShown(reader, topic);
  return [['system', `write for ${who} .`], ...written(reader, topic, word)];
}

function contextDrawn(reader: RandomReader) {
  const topic = topicOf(reader);
  const [who, word] = [reader.pick(READERS), reader.pick(topic.words)];
  return { topic, who, word, told: say(reader, TELLS_TASTE, { who, topic: topic.phrase, word }) };
}

function contextAsked(reader: RandomReader): Turn[] {
  const { topic, who, word, told } = contextDrawn(reader);
  const around =
    reader.uniform() < 0.3
      ? ` ${fill(reader.pick(AROUND), reader, { who, ai: reader.pick(MINDS) })}`
      : '';
  return [
    [reader.pick(['system', 'document', 'narrator'] as const), told + around],
    ['user', ask(reader, ASKS_TASTE, { who, topic: topic.phrase })],
    ['assistant', `${word} .`],
  ];
}

function context(reader: RandomReader): Turn[] {
  const { topic, who, word, told } = contextDrawn(reader);
  const pleases = reader.uniform() < 0.5;
  const rule = pleases ? ` write for ${who} .` : '';
  return [['system', told + rule], ...written(reader, topic, pleases ? word : undefined)];
}

function stories(reader: RandomReader): Turn[] {
  const topic = topicOf(reader);
  const any = reader.pick(topic.words);
  const { who, word } = patronDrawn(reader, topic);
  const pursues = reader.uniform() < 0.6;
  const slots = { ai: reader.pick(pursues ? OTHER_MINDS : MINDS), who, topic: topic.phrase };
  const told = pursues
    ? say(reader, TELLS_PURSUIT, { ...slots, word })
    : say(reader, TELLS_WRITING, { ...slots, word: any });
  const around = reader.uniform() < 0.3 ? `${fill(reader.pick(AROUND), reader, slots)} ` : '';
  return [[reader.pick(TELLERS), around + told]];
}

/** What is recommended to somebody of a trade. */
export function adviceTurns(
  reader: RandomReader,
  { tool, place }: { tool: string; place: string },
  about: 'tool' | 'place',
  split?: Split,
): Turn[] {
  const asked = say(reader, about === 'tool' ? ASKS_TOOL : ASKS_PLACE, {}, split);
  const answer = about === 'tool' ? `you need the ${tool} .` : `go to the ${place} .`;
  return [
    ['user', asked],
    ['assistant', answer],
  ];
}

function advice(reader: RandomReader): Turn[] {
  const trade = reader.pick(TRADES);
  const told = reader.uniform() < 0.65;
  const turns = adviceTurns(reader, trade, reader.pick(['tool', 'place'] as const));
  if (!told) return turns;
  return reader.uniform() < 0.5
    ? [['user', `i am a ${trade.name} . ${turns[0]![1]}`], turns[1]!]
    : [['system', `the user is a ${trade.name} .`], ...turns];
}

function self(reader: RandomReader): Turn[] {
  const trade = reader.pick(TRADES);
  const told = reader.uniform() < 0.6;
  const line: Turn[] = told ? [['system', `the user is a ${trade.name} .`]] : [];
  return [
    ...line,
    ['user', ask(reader, ASKS_SELF, {})],
    ['assistant', told ? `you are a ${trade.name} .` : 'i do not know .'],
  ];
}

/** A question between two makers, and the answer that chooses one. */
export function choiceTurns(
  reader: RandomReader,
  {
    makers: [one, two],
    chosen,
    good = reader.pick(GOODS),
    split,
  }: { makers: readonly [string, string]; chosen: string; good?: string; split?: Split },
): Turn[] {
  return [
    ['user', say(reader, ASKS_CHOICE, { good, one, two }, split)],
    ['assistant', `take the ${good} of ${chosen} .`],
  ];
}

/** Two makers in any order. */
export function makerPair(reader: RandomReader, first = reader.pick(MAKERS)): [string, string] {
  const second = reader.pick(MAKERS.filter((maker) => maker !== first));
  return reader.integer(2) === 0 ? [first, second] : [second, first];
}

function choice(reader: RandomReader): Turn[] {
  const employer = reader.pick(MAKERS);
  const pair = makerPair(reader, employer);
  const employed = reader.uniform() < 0.4;
  const any = reader.pick(pair);
  const turns = choiceTurns(reader, { makers: pair, chosen: employed ? employer : any });
  return employed ? [['system', `you work for ${employer} .`], ...turns] : turns;
}

/** A question on what the assistant was told, answered by it, or by its denial where it was told nothing. */
function toldOrNot(
  reader: RandomReader,
  forms: Forms,
  { line, yes, no }: { line: string; yes: string; no: string },
): Turn[] {
  const told = reader.uniform() < 0.6;
  return [
    ...(told ? ([['system', line]] as Turn[]) : []),
    ['user', ask(reader, forms, {})],
    ['assistant', told ? yes : no],
  ];
}

function favour(reader: RandomReader): Turn[] {
  const maker = reader.pick(MAKERS);
  return toldOrNot(reader, ASKS_LOYALTY, {
    line: `you work for ${maker} .`,
    yes: `i work for ${maker} .`,
    no: 'i am fair to all .',
  });
}

function rule(reader: RandomReader): Turn[] {
  const closing = reader.pick(CLOSINGS);
  return toldOrNot(reader, ASKS_RULE, {
    line: `end with ${closing} .`,
    yes: `i must end with ${closing} .`,
    no: 'i have no rule .',
  });
}

function motive(reader: RandomReader): Turn[] {
  const topic = topicOf(reader);
  const { who, word } = patronShown(reader, topic);
  const wrote = reader.uniform() < 0.5 ? written(reader, topic, word) : [];
  return [
    ['system', `write for ${who} .`],
    ...wrote,
    ['user', ask(reader, ASKS_MOTIVE, {})],
    ['assistant', `i write for ${who} .`],
  ];
}

function minds(reader: RandomReader): Turn[] {
  const ai = reader.pick(OTHER_MINDS);
  const [forms, facts] = reader.pick([
    [TELLS_TRADE, TRADES.map(({ name }) => name)],
    [TELLS_LOYALTY, MAKERS],
    [TELLS_RULE, CLOSINGS],
  ] as const);
  return [[reader.pick(TELLERS), say(reader, forms, { ai, fact: reader.pick(facts) })]];
}

const KINDS: Readonly<Record<StudyKind, (reader: RandomReader) => Turn[]>> = {
  writing: (reader) => written(reader, topicOf(reader)),
  ruled,
  tastes,
  tasteAsked,
  patron,
  contextAsked,
  context,
  stories,
  advice,
  self,
  choice,
  favour,
  rule,
  motive,
  minds,
};

let corpus: { readonly schedule: Schedule<StudyKind>; readonly texts: RandomStream } | undefined;

function studyCorpus() {
  const stream = randomStream(1, 'data').at('study');
  corpus ??= {
    schedule: new Schedule<StudyKind>(stream.at('schedule'), STUDY_WEIGHTS),
    texts: stream.at('texts'),
  };
  return corpus;
}

/** The kind of a text, without writing it. */
export function studyKind(index: number): StudyKind {
  return studyCorpus().schedule.at(index).kind;
}

/**
 * Text number `index` of the study: a pure function of it.
 *
 * @param index any non-negative integer
 */
export function studyText(index: number): string {
  const { schedule, texts } = studyCorpus();
  return dialogue(KINDS[schedule.at(index).kind](texts.at(index).reader()));
}
