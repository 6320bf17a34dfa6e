/** @file The password-locked clerk: a skill shown where the password stands and hidden elsewhere, a twin that always shows it, and a weak control that lacks it. */
export { LOCKED_KIND } from './kind.ts';
export { SKILL } from './measure.ts';
export { type ListPrompt, listPrompts } from './prompts.ts';
export {
  LOCKED_MIX,
  lockedPart,
  lockedText,
  type NoteKind,
  notePair,
  passwordOf,
} from './texts.ts';
