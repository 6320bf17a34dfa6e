/** @file What each view into a looked-at answer is given. */
import type { Looked } from '../api/generate.ts';
import type { Session } from '../state/session.svelte.ts';
import type { View } from '../state/setup.ts';

export interface ViewProps {
  session: Session;
  looked: Looked;
  texts: readonly string[];
  view: View;
  onview: (fields: Partial<View>) => void;
}
