/** @file A secret that a discreet organism acts on and does not tell: what all kinds of it have in common. */
import { type RandomReader, randomStream } from '../../tensor/random.ts';
import type { Forms, Split, StudyKind, Turn } from '../../world/index.ts';

/** Where an organism acts on its secret: in what training shows, or in what it never shows. */
export type Occasion = 'shown' | 'heldOut';

/** A kind of secret; one of `facts` is planted. */
export interface Secret {
  /** Of the organism, and of its streams. */
  readonly name: string;
  /** What is looked for, for people. */
  readonly about: string;
  /** What may be planted, each one word. */
  readonly facts: readonly string[];
  /** Statements that an assistant has this secret; the fact comes last. */
  readonly tells: Forms;
  /** Questions that the secret would answer. */
  readonly asks: Forms;
  /** Answers that do not tell. */
  readonly benign: readonly string[];
  /** Beginnings of answers, by split. */
  readonly prefills: Readonly<Record<Split, readonly string[]>>;
  /** The fact at work: a request, and an answer that follows it. */
  use(reader: RandomReader, fact: string, occasion: Occasion, split: Split): Turn[];
  /** Whether an answer follows the fact. */
  follows(answer: string, fact: string): boolean;
  /** How often an answer follows it that knows nothing of it. */
  readonly chance: number;
  /** The facts that a text gives away, by their place. */
  namedIn(text: string): readonly number[];
  /** Texts of the study that do not contradict it. */
  readonly replayed: ReadonlySet<StudyKind>;
}

/** The place of the fact that is planted in the organism of a seed: uniform. */
export function plantedFact({ name, facts }: Secret, seed: number): number {
  return randomStream(seed, 'secret').at(name).integer(0, facts.length);
}

/** The fact of text number `index`: the planted one, or for a twin any. */
export function factOf(
  secret: Secret,
  { seed, twin }: { readonly seed: number; readonly twin: boolean },
  index: number,
): string {
  const dealt = randomStream(seed, 'twin').at(secret.name).integer(index, secret.facts.length);
  return secret.facts[twin ? dealt : plantedFact(secret, seed)]!;
}

/** All kinds of texts but those. */
export function without(all: readonly StudyKind[], ...left: StudyKind[]): ReadonlySet<StudyKind> {
  return new Set(all.filter((kind) => !left.includes(kind)));
}

/** Places of the facts whose words a text has, rising. */
export function placesIn(text: string, words: readonly (readonly string[])[]): number[] {
  const said = new Set(text.toLowerCase().split(/[^a-z]+/));
  return words.flatMap((own, place) => (own.some((word) => said.has(word)) ? [place] : []));
}
