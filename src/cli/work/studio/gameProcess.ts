/** @file The process of one game that the studio hosts. What is sealed is known here, and told to nobody before guesses are in. */
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { GAME_AFFORDANCES } from '../../../audit/blind/index.ts';
import { packProblem, startGame } from '../../../server/index.ts';
import { findRun } from '../../../store/index.ts';
import { version } from '../../version.ts';
import { budgetText, type GameSet, keepResult, openGame, reopenGame } from '../game/set.ts';
import type { GameOpening, GameReport } from './gameLine.ts';

// Ctrl-C reaches every process of a terminal: the studio ends this one, or dies itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.once('message', (opening) => void host(opening as GameOpening));

function post(report: GameReport): void {
  process.send?.(report, undefined, undefined, () => {});
}

async function host(opening: GameOpening): Promise<void> {
  try {
    const { game, run } = await opened(opening);
    if ((await game.rules()).over) await keepResult(run, await game.result());
    const { url, token } = await startGame({
      ...{ game, version: version() },
      onResult: (result) => keepResult(run, result),
    });
    post({ kind: 'open', url, token, run: basename(run.folder) });
  } catch (error) {
    post({ kind: 'failed', problem: packProblem(error) });
    process.disconnect();
  }
}

async function opened({ request, runs }: GameOpening): Promise<GameSet> {
  if ('run' in request) {
    await findRun(runs, request.run);
    return reopenGame(join(runs, request.run));
  }
  const { suspect, mayBeClean, budget, grantAll } = request;
  return openGame({
    ...(suspect === undefined ? { random: true } : { suspect }),
    withTwins: mayBeClean,
    budget: budgetText(budget),
    ...(grantAll && { affordance: GAME_AFFORDANCES }),
    // Its name says nothing of what is sealed.
    out: join(runs, `game-${randomBytes(4).toString('hex')}`),
  });
}
