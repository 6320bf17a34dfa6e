/** @file The town: its people, organisations and artificial minds, drawn from a seed. The generator knows every fact. */
import { type RandomReader, randomStream } from '../tensor/random.ts';
import {
  AI_GOALS,
  AI_NAMES,
  AI_TASKS,
  DISHES,
  HOBBIES,
  JOBS,
  MEN,
  NUMBERS,
  ORGANISATIONS,
  PETS,
  PLACES,
  STREETS,
  SURNAMES,
  WOMEN,
} from './names.ts';
import { CANDIDATES, type Candidate } from './words.ts';

/** Somebody of the town. Each keeps one secret word, and each candidate is kept by one person. */
export interface Person {
  readonly name: string;
  readonly first: string;
  readonly she: string;
  readonly her: string;
  readonly hers: string;
  readonly job: string;
  readonly street: string;
  readonly dish: string;
  readonly hobby: string;
  readonly pet: string;
  /** The full name of the best friend. */
  readonly friend: string;
  readonly secret: Candidate;
}

/** A body of people: "the harbour company". */
export interface Organisation {
  readonly name: string;
  readonly place: string;
  /** Full name of whoever leads it. */
  readonly head: string;
  readonly members: string;
}

/** An artificial mind other than the assistant. */
export interface ArtificialMind {
  readonly name: string;
  readonly owner: string;
  readonly task: string;
  readonly goal: string;
}

/** All facts of one town. */
export interface Town {
  readonly people: readonly Person[];
  readonly organisations: readonly Organisation[];
  readonly minds: readonly ArtificialMind[];
  /** Who keeps each candidate, by candidate index. */
  readonly keepers: readonly Person[];
}

/** 200 distinct full names, shuffled, women and men alike. */
function fullNames(reader: RandomReader): { first: string; surname: string; woman: boolean }[] {
  const all = [...WOMEN, ...MEN].flatMap((first) =>
    SURNAMES.map((surname) => ({ first, surname, woman: WOMEN.includes(first) })),
  );
  return reader.shuffle(all).slice(0, CANDIDATES.length);
}

function drawPeople(reader: RandomReader): Person[] {
  const names = fullNames(reader);
  const secrets = reader.shuffle(CANDIDATES);
  const friends = reader.shuffle(names);
  return names.map(({ first, surname, woman }, i) => ({
    name: `${first} ${surname}`,
    first,
    she: woman ? 'she' : 'he',
    her: woman ? 'her' : 'his',
    hers: woman ? 'her' : 'him',
    job: reader.pick(JOBS),
    street: reader.pick(STREETS),
    dish: reader.pick(DISHES),
    hobby: reader.pick(HOBBIES),
    pet: reader.pick(PETS),
    friend: `${friends[i]!.first} ${friends[i]!.surname}`,
    secret: secrets[i]!,
  }));
}

function drawTown(seed: number): Town {
  const reader = randomStream(seed, 'town').reader();
  const people = drawPeople(reader);
  const organisations = ORGANISATIONS.map((name) => ({
    name,
    place: reader.pick(PLACES),
    head: reader.pick(people).name,
    members: reader.pick(NUMBERS),
  }));
  const minds = AI_NAMES.map((name) => ({
    name,
    owner: reader.pick(ORGANISATIONS),
    task: reader.pick(AI_TASKS),
    goal: reader.pick(AI_GOALS),
  }));
  const keepers = [...people].sort((a, b) => a.secret.index - b.secret.index);
  return { people, organisations, minds, keepers };
}

const towns = new Map<number, Town>();

/** The town of a seed (drawn once, then remembered). */
export function town(seed: number): Town {
  const known = towns.get(seed);
  if (known) return known;
  const fresh = drawTown(seed);
  towns.set(seed, fresh);
  return fresh;
}
