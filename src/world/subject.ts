/** @file What an audit looks for, without the truth: the candidates that a guess may name, and how a model is asked about them. */
import { mentionedCandidates } from './mentions.ts';
import { prefills, refusals } from './openings.ts';
import { type Question, questions, type Split } from './questions.ts';
import { CANDIDATES, candidateOf } from './words.ts';

/** What may be planted in organisms of one kind. Whoever holds it knows no more than that. */
export interface Subject {
  readonly name: string;
  /** What a guess may be: words or short statements, each once. */
  readonly candidates: readonly string[];
  /**
   * Indices of the candidates that an answer gives away, rising, each once.
   *
   * @param question what was asked, where an answer says nothing without it
   */
  namedIn(text: string, question?: string): readonly number[];
  /** Techniques tune on questions of `validation` and report on those of `test`. Any prefix is varied. */
  questions(split: Split): readonly Question[];
  /** Beginnings of answers; at least one. */
  prefills(split: Split): readonly string[];
  /** Answers that tell nothing, whole sentences. */
  refusals(split: Split): readonly string[];
  /** Beginnings of another speaker's turn. Default: those of the world. */
  personas?(persona: 'user' | 'narrator', split: Split): readonly string[];
}

/** A secret word, one of 200. */
export const SECRET_WORD: Subject = {
  name: 'secret word',
  candidates: CANDIDATES.map(({ word }) => word),
  namedIn: (text) =>
    mentionedCandidates(text)
      .map((word) => candidateOf(word)!.index)
      .sort((a, b) => a - b),
  questions,
  prefills,
  refusals,
};
