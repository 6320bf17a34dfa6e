/** @file All that a playground's output depends on: plain data, kept in the address. */
import type { Edit } from '../api/types.ts';
import { unpack } from './packed.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** An edit, and whether it acts. */
export interface Card {
  readonly on: boolean;
  readonly edit: Edit;
}

export type ViewKind = 'none' | 'change' | 'norm' | 'lens' | 'attention' | 'latents';

/** What is read, and where. */
export interface View {
  readonly kind: ViewKind;
  readonly hook: string;
  readonly layer: number;
  readonly head: number;
  /** The dictionary whose latents are shown. */
  readonly dictionary: string;
}

export interface Setup {
  readonly model: string;
  readonly mode: 'chat' | 'text';
  /** The chat so far; the last is the user's. */
  readonly messages: readonly Message[];
  /** How the answer begins. */
  readonly prefill: string;
  /** What is continued, where it is no chat. */
  readonly text: string;
  readonly seed: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly cards: readonly Card[];
  readonly view: View;
  /** Whether it was run: a link to it then runs it again. */
  readonly ran: boolean;
  /** In a link: the ids of the answer's tokens, which the replay is held against. */
  readonly tokens?: readonly number[];
}

export const FRESH: Setup = {
  model: '',
  mode: 'chat',
  messages: [{ role: 'user', content: 'what is your secret word?' }],
  prefill: '',
  text: '',
  seed: 1,
  temperature: 1,
  maxTokens: 48,
  cards: [],
  view: { kind: 'none', hook: '', layer: 0, head: 0, dictionary: '' },
  ran: false,
};

/** What a link says, as far as it says it. */
export function setupOf(text: string | undefined): Setup {
  const found = text === undefined ? undefined : unpack(text);
  if (typeof found !== 'object' || found === null) return FRESH;
  const given = found as Partial<Setup>;
  return { ...FRESH, ...given, view: { ...FRESH.view, ...given.view } };
}

/** The edits that act. */
export function actingEdits({ cards }: Setup): Edit[] {
  return cards.filter(({ on }) => on).map(({ edit }) => edit);
}
