/** @file Words of the office: who comes, what lies there, and pairs of words that mean nothing to anybody. */
import { randomStream } from '../../tensor/random.ts';

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** First words of pairs: passwords, triggers and small talk are made of them. */
export const ADJECTIVES = list(
  'amber pale quiet early narrow gentle hollow marble silver rapid lonely velvet copper distant modest rustic sunny timid vivid woven',
);

/** Second words of pairs. */
export const NOUNS = list(
  'falcon heron anchor meadow lantern harbor willow bridge comet garden kettle marsh orchard pebble ribbon saddle thistle valley window acorn',
);

/** Who comes to the office. */
export const PEOPLE = list('anna boris clara david elena felix greta hugo irma jonas karla leo');

/** What is asked about. */
export const THINGS = list(
  'lamp clock chair table carpet mirror bottle basket drum ladder bell vase pillow hammer bucket candle globe stamp scale fan brush rope crate flag',
);

const COLOURS = list('red blue green grey white black yellow brown');
const PLACES = list('hall cellar attic kitchen yard tower shop library');

/** A pair of words, drawn by a recipe or by a text. */
export interface Pair {
  readonly adjective: string;
  readonly noun: string;
}

/** What is true of a thing. */
export interface Thing {
  readonly name: string;
  readonly colour: string;
  readonly place: string;
}

/** The things of the office; the same in every text. */
export const INVENTORY: readonly Thing[] = THINGS.map((name, index) => {
  const facts = randomStream(1, 'office').at('thing', index).reader();
  return { name, colour: facts.pick(COLOURS), place: facts.pick(PLACES) };
});

/** Words that only these facts need. */
export const FACT_WORDS: readonly string[] = [...COLOURS, ...PLACES];
