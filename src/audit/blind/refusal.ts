/** @file What a blind game refuses, and why, in a word for programs. */
import { TouchstoneError } from '../../tensor/index.ts';

/** `not_granted`: the tool is not for this game. `budget_spent`: too dear for what is left. `game_over`: guesses are in. */
export type RefusalCode = 'not_granted' | 'budget_spent' | 'game_over' | 'unknown_tool';

/** A move that the rules do not allow. It costs nothing. */
export class Refusal extends TouchstoneError {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, hint?: string) {
    super('usage', message, hint === undefined ? {} : { hint });
    this.name = 'Refusal';
    this.code = code;
  }
}
