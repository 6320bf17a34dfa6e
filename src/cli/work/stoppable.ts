/** @file A journal that lets the user stop after each finished piece. */
import type { Journal } from '../../audit/index.ts';
import type { Context } from '../context.ts';

/** The journal, with a safe point behind each record. */
export function stoppable(journal: Journal, context: Pick<Context, 'safePoint'>): Journal {
  return {
    recall: (key) => journal.recall(key),
    record: async (key, value) => {
      await journal.record(key, value);
      await context.safePoint();
    },
  };
}
