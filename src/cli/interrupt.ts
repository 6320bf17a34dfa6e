/** @file Ctrl-C: the first asks the work to stop at its next safe point, the second stops at once. */
import { Interrupted } from './context.ts';

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens for signals; `tell` gets the message. */
export function listenForStop(tell: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(STATUS[name]);
      tell('touchstone: stopping after the work in hand; once more stops at once');
      controller.abort(new Interrupted(STATUS[name]));
    });
  }
  return controller.signal;
}

/** Lets waiting signals in, then throws the signal's reason if it is aborted. */
export async function safePoint(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
