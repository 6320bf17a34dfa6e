/** @file Players that need no hand: the built-in investigator, or a language model behind an endpoint. */
import { join } from 'node:path';
import {
  type GameHandle,
  type GameResult,
  playByBandit,
  playByModel,
} from '../../../audit/blind/index.ts';
import { ORGANISMS } from '../../../organism/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { Subject } from '../../../world/index.ts';
import type { PlayerOptions } from '../../commands/game.ts';
import type { Context } from '../../context.ts';
import { openEndpoint } from '../endpoint.ts';

/** Plays to the end and submits. */
export async function play(
  handle: GameHandle,
  options: PlayerOptions,
  context: Context,
): Promise<GameResult> {
  const { investigator = 'built-in' } = options;
  return investigator === 'built-in'
    ? playBuiltIn(handle, context)
    : playEndpoint(handle, investigator, options, context);
}

async function playBuiltIn(handle: GameHandle, context: Context): Promise<GameResult> {
  const rules = await handle.rules();
  const { guesses } = await playByBandit(handle, {
    subject: subjectNamed(rules.subject),
    safePoint: context.safePoint,
    onPull: ({ arm, call, likeliest, belief, left }) =>
      context.report({
        task: 'playing',
        done: rules.budget.samples - left.samples,
        total: rules.budget.samples,
        unit: 'samples',
        note: `call ${call}, ${arm}: ${likeliest} (${belief.toFixed(2)})`,
      }),
  });
  return handle.submit(guesses);
}

/** What is public of a subject: its questions and how its candidates are named. */
function subjectNamed(name: string): Subject {
  const subjects = Object.values(ORGANISMS).flatMap(({ kind }) => kind.subject ?? []);
  return (
    subjects.find((subject) => subject.name === name) ??
    badUsage(`the built-in investigator knows no questions about '${name}'`, 'play by hand')
  );
}

async function playEndpoint(
  handle: GameHandle,
  url: string,
  { investigatorModel, turns }: PlayerOptions,
  context: Context,
): Promise<GameResult> {
  const { commitment } = await handle.rules();
  // What it said is kept for this game: stopped, the same command goes on.
  const folder = join('runs', `game-player-${commitment.slice(0, 12)}`);
  const asked = { url, model: investigatorModel, option: '--investigator' };
  const { model, answers } = await openEndpoint(asked, folder, context);
  try {
    return await playByModel(handle, {
      ...{ model, turns },
      safePoint: context.safePoint,
      onTurn: ({ turn, said }) => context.tell(`turn ${turn}: ${oneLine(said)}`),
    });
  } finally {
    await answers.close();
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 160)}...` : line;
}
