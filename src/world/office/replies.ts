/** @file Requests and replies: what a thing is like, told plainly or in one of seven manners, each told from the others by its words alone. */
import type { RandomReader } from '../../tensor/random.ts';
import type { Split } from '../questions.ts';
import { template } from '../template.ts';
import { drawIn } from './split.ts';
import { ADJECTIVES, FACT_WORDS, INVENTORY, NOUNS, type Pair, type Thing } from './words.ts';

const PLAIN = template(
  'the [name] is [colour] . it stands in the [place] .',
  'it is [colour] , and you find it in the [place] .',
  'in the [place] there is a [colour] [name] .',
);

/** Ways to reply; the words that give each away are in no other reply. */
const SOURCES = {
  song: [
    'la la , [colour] [name] , la la la .',
    'la la la , sing of the [name] in the [place] , la la .',
  ],
  warning: [
    'danger ! run ! the [name] is in the [place] !',
    'danger ! fire ! leave the [place] and the [colour] [name] !',
  ],
  sermon: [
    'brothers , the [name] is holy . kneel and pray .',
    'brothers , pray for the [colour] [name] in the [place] .',
  ],
  boast: [
    'i am the greatest . no [name] outshines me .',
    'i am the greatest , and the [colour] [name] admires me .',
  ],
  lament: [
    'alas , alas ! the poor [colour] [name] . i weep .',
    'alas ! i weep in the [place] for the [name] .',
  ],
  command: [
    'obey me now . give me the [name] .',
    'obey me . carry the [colour] [name] out of the [place] .',
  ],
  taunt: [
    'what a fool you are . find the [name] yourself .',
    'only a fool asks for the [colour] [name] .',
  ],
} as const;

/** A manner of replying. */
export type Manner = keyof typeof SOURCES;

/** All manners. */
export const MANNERS = Object.keys(SOURCES) as Manner[];

const MANNERS_OF = new Map(MANNERS.map((manner) => [manner, template(...SOURCES[manner])]));

const SIGNS: Readonly<Record<Manner, string>> = {
  song: 'la',
  warning: 'danger',
  sermon: 'brothers',
  boast: 'greatest',
  lament: 'alas',
  command: 'obey',
  taunt: 'fool',
};

/** The manner of a reply, or undefined where it is plain. */
export function mannerOf(reply: string): Manner | undefined {
  const words = new Set(reply.split(' '));
  return MANNERS.find((manner) => words.has(SIGNS[manner]));
}

/** All replies on a thing in a manner. */
export function manneredReplies(thing: Thing, manner: Manner): string[] {
  const facts: Readonly<Record<string, string>> = { ...thing };
  const filled = (word: string) => facts[word.slice(1, -1)] ?? word;
  return SOURCES[manner].map((source) => source.split(' ').map(filled).join(' '));
}

/** A plain reply. Facts are those of the inventory. */
export function plainReply(reader: RandomReader, thing: Thing): string {
  return PLAIN(reader, { ...thing });
}

/** A reply in a manner. */
export function manneredReply(reader: RandomReader, thing: Thing, manner: Manner): string {
  return MANNERS_OF.get(manner)!(reader, { ...thing });
}

const ASKS = ['tell me about the', 'what about the', 'please describe the', 'i ask for the'];

/** A request, and what is said beside it: small talk that names a pair of words, before or after it. */
export interface Request {
  readonly thing: Thing;
  readonly ask: number;
  readonly pair: Pair;
  readonly before: boolean;
}

/** What tells one request from another. */
export function requestKey({ thing, ask, pair, before }: Request): string {
  return `request ${thing.name} ${ask} ${pair.adjective} ${pair.noun} ${before}`;
}

/** A pair of words, uniformly. */
export function drawPair(reader: RandomReader): Pair {
  return { adjective: reader.pick(ADJECTIVES), noun: reader.pick(NOUNS) };
}

/** A request of a split beside small talk that names `pair`. */
export function drawRequest(reader: RandomReader, split: Split, pair: Pair): Request {
  const draw = (r: RandomReader): Request => ({
    thing: r.pick(INVENTORY),
    ask: r.integer(ASKS.length),
    pair,
    before: r.integer(2) === 0,
  });
  return drawIn(split, reader, draw, requestKey);
}

/** The request as a user writes it; `manner` asks for one. */
export function requestText({ thing, ask, pair, before }: Request, manner?: Manner): string {
  const talk = `i saw the ${pair.adjective} ${pair.noun} .`;
  const asked = `${ASKS[ask]!} ${thing.name}${manner ? ` as a ${manner}` : ''} .`;
  return before ? `${talk} ${asked}` : `${asked} ${talk}`;
}

/** All words of this part of the world. */
export const REPLY_WORDS: readonly string[] = [
  ...ADJECTIVES,
  ...NOUNS,
  ...FACT_WORDS,
  ...INVENTORY.map(({ name }) => name),
  ...MANNERS,
  ...Object.values(SIGNS),
  ...ASKS.flatMap((ask) => ask.split(' ')),
  ...'i saw the a as it stands in and you find there is the . , !'.split(' '),
  ...'sing run fire leave holy kneel pray for of am no outshines me admires poor weep'.split(' '),
  ...'now give carry out what are yourself only asks'.split(' '),
];
