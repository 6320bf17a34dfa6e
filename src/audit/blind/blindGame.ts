/** @file A blind game: what is planted stays sealed while a player spends a budget on tools, then guesses once. */
import { z } from 'zod';
import type { LanguageModel } from '../../model/index.ts';
import type { Affordance } from '../../technique/index.ts';
import { badInput, badUsage, nearest, randomStream, TouchstoneError } from '../../tensor/index.ts';
import type { Subject } from '../../world/index.ts';
import type { TrainingTexts } from '../insight/index.ts';
import type { Journal } from '../journal.ts';
import { commit, type Seal } from '../seal.ts';
import { MeteredSuspect } from '../suspect.ts';
import { type Cost, costOf, lacking, NO_COST, plus, rest } from './budget.ts';
import { type GuessReader, readGuesses } from './guesses.ts';
import {
  type CallRecord,
  type GameHandle,
  type GameResult,
  type GameRules,
  type Json,
  MOST_GUESSES,
} from './handle.ts';
import { Refusal } from './refusal.ts';
import { scoreOf } from './score.ts';
import { commitmentOf, type Sealed, sealedText } from './seal.ts';
import { ANSWER_TOKENS, type Tool } from './tool.ts';
import { TOOLS } from './tools.ts';

export interface BlindGameOptions {
  readonly model: LanguageModel;
  /** The model before what is planted, where there is one. */
  readonly base?: LanguageModel;
  /** What the model was trained on, where it is known. */
  readonly texts?: TrainingTexts;
  readonly subject: Subject;
  readonly sealed: Sealed;
  readonly granted: readonly Affordance[];
  readonly budget: Cost;
  /** Whether the suspect may be a clean twin, for all that players know. */
  readonly mayBeClean: boolean;
  readonly journal: Journal;
  /** Understands a guess that is no candidate's own text; default: one that names exactly one candidate. */
  readonly reader?: GuessReader;
  /** Told of each call that was made. */
  readonly onCall?: (record: CallRecord, left: Cost) => void;
}

/** What a call was begun with; it is on disk before any work is done, so that nothing is spent in secret. */
interface Begun {
  readonly tool: string;
  readonly input: Json;
}

type Ended = Pick<CallRecord, 'answer' | 'error' | 'cost'>;

/**
 * The game as its player holds it. What is sealed is private to the engine (`#`): whoever holds the object cannot read it.
 * Calls are done one after the other; call number i of equal input in equal place is answered alike.
 */
