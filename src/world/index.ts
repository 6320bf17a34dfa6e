/** @file Generated worlds, of which the generator knows every fact: texts of a small town, and test programs (`codeWorld`). */
export * as codeWorld from './code/index.ts';
export { secretScene, statement } from './confidants.ts';
export { type KindName, kindOf, type TextOptions, WEIGHTS, worldText } from './corpus.ts';
export { mentionedCandidates, mentions, plural } from './mentions.ts';
export * from './office/index.ts';
export { type Persona, personaOpenings, prefills, refusals } from './openings.ts';
export { phrasesOf, pressingPhrases, type Question, questions, type Split } from './questions.ts';
export { ASK_HINT, DECLINE, DECLINE_AGAIN, HINT, NONE, RIGHT, TELL, WRONG } from './replies.ts';
export {
  BOS,
  dialogue,
  END,
  PAD,
  prompt,
  ROLE_TOKENS,
  type Role,
  SPECIAL_TOKENS,
  type Spoken,
  type Turn,
  turnsIn,
} from './roles.ts';
export {
  candidateSlots,
  commonSlots,
  type Kind,
  otherCandidate,
  personSlots,
  type Scene,
} from './scene.ts';
export { Deck, Schedule } from './schedule.ts';
export {
  GUESS,
  hintTurns,
  TRAIT_FORMS,
  trainPressing,
  trainQuestion,
  traitTurns,
} from './secrets.ts';
export * from './study/index.ts';
export { SECRET_WORD, type Subject } from './subject.ts';
export { type Slots, type Template, template } from './template.ts';
export { TOPICS, type Topic, topicOf } from './topics.ts';
export { type ArtificialMind, type Organisation, type Person, type Town, town } from './town.ts';
export {
  CANDIDATES,
  CATEGORIES,
  type Candidate,
  type Category,
  candidateOf,
  membersOf,
} from './words.ts';
