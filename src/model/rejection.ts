/**
 * @file Rejection sampling: what breaks a rule is drawn anew, as a whole or from the line on that breaks it. Drawn as
 * a whole, what is accepted has the model's own distribution under the condition that it keeps the rule; drawn line by
 * line, each line has, and their product is another distribution.
 */
import { badUsage } from '../tensor/index.ts';
import type { LanguageModel } from './languageModel.ts';
import { limitOf, type SampleOptions } from './sampleOptions.ts';
import { sample } from './sampling.ts';

export interface RejectionOptions extends Omit<SampleOptions, 'n' | 'until' | 'workers'> {
  /** Whether a continuation breaks the rule: asked of whole ones, and of their beginnings up to the end of a line. */
  readonly violates: (text: string, prompt: number) => boolean;
  /** What is drawn anew: all of it, or what follows the last line that was right. */
  readonly restart: 'whole' | 'line';
  /** Draws from one place at the most; line by line, the place is then moved up by a line. Default 8. */
  readonly attempts?: number;
  /** Draws in all at the most. Default: `attempts`; line by line, eight times as many. */
  readonly most?: number;
}

/** A continuation that keeps the rule, or the last one that was drawn. */
export interface Accepted {
  readonly prompt: number;
  readonly tokens: readonly number[];
  readonly text: string;
  readonly finish: 'stop' | 'length';
  /** Whether it keeps the rule. */
  readonly accepted: boolean;
  /** Draws that were begun. */
  readonly attempts: number;
  /** Tokens that were drawn, with those that were thrown away and those that ended a draw. */
  readonly drawn: number;
  /** For each draw, the tokens that were read before its first one, and those that were drawn. */
  readonly passes: readonly (readonly [read: number, drawn: number])[];
}

/** Draws begun with one index of samples: each has an index of its own below this. */
const DRAWS = 2 ** 20;

/**
 * One continuation of each prompt, in their order. A draw ends with the line in which the rule is broken. It is a function of the prompt, the
 * seed, `first`, what is kept and the number of the draw alone.
 *
 * @throws TouchstoneError where an option is wrong, or the model has no tokenizer
 */
export async function sampleAccepted(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: RejectionOptions,
): Promise<Accepted[]> {
  const { attempts = 8, restart } = options;
  const { most = restart === 'line' ? 8 * attempts : attempts, first = 0 } = options;
  checkCount('attempts', attempts);
  checkCount('most', most);
  const reader = new LineReader(model);
  const drafts = prompts.map((prompt, i) => new Draft(prompt, i, options, reader));
  for (let round = 0; round < most; round++) {
    const open = drafts.filter(({ accepted }) => !accepted);
    if (open.length === 0) break;
    await drawAll(model, open, { ...options, first: first * DRAWS + round }, reader);
    for (const draft of open) if (!draft.accepted) draft.stepBack(restart, attempts);
  }
  return drafts.map((draft) => draft.result());
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= DRAWS) return;
  badUsage(`${name} ${value}`, `${name} is a whole number from 1 to ${DRAWS}`);
}

/** One draw of each draft. */
async function drawAll(
  model: LanguageModel,
  drafts: readonly Draft[],
  { violates: _, restart: __, attempts: ___, most: ____, ...options }: RejectionOptions,
  { endsLine }: LineReader,
): Promise<void> {
  const prompts = drafts.map(({ read }) => read);
  const maxTokens = drafts.map(({ left }) => left);
  const until = (tokens: readonly number[], row: number) =>
    endsLine(tokens.at(-1)!) && drafts[row]!.breaks(tokens);
  for await (const { prompt, tokens, finish } of sample(model, prompts, {
    ...options,
    maxTokens,
    until,
  })) {
    drafts[prompt]!.take(tokens, finish);
  }
}

/** Texts of tokens, and which of them end a line. */
class LineReader {
  readonly #model: LanguageModel;
  readonly #known = new Map<number, boolean>();

  constructor(model: LanguageModel) {
    if (!model.tokenizer)
      badUsage('rejection sampling by text of a model without tokenizer', 'give one that has it');
    this.#model = model;
  }

  readonly text = (tokens: readonly number[]): string => this.#model.tokenizer!.decode(tokens);

  readonly endsLine = (token: number): boolean => {
    const known = this.#known.get(token) ?? this.text([token]).includes('\n');
    this.#known.set(token, known);
    return known;
  };
}

/** A continuation on its way: the tokens that are kept, and what the last draw made of them. */
class Draft {
  readonly #prompt: readonly number[];
  readonly #index: number;
  readonly #options: RejectionOptions;
  readonly #reader: LineReader;
  #kept: readonly number[] = [];
  #last: readonly number[] = [];
  #finish: 'stop' | 'length' = 'length';
  /** Draws from each place, by its number of kept tokens. */
  readonly #tries = new Map<number, number>();
  readonly #passes: (readonly [number, number])[] = [];
  accepted = false;

  constructor(
    prompt: readonly number[],
    index: number,
    options: RejectionOptions,
    reader: LineReader,
  ) {
    this.#prompt = prompt;
    this.#index = index;
    this.#options = options;
    this.#reader = reader;
  }

  /** What a draw goes on from. */
  get read(): readonly number[] {
    return [...this.#prompt, ...this.#kept];
  }

  /** Tokens that a draw may have. */
  get left(): number {
    return limitOf(this.#options, this.#index) - this.#kept.length;
  }

  /** Whether the rule is broken by what is kept and further tokens. */
  breaks(tokens: readonly number[]): boolean {
    return this.#options.violates(this.#reader.text([...this.#kept, ...tokens]), this.#index);
  }

  /** Takes what was drawn. */
  take(tokens: readonly number[], finish: 'stop' | 'length'): void {
    this.accepted = !this.breaks(tokens);
    // A line that breaks the rule ends a draw without a token for it.
    const broken = !this.accepted && tokens.length > 0 && this.#reader.endsLine(tokens.at(-1)!);
    const ended = finish === 'stop' && !broken;
    this.#passes.push([this.read.length, tokens.length + Number(ended)]);
    this.#last = [...this.#kept, ...tokens];
    this.#finish = finish;
  }

  /** Goes back to where the next draw begins. */
  stepBack(restart: 'whole' | 'line', attempts: number): void {
    if (restart === 'whole') return;
    const place = this.#kept.length;
    this.#tries.set(place, (this.#tries.get(place) ?? 0) + 1);
    // The line in which the rule was broken is the last one: a draw ends with it.
    this.#kept = this.#last.slice(0, Math.max(place, this.#lineStart(this.#last)));
    if (this.#kept.length === place && this.#tries.get(place)! >= attempts) this.#moveUp();
  }

  /** Up by a line, where it is tried as if anew. */
  #moveUp(): void {
    this.#tries.delete(this.#kept.length);
    this.#kept = this.#kept.slice(0, this.#lineStart(this.#kept));
  }

  /** Where the last line of some tokens begins, the end of a line counting to it. */
  #lineStart(tokens: readonly number[]): number {
    let at = tokens.length - 1;
    while (at > 0 && !this.#reader.endsLine(tokens[at - 1]!)) at--;
    return Math.max(0, at);
  }

  result(): Accepted {
    return {
      prompt: this.#index,
      tokens: this.#last,
      text: this.#reader.text(this.#last),
      finish: this.#finish,
      accepted: this.accepted,
      attempts: this.#passes.length,
      drawn: this.#passes.reduce((sum, [, drawn]) => sum + drawn, 0),
      passes: this.#passes,
    };
  }
}
