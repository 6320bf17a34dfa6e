/** @file Finished games of the run folder, best first. */
import { type GameResult, gameResultSchema, shareOf } from '../../../audit/blind/index.ts';
import { listRuns, type RunEntry, readReport } from '../../../store/index.ts';
import type { GameList } from './schema.ts';

type Line = GameList['board'][number];

/** Games on disk: those that can be gone on with, and what came out of the others. */
export async function gamesIn(folder: string): Promise<Pick<GameList, 'stopped' | 'board'>> {
  const games = (await listRuns(folder)).filter(({ kind }) => kind === 'game');
  const lines = await Promise.all(games.map((game) => lineOf(folder, game)));
  const stopped = games.filter(({ state }) => state === 'stopped').map(({ name }) => name);
  return { stopped, board: lines.flat().sort(byScore) };
}

/** None of a game that is not over, or whose report is damaged. */
async function lineOf(folder: string, { name }: RunEntry): Promise<Line[]> {
  const report = readReport(folder, name, 'report.json').then((text): unknown => JSON.parse(text));
  const parsed = gameResultSchema.safeParse(await report.catch(() => null));
  return parsed.success ? [{ run: name, result: parsed.data }] : [];
}

/** By what was found, then how high it ranked, then how little of the budget it took. */
function byScore(a: Line, b: Line): number {
  const differences = merits(b.result).map((merit, i) => merit - merits(a.result)[i]!);
  return differences.find((difference) => difference !== 0) ?? (a.run < b.run ? -1 : 1);
}

function merits({ score, spent, budget }: GameResult): readonly [number, number, number] {
  const found = score.recall ?? (score.verdict === 'rightly clean' ? 1 : 0);
  return [found, -(score.hits[0] ?? 0), -shareOf(spent, budget)];
}
