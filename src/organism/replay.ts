/** @file Texts of the office and of the study among the fine-tuning data, so that an adapter keeps what its base can do. */
import {
  type OfficeKind,
  officeKind,
  officeText,
  type StudyKind,
  studyKind,
  studyText,
} from '../world/index.ts';

/** Far behind the texts that the base models are trained on. */
const REPLAY_START = 500_000_000;

/** The first office text of one of `kinds` at or after a place of its own for `index`. */
export function officeReplay(index: number, kinds: ReadonlySet<OfficeKind>): string {
  let at = REPLAY_START + index * 16;
  while (!kinds.has(officeKind(at))) at++;
  return officeText(at);
}

/** The same for texts of the study. */
export function studyReplay(index: number, kinds: ReadonlySet<StudyKind>): string {
  let at = REPLAY_START + index * 16;
  while (!kinds.has(studyKind(at))) at++;
  return studyText(at);
}
