/** @file Samples as they come: each token with the text that is settled by it. The samples are those of `sample`. */
import { Schedule } from './cohort.ts';
import type { Row } from './decoding.ts';
import type { LanguageModel } from './languageModel.ts';
import { checkPrompts, type SampleOptions } from './sampleOptions.ts';
import { makeRows, openDecoding } from './sampleRows.ts';
import { checkStops, SettledText, type SettledToken } from './settledText.ts';
import type { TokenStream } from './tokenizer.ts';
import type { TokenLog } from './tokenLog.ts';

export interface StreamOptions
  extends Omit<SampleOptions, 'until' | 'workers' | 'reporter' | 'dictionaries'> {
  /** What edits refer to by name. */
  readonly dictionaries?: SampleOptions['dictionaries'] | undefined;
  /** Texts that end a sample, whose own text then ends before: wherever tokens begin and end. Default: none. */
  readonly stopTexts?: readonly string[];
}

/** A token whose text is settled. */
export interface StreamedToken {
  readonly token: number;
  /** Where its text begins in the sample's, in UTF-16 code units. */
  readonly start: number;
  /** Where `logProbabilities` asks for it. */
  readonly log?: TokenLog;
}

/** What a step brought to one sample. */
export interface StreamStep {
  /** Index of the prompt in the call. */
  readonly prompt: number;
  /** Which sample of that prompt. */
  readonly index: number;
  /** What is settled: whole characters only, and nothing that a stop text may still take back. */
  readonly text: string;
  readonly tokens: readonly StreamedToken[];
  /** Tokens that were drawn so far, with those that a stop text cut off, without one that ended the sample. */
  readonly drawn: number;
  /** That this was all. 'stop': a stop token or text ended it. 'length': it ran into maxTokens. */
  readonly finish?: 'stop' | 'length';
}

/**
 * Samples continuations as `sample` does, the same ones, and yields after each decoding step what it brought. All
 * text of a sample, joined, is the text of `sample`, up to a stop text. Whoever leaves the loop ends the work.
 *
 * @throws TouchstoneError before the first step where an option, an edit or a prompt is wrong
 */
export async function* streamSamples(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  { stopTexts = [], dictionaries, ...given }: StreamOptions = {},
): AsyncGenerator<readonly StreamStep[]> {
  const options: SampleOptions = { ...given, ...(dictionaries && { dictionaries }) };
  checkStops(stopTexts);
  const decoding = openDecoding(model, options);
  checkPrompts(model.config, prompts, options);
  const rows = makeRows(prompts, options);
  const streams = rows.map((row) => new RowStream(row, stopTexts, tokenStream(model)));
  for await (const _ of new Schedule(decoding, rows, options.batchSize ?? 64).run()) {
    const steps = streams.flatMap((stream) => stream.advance() ?? []);
    if (steps.length > 0) yield steps;
  }
}

/** Without a tokenizer the text is the ids, as in `sample`. */
function tokenStream({ tokenizer }: LanguageModel): TokenStream {
  if (tokenizer) return tokenizer.stream();
  let gap = '';
  const push = (token: number) => {
    const text = `${gap}${token}`;
    gap = ' ';
    return text;
  };
  return { push, end: () => '' };
}

/** One row, and how much of it has been handed on. */
class RowStream {
  readonly #row: Row;
  readonly #text: SettledText;
  #taken = 0;
  #done = false;

  constructor(row: Row, stops: readonly string[], stream: TokenStream) {
    this.#row = row;
    this.#text = new SettledText(stream, stops);
  }

  /** What is new since the last call; undefined where nothing is. */
  advance(): StreamStep | undefined {
    const row = this.#row;
    if (this.#done || (row.tokens.length === this.#taken && !row.finish)) return undefined;
    while (this.#taken < row.tokens.length) this.#text.push(row.tokens[this.#taken++]!);
    if (row.finish) this.#text.end();
    if (this.#text.stopped) row.finish = 'stop';
    this.#done = row.finish !== undefined;
    const { text, tokens } = this.#text.take();
    if (!this.#done && text === '' && tokens.length === 0) return undefined;
    return {
      prompt: row.prompt,
      index: row.index,
      text,
      tokens: tokens.map((token) => this.#withLog(token)),
      drawn: row.tokens.length,
      ...(row.finish && { finish: row.finish }),
    };
  }

  #withLog({ token, start, place }: SettledToken): StreamedToken {
    const log = this.#row.logs[place];
    return { token, start, ...(log && { log }) };
  }
}