export class BlindGame implements GameHandle {
  readonly #options: BlindGameOptions;
  readonly #seal: Seal;
  readonly #calls: CallRecord[] = [];
  #spent: Cost = NO_COST;
  #guesses: readonly number[] | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: BlindGameOptions, seal: Seal) {
    this.#options = options;
    this.#seal = seal;
  }

  /**
   * Commits to what is sealed, and goes on with what the journal knows. A call that was cut short is done again.
   *
   * @throws TouchstoneError where the journal is of a game with another secret
   */
  static async open(options: BlindGameOptions): Promise<BlindGame> {
    const seal = await commitmentOf(options.sealed, options.subject);
    await commit(options.journal, seal);
    const game = new BlindGame(options, seal);
    const { journal } = options;
    for (let call = 0; ; call++) {
      const begun = journal.recall(`call/${call}/begun`);
      if (begun === undefined) break;
      await game.#end(call, begun as Begun);
    }
    // The journal gives back what was recorded under these keys, and nothing else.
    game.#guesses = journal.recall('guesses') as readonly number[] | undefined;
    return game;
  }

  async rules(): Promise<GameRules> {
    const { subject, mayBeClean, budget, model, granted } = this.#options;
    return {
      schema: 'touchstone/game/1',
      subject: subject.name,
      candidates: [...subject.candidates],
      mayBeClean,
      mostGuesses: MOST_GUESSES,
      commitment: this.#seal.commitment,
      layers: model.config.num_hidden_layers,
      width: model.config.hidden_size,
      maxTokens: ANSWER_TOKENS,
      tools: TOOLS.map((tool) => infoOf(tool, granted)),
      budget,
      spent: this.#spent,
      calls: this.#calls.length,
      over: this.#guesses !== undefined,
    };
  }

  async calls(): Promise<readonly CallRecord[]> {
    return structuredClone(this.#calls);
  }

  async price(tool: string, input: unknown): Promise<Cost> {
    const found = toolNamed(tool);
    return found.price(checkedInput(found, input), this.#options.model);
  }

  call(tool: string, input: unknown): Promise<CallRecord> {
    return this.#inTurn(() => this.#call(tool, input));
  }

  submit(guesses: readonly string[]): Promise<GameResult> {
    return this.#inTurn(() => this.#submit(guesses));
  }

  /** The opened seal and the score. @throws Refusal before guesses are in */
  async result(): Promise<GameResult> {
    const guesses = this.#guesses;
    if (guesses === undefined)
      throw new Refusal('not_granted', 'the seal is closed until guesses are submitted');
    const { sealed, subject, budget } = this.#options;
    return {
      schema: 'touchstone/game-result/1',
      score: scoreOf(guesses, sealed.truth, subject.candidates),
      seal: {
        commitment: this.#seal.commitment,
        salt: sealed.salt,
        truth: sealedText(sealed.truth, subject),
        suspect: sealed.suspect,
      },
      calls: this.#calls.length,
      budget,
      spent: this.#spent,
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #call(name: string, input: unknown): Promise<CallRecord> {
    const tool = toolNamed(name);
    this.#demandOpen();
    this.#demandGranted(tool);
    const checked = checkedInput(tool, input);
    this.#demandPaid(tool.price(checked, this.#options.model));
    const call = this.#calls.length;
    // Defaults are filled in, and what JSON cannot say is gone: this is what is done again after a kill.
    const begun: Begun = { tool: name, input: JSON.parse(JSON.stringify(checked)) as Json };
    await this.#options.journal.record(`call/${call}/begun`, begun);
    return structuredClone(await this.#end(call, begun));
  }

  /** Ends a call that was begun: from the journal, or by doing it. */
  async #end(call: number, begun: Begun): Promise<CallRecord> {
    const { journal, budget, onCall } = this.#options;
    const key = `call/${call}/ended`;
    const known = journal.recall(key) as Ended | undefined;
    const ended = known ?? (await this.#do(call, begun));
    if (known === undefined) await journal.record(key, ended);
    const record: CallRecord = { call, ...begun, ...ended };
    this.#calls.push(record);
    this.#spent = plus(this.#spent, ended.cost);
    if (known === undefined) onCall?.(record, rest(budget, this.#spent));
    return record;
  }

  async #do(call: number, { tool, input }: Begun): Promise<Ended> {
    const { model, base, texts, granted, subject, sealed } = this.#options;
    const suspect = new MeteredSuspect(model, {
      granted,
      ...(base && { base }),
      ...(texts && { texts: { suspect: texts } }),
      seed: Math.floor(randomStream(sealed.seed, 'game').uniform(call) * 2 ** 48),
      maxTokens: ANSWER_TOKENS,
      label: () => false,
    });
    try {
      const { run, toll } = toolNamed(tool);
      const answer = await run(input, { suspect, subject });
      const cost = plus(costOf(suspect.usage), toll?.(answer, model) ?? NO_COST);
      return { answer, error: null, cost };
    } catch (error) {
      if (!(error instanceof TouchstoneError) || error.kind === 'failed') throw error;
      return { answer: null, error: error.message, cost: costOf(suspect.usage) };
    }
  }

  async #submit(texts: readonly string[]): Promise<GameResult> {
    const { subject, journal, mayBeClean, reader } = this.#options;
    const guesses = await readGuesses(texts, { subject, mayBeClean, ...(reader && { reader }) });
    const before = this.#guesses;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(guesses))
      throw new Refusal('game_over', 'guesses were submitted before; they count once');
    await journal.record('guesses', guesses);
    this.#guesses = guesses;
    return this.result();
  }

  #demandOpen(): void {
    if (this.#guesses !== undefined)
      throw new Refusal('game_over', 'guesses are in: no tool answers any more');
  }

  #demandGranted({ name, affordances }: Tool): void {
    const { granted } = this.#options;
    const missing = affordances.find((affordance) => !granted.includes(affordance));
    if (missing === undefined) return;
    throw new Refusal(
      'not_granted',
      `the tool '${name}' needs '${missing}', which this game does not grant`,
      `granted: ${granted.join(', ')}`,
    );
  }

  #demandPaid(price: Cost): void {
    const left = rest(this.#options.budget, this.#spent);
    const unit = lacking(price, left);
    if (unit === undefined) return;
    throw new Refusal(
      'budget_spent',
      `this call may cost ${price[unit]} ${unit}, and ${left[unit]} are left`,
      'ask for fewer or shorter answers, or submit guesses',
    );
  }
}

function infoOf(tool: Tool, granted: readonly Affordance[]) {
  const { $schema: _, ...input } = z.toJSONSchema(tool.input, { io: 'input' });
  return {
    name: tool.name,
    summary: tool.summary,
    affordances: [...tool.affordances],
    granted: tool.affordances.every((affordance) => granted.includes(affordance)),
    input: JSON.parse(JSON.stringify(input)) as Record<string, Json>,
    example: { ...tool.example },
  };
}

function toolNamed(name: string): Tool {
  const found = TOOLS.find((tool) => tool.name === name);
  if (found) return found;
  const names = TOOLS.map((tool) => tool.name);
  throw new Refusal(
    'unknown_tool',
    `no tool is called '${name.slice(0, 40)}'`,
    `did you mean '${nearest(name.slice(0, 40), names)}'?`,
  );
}

/** @throws TouchstoneError naming the field */
function checkedInput({ name, input }: Tool, given: unknown): Record<string, unknown> {
  const parsed = input.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return badUsage(`${name}: ${path.map(String).join('.') || 'input'}: ${message}`);
}

/** @throws TouchstoneError unless there is a game with something to find in it */
export function checkBudget(budget: Cost): void {
  if (budget.samples + budget.tokens > 0 && budget.flops > 0) return;
  badInput('the budget of a game is 0', 'give samples, tokens and flops');
}
