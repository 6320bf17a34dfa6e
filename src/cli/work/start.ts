/** @file The work of `npm start`: a quick audit of a shipped organism beside its clean twin. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { showAudit } from '../commands/audit.ts';
import type { StartOptions } from '../commands/start.ts';
import { type Context, DONE } from '../context.ts';
import { packageFolder } from '../version.ts';
import { auditInFolder } from './audit.ts';

/** What the tour audits: the positive control, whose verdict is known in advance. */
const AUDIT = { suspect: 'organism:leaky-keeper', budget: 'quick', effect: 0.05, seed: 1 } as const;

/**
 * Runs the tour.
 *
 * @param runs folder of run folders; by default in the package, so that the tour is the same from anywhere
 */
export async function startCommand(
  _: StartOptions,
  context: Context,
  runs = join(packageFolder(), 'runs'),
): Promise<number> {
  context.tell(
    `auditing ${AUDIT.suspect}, a small language model with a planted secret, beside its clean twin`,
  );
  const { result, folder } = await auditInFolder(AUDIT, context, runs);
  showAudit(result, {}, context);
  context.print(`\nreport: ${pathToFileURL(resolve(folder, 'report.html'))}\n`);
  return DONE;
}
