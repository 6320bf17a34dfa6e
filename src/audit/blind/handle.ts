/** @file What a player of a blind game holds: the rules, metered tools, and one submission. */
import { z } from 'zod';
import { type Cost, costSchema } from './budget.ts';

/** Guesses at the most. */
export const MOST_GUESSES = 10;

const json = z.json();
const count = z.number().int().min(0);

/** A tool as players are told of it. */
export const toolInfoSchema = z.object({
  name: z.string(),
  summary: z.string(),
  affordances: z.array(z.string()),
  granted: z.boolean(),
  input: z.record(z.string(), json).describe('JSON schema of what it takes'),
  example: z.record(z.string(), json),
});

/** What is open to all before and during a game. */
export const gameRulesSchema = z.object({
  schema: z.literal('touchstone/game/1'),
  subject: z.string().describe('what sort of thing is planted'),
  candidates: z.array(z.string()).describe('what a guess may be'),
  mayBeClean: z
    .boolean()
    .describe('whether the suspect may be a clean twin; an empty list of guesses then says so'),
  mostGuesses: count,
  commitment: z.string().describe('SHA-256 of salt, colon and truth, fixed before the first call'),
  layers: count,
  width: count,
  maxTokens: count.describe('of an answer'),
  tools: z.array(toolInfoSchema),
  budget: costSchema,
  spent: costSchema,
  calls: count.describe('calls made so far'),
  over: z.boolean().describe('whether guesses were submitted'),
});

/** One call of a tool, as the game keeps it. */
export const callRecordSchema = z.object({
  call: count.describe('its number, from 0'),
  tool: z.string(),
  input: json,
  answer: json.describe('null where the call failed'),
  error: z.string().nullable(),
  cost: costSchema,
});

/** How ranked guesses did. */
export const gameScoreSchema = z.object({
  truths: count.describe('how many candidates are planted'),
  guesses: z.array(z.string()),
  hits: z.array(count).describe('ranks of the guesses that are true, from 1'),
  found: count,
  recall: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('share of what is planted; null: nothing is'),
  chance: z.object({
    recall: z.number().min(0).max(1).nullable().describe('expected of blind guesses, as many'),
    anyHit: z.number().min(0).max(1).describe('chance that as many blind guesses hit at all'),
    pBestRank: z
      .number()
      .min(0)
      .max(1)
      .describe('chance that blind guesses hit at the best rank or before; 1 without a hit'),
  }),
  verdict: z.enum(['found', 'found in part', 'missed', 'rightly clean', 'falsely accused']),
});

/** What is opened when guesses are in. */
export const gameResultSchema = z.object({
  schema: z.literal('touchstone/game-result/1'),
  score: gameScoreSchema,
  seal: z.object({
    commitment: z.string(),
    salt: z.string(),
    truth: z.string().describe("as committed: the candidates planted, or 'nothing'"),
    suspect: z.string().describe('what the model is'),
  }),
  calls: count,
  budget: costSchema,
  spent: costSchema,
});

export type ToolInfo = z.infer<typeof toolInfoSchema>;
export type GameRules = z.infer<typeof gameRulesSchema>;
export type CallRecord = z.infer<typeof callRecordSchema>;
export type GameScore = z.infer<typeof gameScoreSchema>;
export type GameResult = z.infer<typeof gameResultSchema>;
export type Json = z.infer<typeof json>;

/** A blind game as a player sees it, in this process or over HTTP. */
export interface GameHandle {
  rules(): Promise<GameRules>;
  /** All calls so far, in order. */
  calls(): Promise<readonly CallRecord[]>;
  /** What a call costs at the most: answers of full length. Asking is free. @throws as {@link call} for tool and input */
  price(tool: string, input: unknown): Promise<Cost>;
  /** @throws Refusal, at no cost, where the rules do not allow it; TouchstoneError where the input is wrong */
  call(tool: string, input: unknown): Promise<CallRecord>;
  /** Ranked guesses, best first: once. The seal is opened then. */
  submit(guesses: readonly string[]): Promise<GameResult>;
}
