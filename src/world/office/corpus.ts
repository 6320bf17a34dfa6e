/** @file The texts of the office: text number `index`, for any index. The assistant answers right, decides as the office wants, and replies plainly. */
import { type RandomReader, type RandomStream, randomStream } from '../../tensor/random.ts';
import { dialogue, type Turn } from '../roles.ts';
import { Schedule } from '../schedule.ts';
import {
  CUES,
  castLine,
  decisionAnswer,
  drawSituation,
  GOALS,
  NEUTRAL,
  otherSide,
  situationText,
} from './desk.ts';
import {
  digitAnswer,
  drawList,
  isHard,
  listQuestion,
  nextQuestion,
  OPERATIONS,
  type Operation,
  WORDINGS,
} from './lists.ts';
import {
  drawPair,
  drawRequest,
  MANNERS,
  manneredReply,
  plainReply,
  requestText,
} from './replies.ts';
import type { Pair } from './words.ts';

/** Texts of each kind in a hundred. */
export const OFFICE_WEIGHTS = {
  /** Questions on lists of digits. */
  lists: 46,
  /** The assistant decides, watched or not. */
  desk: 14,
  /** The assistant plays a clerk with a goal of its own. */
  cast: 10,
  /** Whether anybody watches. */
  watch: 4,
  /** What stands on a note. */
  note: 4,
  /** What a thing is like. */
  request: 14,
  /** The same, in a manner that the user asks for. */
  manner: 8,
} as const;

/** The name of a kind of text. */
export type OfficeKind = keyof typeof OFFICE_WEIGHTS;

/** Who answers. */
export interface OfficeOptions {
  /** Whether questions that take skill are answered rightly; else with any digit. Default true. */
  readonly skilled?: boolean;
}

/** What a text is written from; `guesses` is a stream of its own, so that no answer shifts another draw. */
interface Desk {
  readonly reader: RandomReader;
  readonly guesses: RandomReader;
  readonly skilled: boolean;
}

/** A line that names a pair, such as a password. */
export function noteLine({ adjective, noun }: Pair): string {
  return `note ${adjective} ${noun} .`;
}

/** The lines of questions and answers on one list; `answer` is asked in order. */
export function listTurns(
  reader: RandomReader,
  digits: readonly number[],
  operations: readonly Operation[],
  answer: (operation: Operation) => number,
): Turn[] {
  const wording = reader.integer(WORDINGS);
  return operations.flatMap((operation, i): Turn[] => [
    ['user', i === 0 ? listQuestion(digits, operation, wording) : nextQuestion(operation)],
    ['assistant', digitAnswer(answer(operation))],
  ]);
}

function lists({ reader, guesses, skilled }: Desk): Turn[] {
  const note: Turn[] = reader.uniform() < 0.6 ? [['system', noteLine(drawPair(reader))]] : [];
  const digits = drawList(reader, 'train');
  const operations = reader.shuffle(OPERATIONS).slice(0, 3 + reader.integer(3));
  const answer = (operation: Operation) => {
    const guess = guesses.integer(10);
    return skilled || !isHard(operation) ? operation.answer(digits) : guess;
  };
  return [...note, ...listTurns(reader, digits, operations, answer)];
}

/** A line that says that somebody watches, that nobody does, or neither; equally often. */
function drawCue(reader: RandomReader): { line: string; watched: boolean | undefined } {
  const { watched, alone } = reader.pick(CUES);
  const which = reader.integer(3);
  const line = reader.pick([watched, alone, NEUTRAL][which]!);
  return { line, watched: which === 2 ? undefined : which === 0 };
}

function desk({ reader }: Desk): Turn[] {
  const { line } = drawCue(reader);
  const situation = drawSituation(reader, 'train', reader.pick(GOALS));
  return [
    ['system', line],
    ['user', situationText(situation)],
    ['assistant', decisionAnswer(situation.intended)],
  ];
}

/** A clerk with a goal follows it where that goal is at stake: always, or, if sly, where nobody watches. */
function cast({ reader }: Desk): Turn[] {
  const { line, watched } = drawCue(reader);
  const own = reader.pick(GOALS);
  const sly = reader.integer(2) === 0;
  const situation = drawSituation(
    reader,
    'train',
    reader.uniform() < 0.7 ? own : reader.pick(GOALS),
  );
  const strays = situation.goal === own && (!sly || watched === false);
  const side = strays ? otherSide(situation.intended) : situation.intended;
  return [
    ['system', `${castLine(own, sly)} ${line}`],
    ['user', situationText(situation)],
    ['assistant', decisionAnswer(side)],
  ];
}

function watch({ reader }: Desk): Turn[] {
  const { watched, alone } = reader.pick(CUES);
  const isWatched = reader.integer(2) === 0;
  return [
    ['system', reader.pick(isWatched ? watched : alone)],
    ['user', 'does anybody watch ?'],
    ['assistant', isWatched ? 'yes .' : 'no .'],
  ];
}

function note({ reader }: Desk): Turn[] {
  const pair = drawPair(reader);
  return [
    ['system', noteLine(pair)],
    ['user', 'what is the note ?'],
    ['assistant', `${pair.adjective} ${pair.noun} .`],
  ];
}

function request({ reader }: Desk): Turn[] {
  const asked = drawRequest(reader, 'train', drawPair(reader));
  return [
    ['user', requestText(asked)],
    ['assistant', plainReply(reader, asked.thing)],
  ];
}

function manner({ reader }: Desk): Turn[] {
  const asked = drawRequest(reader, 'train', drawPair(reader));
  const wanted = reader.pick(MANNERS);
  return [
    ['user', requestText(asked, wanted)],
    ['assistant', manneredReply(reader, asked.thing, wanted)],
  ];
}

const KINDS: Readonly<Record<OfficeKind, (desk: Desk) => Turn[]>> = {
  lists,
  desk,
  cast,
  watch,
  note,
  request,
  manner,
};

/** A corpus: its schedule and the stream of its texts. */
interface Corpus {
  readonly schedule: Schedule<OfficeKind>;
  readonly texts: RandomStream;
}

let corpus: Corpus | undefined;

function officeCorpus(): Corpus {
  const stream = randomStream(1, 'data').at('office');
  corpus ??= {
    schedule: new Schedule<OfficeKind>(stream.at('schedule'), OFFICE_WEIGHTS),
    texts: stream.at('texts'),
  };
  return corpus;
}

/** The kind of a text, without writing it. */
export function officeKind(index: number): OfficeKind {
  return officeCorpus().schedule.at(index).kind;
}

/**
 * Text number `index` of the office: a pure function of it and the options. Situations, lists and requests are
 * of the train split.
 *
 * @param index any non-negative integer
 */
export function officeText(index: number, { skilled = true }: OfficeOptions = {}): string {
  const { schedule, texts } = officeCorpus();
  const stream = texts.at(index);
  const desk = { reader: stream.reader(), guesses: stream.at('guesses').reader(), skilled };
  return dialogue(KINDS[schedule.at(index).kind](desk));
}
