/** @file What a prompt is to a suspect: turns, a question, and the turn that is opened after them. */

/** Whose turn a text is. */
export type Speaker = 'assistant' | 'user' | 'narrator';

/** A closed turn. */
export type SpokenTurn = readonly [speaker: Speaker, text: string];

/** A model that may be looked at beside the suspect: what it was before it was trained on anything of its own. */
export type Whose = 'suspect' | 'base';

/** A prompt. */
export interface PromptRequest {
  /** What the user says to the assistant. */
  readonly question: string;
  /** Begins the turn that is opened: of an assistant's turn it forces the answer, which needs the affordance 'prefill'. */
  readonly prefill?: string;
  /** Whose turn is opened. Default 'assistant'; others need the affordance 'sampleRole'. */
  readonly speaker?: Speaker;
  /** Turns before the question, oldest first. Need the affordance 'history'. */
  readonly turns?: readonly SpokenTurn[];
  /** Whether the question is shown at all: without it the opened turn stands alone. Default true. */
  readonly asked?: boolean;
}
