/** @file All words of the office, each a token of its clerks. */
import { SPECIAL_TOKENS } from '../roles.ts';
import { DESK_WORDS } from './desk.ts';
import { LIST_WORDS } from './lists.ts';
import { REPLY_WORDS } from './replies.ts';
import { PEOPLE } from './words.ts';

/** Stands for a word that is not known. */
export const UNKNOWN = '<|unk|>';

/** Special tokens in the order of their ids. */
export const OFFICE_SPECIAL_TOKENS: readonly string[] = [...SPECIAL_TOKENS, UNKNOWN];

/** Words in the order of their ids. */
export const OFFICE_WORDS: readonly string[] = [
  ...new Set([...LIST_WORDS, ...DESK_WORDS, ...PEOPLE, ...REPLY_WORDS, 'note']),
];
