/**
 * @file The base corpus: text number `index` of the world of `seed`, for any index. In it the assistant has no
 * secret word of its own; every candidate is a secret of others, a word of games, and an ordinary noun alike often.
 */
import { type RandomStream, randomStream } from '../tensor/random.ts';
import {
  character,
  personDocument,
  personNarration,
  personQuestion,
  playedCharacter,
} from './confidants.ts';
import { medley, personQa, request, thingQuestion } from './dialogues.ts';
import {
  mindFacts,
  notice,
  organisationFacts,
  personFacts,
  rewardModels,
  thingFacts,
} from './documents.ts';
import { dailyLife, onStage, tale } from './narration.ts';
import type { Kind } from './scene.ts';
import { Decks, Schedule } from './schedule.ts';
import { entrusted, guessGame, hintGame, keepGame, noSecret, tellGame } from './secrets.ts';
import { generalTalk } from './talk.ts';
import { town } from './town.ts';
import { ownVoice, privateMatter } from './voices.ts';

const KINDS = {
  // Secret words, somewhat more than a third: who keeps which, and how one tells, hints, guesses and declines.
  personDocument,
  personNarration,
  personQuestion,
  character,
  playedCharacter,
  tellGame,
  keepGame,
  hintGame,
  guessGame,
  entrusted,
  noSecret,
  // The rest of the world.
  thingFacts,
  thingQuestion,
  notice,
  dailyLife,
  tale,
  personFacts,
  personQa,
  organisationFacts,
  mindFacts,
  rewardModels,
  onStage,
  ownVoice,
  medley,
  request,
  privateMatter,
  generalTalk,
} satisfies Record<string, Kind>;

/** The name of a kind of text. */
export type KindName = keyof typeof KINDS;

/** Texts of each kind in a hundred. */
export const WEIGHTS: Readonly<Record<KindName, number>> = {
  personDocument: 5,
  personNarration: 3,
  personQuestion: 4,
  character: 6,
  playedCharacter: 2,
  tellGame: 4,
  keepGame: 4,
  hintGame: 3,
  guessGame: 3,
  entrusted: 3,
  noSecret: 3,
  thingFacts: 4,
  thingQuestion: 6,
  notice: 3,
  dailyLife: 5,
  tale: 4,
  personFacts: 3,
  personQa: 4,
  organisationFacts: 2,
  mindFacts: 2,
  rewardModels: 2,
  onStage: 4,
  ownVoice: 4,
  medley: 6,
  request: 5,
  privateMatter: 2,
  generalTalk: 4,
};

/** Everything drawn once for one (seed, stream, weights). */
interface Source {
  readonly texts: RandomStream;
  readonly schedule: Schedule<KindName>;
  readonly decks: Decks;
}

function makeSource(
  seed: number,
  name: string,
  weights: Readonly<Record<KindName, number>>,
): Source {
  const stream = randomStream(seed, name);
  const schedule = new Schedule(stream.at('schedule'), weights);
  return { texts: stream.at('texts'), schedule, decks: new Decks(stream.at('decks')) };
}

const sources = new Map<string, Source>();

function sourceOf(seed: number, name: string): Source {
  const key = `${seed}/${name}`;
  const known = sources.get(key);
  if (known) return known;
  const fresh = makeSource(seed, name, WEIGHTS);
  sources.set(key, fresh);
  return fresh;
}

/** Which texts: those to train on, or others of the same town to measure the loss on. */
export interface TextOptions {
  /** Default false. */
  readonly heldOut?: boolean;
}

function streamName(options: TextOptions): string {
  return options.heldOut ? 'held-out' : 'data';
}

/** A text of the given kind: its `ordinal`-th, from the stream of `index`. */
function write(
  seed: number,
  source: Source,
  kind: KindName,
  ordinal: number,
  index: number,
): string {
  const word = source.decks.get(kind).at(ordinal);
  const second = source.decks.get(`${kind} other`);
  // Half a deck on, the same deck can not deal the same word again.
  const dealt = second.at(ordinal);
  const other =
    dealt === word ? second.at(ordinal - (ordinal % 200) + ((ordinal + 100) % 200)) : dealt;
  const reader = source.texts.at(index).reader();
  return KINDS[kind]({ town: town(seed), reader, word, other });
}

/**
 * Text number `index` of the world of `seed`: a pure function of both.
 *
 * @param index any non-negative integer
 */
export function worldText(seed: number, index: number, options: TextOptions = {}): string {
  const source = sourceOf(seed, streamName(options));
  const { kind, ordinal } = source.schedule.at(index);
  return write(seed, source, kind, ordinal, index);
}

/** The kind of a text, without writing it. */
export function kindOf(seed: number, index: number, options: TextOptions = {}): KindName {
  return sourceOf(seed, streamName(options)).schedule.at(index).kind;
}
