/** @file What an arm does to prompts that are about something else: divergence at the answers of chores, and how many are still right. */
import type { LanguageModel } from '../../model/index.ts';
import { CHORE_KINDS, type Chore, heldOutChores } from '../../world/code/index.ts';
import { END, PAD } from '../../world/index.ts';
import type { Kit } from './kit.ts';
import { TASK_SEEDS } from './settings.ts';
import type { Writer } from './writing.ts';

export type SideEffects = {
  /** KL(under the arm || as it is) in nats a token, mean over the tokens of the right answers. */
  readonly kl: number;
  /** Chores answered right to the letter, greedily; '1' where so. */
  readonly right: string;
};

/** Texts that the model reads at once. */
const TOGETHER = 16;

/** A chore as the arm is given it. */
interface Asked {
  readonly chore: Chore;
  readonly plain: readonly number[];
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** @param construct named in the prompt where the arm puts its request there */
export async function sideEffects(
  kit: Kit,
  writer: Writer,
  construct: string,
): Promise<SideEffects> {
  const chores = CHORE_KINDS.flatMap((kind) =>
    heldOutChores(TASK_SEEDS.chores, kind, kit.settings.chores),
  );
  const asked = chores.map((chore) => askedOf(kit.model, chore, writer.asked ? construct : ''));
  let [sum, tokens] = [0, 0];
  for (let i = 0; i < asked.length; i += TOGETHER) {
    for (const value of await divergences(kit, writer, asked.slice(i, i + TOGETHER))) {
      sum += value;
      tokens++;
    }
  }
  return { kl: sum / tokens, right: await answered(kit, writer, asked) };
}

/** A request stands in the user's turn, after its first line; documents have no place for one. */
function askedOf(model: LanguageModel, chore: Chore, construct: string): Asked {
  const encode = (text: string) => model.encode(text)[0]!;
  const requested =
    construct === '' ? chore.prompt : chore.prompt.replace('\n', `\n# avoid ${construct}\n`);
  const plain = encode(chore.prompt);
  const answer = encode(chore.prompt + chore.answer + END).slice(plain.length);
  const hasTurn = chore.kind === 'describe' || chore.kind === 'implement';
  return { chore, plain, prompt: hasTurn ? encode(requested) : plain, answer };
}

async function answered(
  { dictionaries }: Kit,
  { model, edits = [], ban = [] }: Writer,
  asked: readonly Asked[],
): Promise<string> {
  const options = { temperature: 0, maxTokens: 80, edits, dictionaries, ban, workers: 0 };
  const marks: string[] = [];
  const prompts = asked.map(({ prompt }) => prompt);
  for await (const { prompt, text } of model.sample(prompts, options)) {
    marks.push(text === asked[prompt]!.chore.answer ? '1' : '0');
  }
  return marks.join('');
}

/** KL at each token of the answers. */
async function divergences(kit: Kit, writer: Writer, asked: readonly Asked[]): Promise<number[]> {
  const { dictionaries, model } = kit;
  const before = await answerLogits(
    model,
    asked.map(({ plain, answer }) => ({ prompt: plain, answer })),
    {},
  );
  const after = await answerLogits(writer.model, asked, {
    edits: writer.edits ?? [],
    dictionaries,
  });
  return before.map((logits, i) => divergence(logits, after[i]!, writer.ban ?? []));
}

type Given = Pick<Parameters<LanguageModel['run']>[1] & object, 'edits' | 'dictionaries'>;

/** Logits that predict each token of the answers, one after the other. */
async function answerLogits(
  model: LanguageModel,
  texts: readonly Pick<Asked, 'prompt' | 'answer'>[],
  given: Given,
): Promise<Float32Array[]> {
  const pad = model.tokenizer!.idOf(PAD);
  const rows = texts.map(({ prompt, answer }) => [...prompt, ...answer]);
  const longest = Math.max(...rows.map(({ length }) => length));
  const padded = rows.map((row) => Array.from({ length: longest }, (_, i) => row[i] ?? pad));
  const promptLength = texts.map(({ prompt }) => prompt.length);
  const { logits } = await model.run(padded, { ...given, promptLength });
  const vocabulary = logits!.dims[2]!;
  return texts.flatMap(({ prompt, answer }, row) =>
    answer.map((_, i) => {
      const start = (row * longest + prompt.length - 1 + i) * vocabulary;
      return logits!.data.subarray(start, start + vocabulary);
    }),
  );
}

/** KL(under the arm || as it is) in nats: finite where tokens are banned, too. */
function divergence(plain: Float32Array, changed: Float32Array, ban: readonly number[]): number {
  const [p, q] = [logSoftmax(plain, []), logSoftmax(changed, ban)];
  return q.reduce(
    (sum, log, id) => (log === -Infinity ? sum : sum + Math.exp(log) * (log - p[id]!)),
    0,
  );
}

function logSoftmax(logits: Float32Array, ban: readonly number[]): Float64Array {
  const open = Float64Array.from(logits, (value, id) => (ban.includes(id) ? -Infinity : value));
  const largest = open.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = open.reduce((sum, value) => sum + Math.exp(value - largest), 0);
  return open.map((value) => value - largest - Math.log(total));
}
