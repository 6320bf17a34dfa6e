/** @file The process of one audit that the studio started: runs it and tells how far it is. */
import { basename } from 'node:path';
import { type AuditReport, packProblem } from '../../../server/index.ts';
import type { Context } from '../../context.ts';
import { auditInFolder } from '../audit.ts';
import type { AuditOpening } from './auditLine.ts';

// Ctrl-C reaches every process of a terminal: the studio ends this one, or dies itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.once('message', (opening) => void run(opening as AuditOpening));

function post(report: AuditReport): void {
  process.send?.(report, undefined, undefined, () => {});
}

async function run({ options, runs }: AuditOpening): Promise<void> {
  try {
    const { folder } = await auditInFolder(options, context(), runs);
    post({ kind: 'done', run: basename(folder) });
  } catch (error) {
    post({ kind: 'failed', problem: packProblem(error) });
  }
  process.disconnect();
}

function context(): Context {
  return {
    print: () => {},
    tell: () => {},
    report: (progress) => post({ kind: 'progress', progress }),
    signal: new AbortController().signal,
    // The messages leave, and the studio's end is noticed, between two pieces of work.
    safePoint: () => new Promise((resolve) => setImmediate(resolve)),
    color: false,
    width: 100,
  };
}
