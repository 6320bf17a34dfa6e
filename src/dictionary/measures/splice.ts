/** @file What a model makes of reconstructions: its loss and its predictions with them in the place of activations. */
import {
  type Changes,
  sequenceInputs,
  Taps,
  tokenTensor,
  weightInputs,
} from '../../model/forward.ts';
import { type HookName, hookSizes, type LanguageModel } from '../../model/index.ts';
import { transformer, unembed } from '../../model/transformer.ts';
import { badUsage, crossEntropy, input, multiplyDims, type Tensor } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import { latentsOf, reconstructionOf } from '../graphs.ts';
import type { Context, Mask } from '../harvest/contexts.ts';
import { type ContextPass, padded, passesOf } from '../harvest/passes.ts';
import type { DictionaryConfig } from '../kind.ts';
import { kindOf } from '../kinds/index.ts';
import type { DictionarySums } from './dictionarySums.ts';
import type { Column } from './sums.ts';

/** What is measured, and where. */
export interface SpliceOptions {
  readonly model: LanguageModel;
  readonly dictionary: Dictionary;
  /** The hook point that is encoded, of the dictionary's width; values of heads lie one after another. */
  readonly hook: HookName;
  /** The hook point that is decoded. Default: the same. */
  readonly target?: HookName;
  readonly contexts: readonly Context[];
  /** Tokens whose activations stay as they are, and whose predictions are not counted. */
  readonly mask: Mask;
  /** The mean of what is decoded, for ablation to the mean. */
  readonly mean: ArrayLike<number>;
  /** Called after each pass with its tokens; may throw to stop. */
  readonly onTokens?: (count: number) => Promise<void>;
}

/** Logits of a pass are several times in memory: tokens times vocabulary at most. */
const LOGITS = 2 ** 24;
const MOST_TOKENS = 2048;

const OUTPUTS = [
  'ceOriginal',
  'ceSpliced',
  'ceZero',
  'ceMean',
  'klSpliced',
  'klZero',
  'klMean',
] as const satisfies readonly Column[];

type Output = (typeof OUTPUTS)[number];

/**
 * Runs the model over contexts as it is, with reconstructions, with 0 and with the mean in the place of activations, at
 * the tokens that are not masked, and adds for each of these tokens the nats of the next one and KL(original || changed)
 * to `into`. A token whose next one is of another document is left out.
 *
 * @throws TouchstoneError where the dictionary does not fit the hook points
 */
export async function addSplices(into: DictionarySums, options: SpliceOptions): Promise<void> {
  const { model, contexts, onTokens } = options;
  checkWidths(options);
  const { max_position_embeddings: longest, vocab_size: vocabulary } = model.config;
  const tokens = Math.max(1, Math.min(MOST_TOKENS, Math.floor(LOGITS / vocabulary)));
  for (const pass of passesOf(contexts, contexts.keys(), { longest, tokens })) {
    await addPass(into, pass, options);
    await onTokens?.(pass.contexts.reduce((sum, one) => sum + contexts[one]!.tokens.length, 0));
  }
}

function checkWidths({ model, dictionary, hook, target = hook, mean }: SpliceOptions): void {
  const { d_in, d_out = d_in } = dictionary.config;
  const check = (name: HookName, expected: number) => {
    const sizes = hookSizes(name, model.config);
    const width = sizes?.reduce((product, size) => product * size, 1);
    if (width === expected) return;
    badUsage(
      `a dictionary of width ${expected} at '${name}'`,
      width === undefined ? 'it has no row for each position' : `activations there have ${width}`,
    );
  };
  check(hook, d_in);
  check(target, d_out);
  if (mean.length !== d_out) badUsage(`a mean of ${mean.length} numbers`, `it has ${d_out}`);
}

/** Names of the dictionary's tensors among the program's inputs. */
const named = (name: string) => `dictionary.${name}`;

/** An activation with another in its place, given what is encoded and what is decoded as rows. */
type Instead = (read: Tensor, place: Tensor) => Tensor;

