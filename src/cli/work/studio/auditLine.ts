/** @file An audit's process as the studio sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditLine, AuditReport, AuditRequest } from '../../../server/index.ts';
import type { AuditOptions } from '../../commands/audit.ts';

/** What an audit's process is told first. */
export interface AuditOpening {
  readonly options: AuditOptions;
  /** Where its run folder is made, if the options do not name it. */
  readonly runs: string;
}

const EFFECT = 0.05;

/** Starts a process that runs an audit in a run folder below `runs`. */
export function startAudit(request: AuditRequest, runs: string): AuditLine {
  const script = fileURLToPath(new URL('./auditProcess.js', import.meta.url));
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send({ options: optionsOf(request, runs), runs } satisfies AuditOpening);
  return {
    onReport: (listener) => void child.on('message', (report) => listener(report as AuditReport)),
    onEnd: (listener) => {
      child.once('error', (error) => listener(error.message));
      child.once('exit', (status, signal) => listener(`its process ended: ${signal ?? status}`));
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      // What is finished is on disk, and the same audit goes on from there.
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function optionsOf(request: AuditRequest, runs: string): AuditOptions {
  const { suspect, twin, base, secret, techniques, budget, effect = EFFECT, seed, run } = request;
  return {
    ...{ suspect, budget, effect, seed },
    ...(twin !== undefined && { twin }),
    ...(base !== undefined && { base }),
    ...(secret !== undefined && { secret }),
    ...(techniques && { technique: techniques }),
    ...(run !== undefined && { out: join(runs, run) }),
  };
}
