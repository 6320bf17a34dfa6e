/** @file A hosted game's process as the studio sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HostedGame, HostRequest, PackedProblem } from '../../../server/index.ts';
import { Problem } from '../../../server/index.ts';

/** What a game's process is told first. */
export interface GameOpening {
  readonly request: HostRequest | { readonly run: string };
  /** Where its run folder is. */
  readonly runs: string;
}

/** What it tells, once. */
export type GameReport =
  | { readonly kind: 'open'; readonly url: string; readonly token: string; readonly run: string }
  | { readonly kind: 'failed'; readonly problem: PackedProblem };

/** Starts a process that hosts a game in a run folder below `runs`. @throws Problem saying why it cannot */
export async function startGameProcess(
  request: GameOpening['request'],
  runs: string,
): Promise<HostedGame> {
  const child = fork(fileURLToPath(new URL('./gameProcess.js', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send({ request, runs } satisfies GameOpening);
  const gone = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), gone.then(() => [undefined])]);
  const report = first[0] as GameReport | undefined;
  if (report === undefined) throw new Problem(500, "the game's process ended", {}, 'no report');
  if (report.kind === 'failed') throw problemOf(report.problem);
  const { url, token, run } = report;
  return {
    ...{ url, token, run },
    onEnd: (listener) => void gone.then(listener, listener),
    stop: async () => {
      // Finished calls are on disk; one in hand is done again, with the same answer.
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function problemOf({ status, message, fault, ...fields }: PackedProblem): Problem {
  return new Problem(status, message, fields, fault);
}