function graphOf({ model, dictionary, hook, target = hook }: SpliceOptions) {
  const { config } = model;
  const [inputs, parameters] = [sequenceInputs(config), weightInputs(config)];
  const kept = input('kept', 'bool', ['batch', 'seq']);
  const logits = (changes: Changes) => {
    const { final } = transformer(config, parameters, new Taps([], [], changes), inputs);
    return unembed(config, parameters, final);
  };
  const changed = (instead: Instead) => logits(changesOf(hook, target, kept, instead));
  const original = logits(new Map());
  const mean = input('mean', 'float32', [dictionary.config.d_out ?? dictionary.config.d_in]);
  const spliced = changed(reconstructing(dictionary.config));
  const zero = changed((_, place) => place.mul(0));
  const constant = changed((_, place) => mean.broadcastTo(...place.shape));
  const targets = input('targets', 'int64', ['batch', 'seq']);
  return {
    ceOriginal: crossEntropy(original, targets),
    ceSpliced: crossEntropy(spliced, targets),
    ceZero: crossEntropy(zero, targets),
    ceMean: crossEntropy(constant, targets),
    klSpliced: divergence(original, spliced),
    klZero: divergence(original, zero),
    klMean: divergence(original, constant),
  };
}

/** KL(p || q) in nats of the distributions behind logits [..., vocabulary]. */
function divergence(p: Tensor, q: Tensor): Tensor {
  const log = p.logSoftmax();
  return log.exp().mul(log.sub(q.logSoftmax())).sum(-1);
}

function reconstructing(config: DictionaryConfig): Instead {
  const shapes = kindOf(config.architecture).shapes(config);
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, input(named(name), 'float32', shape)]),
  );
  const weight = (name: string) => tensors.get(name)!;
  return (read) => reconstructionOf(read, latentsOf(read, weight, config), weight, config);
}

function changesOf(hook: HookName, target: HookName, kept: Tensor, instead: Instead): Changes {
  let read: Tensor | undefined;
  const see = (x: Tensor) => {
    read = rowsOf(x);
    return x;
  };
  const put = (x: Tensor) => {
    const place = rowsOf(x);
    if (!read && hook !== target) {
      badUsage(`'${target}' comes before '${hook}'`, 'what is decoded comes after what is encoded');
    }
    const [batch, positions, ...sizes] = x.shape;
    const at = kept.reshape(batch!, positions!, ...sizes.map(() => 1));
    return at.where(instead(read ?? place, place).reshape(...x.shape), x);
  };
  return new Map(
    hook === target
      ? [[hook, put]]
      : [
          [hook, see],
          [target, put],
        ],
  );
}

/** [batch, seq, ...] as [batch seq, width]. */
function rowsOf(x: Tensor): Tensor {
  const [batch, positions, ...sizes] = x.shape;
  return x.reshape(multiplyDims([batch!, positions!]), multiplyDims(sizes));
}

async function addPass(
  into: DictionarySums,
  { length, contexts: numbers }: ContextPass,
  options: SpliceOptions,
): Promise<void> {
  const { model, dictionary, hook, target = hook, contexts, mean } = options;
  const some = numbers.map((number) => contexts[number]!);
  const rows = some.map((context) => padded(context, length));
  const places = some.map((context) => countedOf(context, options.mask));
  const key = `splice:${hook}:${target}:${JSON.stringify(dictionary.config)}`;
  const program = model.program<Output>(key, { baked: false }, () => graphOf(options));
  const { runtime } = model;
  const weights = Object.entries(dictionary.feeds()).map(([name, value]) => [named(name), value]);
  const out = await program.run({
    ...model.feeds,
    ...model.sequenceFeeds(rows),
    ...Object.fromEntries(weights),
    kept: runtime.tensor('bool', keptMask(some, length, options.mask), [some.length, length]),
    mean: runtime.tensor('float32', Float32Array.from(mean), [mean.length]),
    targets: tokenTensor(
      runtime,
      rows.map((row) => [...row.slice(1), 0]),
    ),
  });
  places.forEach((positions, row) => {
    for (const position of positions) {
      const at = row * length + position;
      const sums = OUTPUTS.map((name) => [name, Number(out[name].data[at])] as const);
      const document = some[row]!.documents[position]!;
      into.addModel(document, { tokens: 1, ...Object.fromEntries(sums) });
    }
  });
}

/** Positions whose next token is of the same document, and that are not masked. */
function countedOf({ tokens, documents }: Context, { ids }: Mask): number[] {
  const masked = new Set(ids);
  return [...tokens.keys()].filter(
    (at) => !masked.has(tokens[at]!) && documents[at + 1] === documents[at],
  );
}

function keptMask(contexts: readonly Context[], length: number, { ids }: Mask): Uint8Array {
  const masked = new Set(ids);
  const kept = new Uint8Array(contexts.length * length);
  contexts.forEach(({ tokens }, row) => {
    tokens.forEach((token, at) => {
      kept[row * length + at] = masked.has(token) ? 0 : 1;
    });
  });
  return kept;
}
