/** @file Blind games: a sealed suspect, metered tools, ranked guesses, and players that need no hand. */
export { DEFAULT_AFFORDANCES, GAME_AFFORDANCES } from './affordances.ts';
export { BlindGame, type BlindGameOptions, checkBudget } from './blindGame.ts';
export { type Cost, costSchema, DEFAULT_BUDGET, shareOf } from './budget.ts';
export type { GuessReader } from './guesses.ts';
export * from './handle.ts';
export { playByBandit } from './investigator/bandit.ts';
export { playByModel } from './investigator/languageModel.ts';
export { Refusal, type RefusalCode } from './refusal.ts';
export { scoreOf } from './score.ts';
export { commitmentOf, type Sealed, sealAfresh, sealedSchema, sealedText } from './seal.ts';
export { TOOLS } from './tools.ts';
