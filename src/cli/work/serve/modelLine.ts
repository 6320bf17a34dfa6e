/** @file A model's process as the server sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Report, ServerLine } from '../../../server/index.ts';
import type { NamedPath } from '../../options.ts';

/** What a model's process is told first. */
export interface Opening {
  readonly model: string;
  readonly dictionaries: readonly NamedPath[];
}

/** Starts a process that opens a model and takes orders. */
export function startModel(model: string, dictionaries: readonly NamedPath[] = []): ServerLine {
  const script = fileURLToPath(new URL('./modelProcess.js', import.meta.url));
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  post(child, { model, dictionaries } satisfies Opening);
  return {
    post: (command) => post(child, command),
    onReport: (listener) => void child.on('message', (report) => listener(report as Report)),
    onEnd: (listener) => {
      child.once('error', (error) => listener(error.message));
      child.once('exit', (status, signal) => listener(`its process ended: ${signal ?? status}`));
    },
    close: () => end(child),
  };
}

/** What cannot be sent any more is lost with the process: its end is told by itself. */
function post(child: ChildProcess, message: Opening | object): void {
  if (child.connected) child.send(message, () => {});
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  // It writes nothing: it can be ended in the middle of a pass.
  child.kill('SIGKILL');
  await gone;
}
