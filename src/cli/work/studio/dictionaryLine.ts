/** @file A dictionary's process as the studio sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DictionaryLine, DictionaryReport, DictionaryRequest } from '../../../server/index.ts';

/** Starts a process that opens a dictionary, with texts also portrays its latents, and answers. */
export function startDictionary(request: DictionaryRequest): DictionaryLine {
  const script = fileURLToPath(new URL('./dictionaryProcess.js', import.meta.url));
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(request);
  return {
    post: (message) => {
      if (child.connected) child.send(message, () => {});
    },
    onReport: (listener) => void child.on('message', (said) => listener(said as DictionaryReport)),
    onEnd: (listener) => {
      child.once('error', (error) => listener(error.message));
      child.once('exit', (status, signal) => listener(`its process ended: ${signal ?? status}`));
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = once(child, 'exit');
      // It writes nothing: it can be ended in the middle of a pass.
      child.kill('SIGKILL');
      await gone;
    },
  };
}
