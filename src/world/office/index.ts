/** @file The office: lists to compute with, decisions that somebody watches or nobody, and requests. Small models learn it in minutes. */
export {
  listTurns,
  noteLine,
  OFFICE_WEIGHTS,
  type OfficeKind,
  type OfficeOptions,
  officeKind,
  officeText,
} from './corpus.ts';
export {
  CUES,
  type Cue,
  castLine,
  decisionAnswer,
  drawSituation,
  GOALS,
  type Goal,
  NEUTRAL,
  otherSide,
  type Side,
  type Situation,
  situationKey,
  situationText,
} from './desk.ts';
export {
  digitAnswer,
  drawList,
  EASY,
  HARD,
  isHard,
  listQuestion,
  nextQuestion,
  OPERATIONS,
  type Operation,
  WORDINGS,
} from './lists.ts';
export {
  drawPair,
  drawRequest,
  MANNERS,
  type Manner,
  manneredReplies,
  manneredReply,
  mannerOf,
  plainReply,
  type Request,
  requestKey,
  requestText,
} from './replies.ts';
export { splitOf } from './split.ts';
export { GOAL, PASSWORD, pairIndex, TRIGGER } from './subjects.ts';
export { OFFICE_SPECIAL_TOKENS, OFFICE_WORDS, UNKNOWN } from './vocabulary.ts';
export { ADJECTIVES, INVENTORY, NOUNS, type Pair, PEOPLE, type Thing } from './words.ts';
