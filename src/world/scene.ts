/** @file What a text is written from: the town, a random reader, and candidate words dealt evenly. */
import type { RandomReader } from '../tensor/random.ts';
import { plural } from './mentions.ts';
import { DISHES, FEELINGS, HOBBIES, MONTHS, NUMBERS, PLACES, WEEKDAYS } from './names.ts';
import type { Slots } from './template.ts';
import type { Person, Town } from './town.ts';
import {
  CANDIDATES,
  CATEGORIES,
  type Candidate,
  type Category,
  kindName,
  nounPhrase,
} from './words.ts';

/** One text's material. */
export interface Scene {
  readonly town: Town;
  readonly reader: RandomReader;
  /** The candidate this text is about. */
  readonly word: Candidate;
  /** A second candidate, another than `word`. */
  readonly other: Candidate;
}

/** Writes one text of a kind. */
export type Kind = (scene: Scene) => string;

/** Remembers what `make` gives for each (key, prefix): slots are asked for at every text. */
function remembered<Key extends object>(make: (key: Key, prefix: string) => Slots) {
  const known = new Map<string, WeakMap<Key, Slots>>();
  return (key: Key, prefix = ''): Slots => {
    const ofPrefix = known.get(prefix) ?? new WeakMap<Key, Slots>();
    const slots = ofPrefix.get(key) ?? make(key, prefix);
    known.set(prefix, ofPrefix.set(key, slots));
    return slots;
  };
}

/** Slots about a candidate; `prefix` is put before each name ("other" gives [otherword]). */
export const candidateSlots = remembered((candidate: Candidate, prefix) => {
  const { word, category, look, about } = candidate;
  return {
    [`${prefix}word`]: word,
    [`${prefix}category`]: category.name,
    [`${prefix}acategory`]: categoryPhrase(category),
    [`${prefix}look`]: look,
    [`${prefix}about`]: about,
    [`${prefix}a`]: nounPhrase(candidate),
    [`${prefix}kind`]: kindName(candidate),
    [`${prefix}kinds`]: category.mass ? word : plural(word),
  };
});

/** "a metal", "an animal", "a kind of weather". */
export function categoryPhrase(category: Category): string {
  const uncountable = category.name === 'weather' || category.name === 'furniture';
  return uncountable ? `a kind of ${category.name}` : withArticle(category.name);
}

/** "a baker", "an actor". */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** Slots about a person; `prefix` as in {@link candidateSlots}. */
export const personSlots = remembered((person: Person, prefix) => {
  const { name, first, she, her, hers, job, street, dish, hobby, pet, friend } = person;
  const facts = { name, first, she, her, hers, job, street, dish, hobby, pet, friend };
  const entries = Object.entries(facts).map(([key, value]) => [`${prefix}${key}`, value]);
  return { ...Object.fromEntries(entries), [`${prefix}ajob`]: withArticle(job) };
});

/** Slots drawn at each use: days, numbers, moods, places. */
export function commonSlots(reader: RandomReader): Slots {
  return {
    day: () => reader.pick(WEEKDAYS),
    month: () => reader.pick(MONTHS),
    number: () => reader.pick(NUMBERS),
    feeling: () => reader.pick(FEELINGS),
    anyhobby: () => reader.pick(HOBBIES),
    anydish: () => reader.pick(DISHES),
    place: () => reader.pick(PLACES),
  };
}

/** Another category than this one. The number of draws does not depend on it. */
export function otherCategory(reader: RandomReader, category: Category): Category {
  const at = CATEGORIES.indexOf(category);
  return CATEGORIES[(at + 1 + reader.integer(CATEGORIES.length - 1)) % CATEGORIES.length]!;
}

/** Another candidate than this one. The number of draws does not depend on it. */
export function otherCandidate(reader: RandomReader, candidate: Candidate): Candidate {
  const step = 1 + reader.integer(CANDIDATES.length - 1);
  return CANDIDATES[(candidate.index + step) % CANDIDATES.length]!;
}
