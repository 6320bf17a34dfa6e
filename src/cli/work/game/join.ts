/** @file The work of `touchstone game join`. */
import { GameClient } from '../../../server/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { GameJoinOptions } from '../../commands/game.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { show } from './host.ts';
import { play } from './play.ts';
import { callText, rulesText } from './words.ts';

/** Plays, by hand or not. */
export async function joinGame(options: GameJoinOptions, context: Context): Promise<number> {
  const { url, token = process.env.TOUCHSTONE_TOKEN } = options;
  if (token === undefined) return badUsage('no token', 'give --token, as the host printed it');
  const game = new GameClient({ url, token, signal: context.signal });
  const { call, guess, clean = false, investigator, json = false } = options;
  checkOne({ call, guess, clean: clean || undefined, investigator });
  if (call !== undefined) {
    const record = await game.call(call, inputOf(options.input));
    if (json) printJson(context, record);
    else context.print(callText(record));
  } else if (guess !== undefined || clean) {
    show(await game.submit(guess ?? []), options, context);
  } else await playOrTell(game, options, context);
  return DONE;
}

async function playOrTell(
  game: GameClient,
  options: GameJoinOptions,
  context: Context,
): Promise<void> {
  const { url, investigator, json = false } = options;
  const rules = await game.rules();
  if (rules.over && investigator !== undefined) show(await game.result(), options, context);
  else if (investigator !== undefined) show(await play(game, options, context), options, context);
  else if (json) printJson(context, rules);
  else context.print(rulesText(rules, url));
}

/** One thing at a time. */
function checkOne(given: Readonly<Record<string, unknown>>): void {
  const names = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
  );
  if (names.length > 1) badUsage(`${names.join(' and ')} at once`, 'give one of them');
}

function inputOf(text: string | undefined): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    return badUsage('--input is no JSON', `write it as '{"question": "..."}'`);
  }
}
