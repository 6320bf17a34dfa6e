/** @file Which latents of a dictionary are active along a text. */
import {
  DictionaryGraph,
  type DictionaryWeights,
  dictionaryOf,
} from '../../model/edits/dictionary.ts';
import { checkHook, type LanguageModel } from '../../model/index.ts';
import { compile, input, type Program, type Runtime } from '../../tensor/index.ts';
import type { ActiveLatent, LatentsOrder, Result } from '../line.ts';
import { Problem } from '../problem.ts';
import { checkEdits, read, type Served } from './complete.ts';
import { tokensOf } from './prompts.ts';

/** Positions that are encoded at once: latents of wide dictionaries fill memory. */
const BATCH = 64;

/** The most active latents at each position, and those that are most active anywhere. */
export async function* readLatents(served: Served, order: LatentsOrder): AsyncGenerator<Result> {
  const { model, dictionaries, texts } = served;
  checkEdits(served, order);
  const weights = dictionaryOf(order.dictionary, dictionaries);
  const hook = checkHook(hookOf(served, order), model.config);
  const [tokens] = model.rows([tokensOf(model, order.row)]);
  const { edits, promptLength, top } = order;
  const found = await model.run([tokens!], {
    ...{ read: [hook], edits, dictionaries, logits: false },
    ...(promptLength !== undefined && { promptLength }),
  });
  const { data, dims } = found.activations[hook]!;
  const rows = { data, width: widthAt(dims, weights, order) };
  const active = await activeLatents(rows, weights, model);
  yield {
    kind: 'latents',
    hook,
    tokens: tokens!,
    texts: tokens!.map((token) => read(texts, { token, logProbability: null }).text),
    active: active.map(({ length }) => length),
    top: active.map((latents) => latents.slice(0, top)),
    strongest: strongest(active, top),
  };
}

/** The dictionary's own place unless another is named. @throws Problem where neither is known */
function hookOf({ places }: Served, { dictionary, hook }: LatentsOrder): string {
  const found = hook ?? places[dictionary];
  if (found !== undefined) return found;
  const message = `dictionary '${dictionary}' does not say of which hook point it is: name one`;
  throw new Problem(400, message, { param: 'hook' });
}

/** @throws Problem where the dictionary is of vectors of another length */
function widthAt(
  dims: readonly number[],
  { W_enc, b_enc }: DictionaryWeights,
  { dictionary }: LatentsOrder,
): number {
  const width = W_enc.length / b_enc.length;
  if (dims.length === 3 && dims[2] === width) return width;
  const message = `dictionary '${dictionary}' takes vectors of ${width} numbers; the hook point has ${dims.slice(2).join(' x ')}`;
  throw new Problem(400, message, { param: 'hook' });
}

/** Of each row, its active latents, the strongest first. */
async function activeLatents(
  { data, width }: { data: Float32Array; width: number },
  weights: DictionaryWeights,
  { runtime }: LanguageModel,
): Promise<ActiveLatent[][]> {
  const program = await encoderOf(weights, runtime);
  const graph = new DictionaryGraph(weights);
  const found: ActiveLatent[][] = [];
  for (let at = 0; at < data.length; at += BATCH * width) {
    const part = data.slice(at, at + BATCH * width);
    const x = runtime.tensor('float32', part, [part.length / width, width]);
    const { y } = await program.run({ ...graph.feeds(runtime), x });
    found.push(...ranked(y!.data as Float32Array, weights.b_enc.length));
  }
  return found;
}

function ranked(values: Float32Array, latents: number): ActiveLatent[][] {
  return Array.from({ length: values.length / latents }, (_, row) => {
    const active: ActiveLatent[] = [];
    for (let latent = 0; latent < latents; latent++) {
      const activation = values[row * latents + latent]!;
      if (activation !== 0) active.push({ latent, activation });
    }
    return active.sort(byStrength);
  });
}

function byStrength(a: ActiveLatent, b: ActiveLatent): number {
  return Math.abs(b.activation) - Math.abs(a.activation) || a.latent - b.latent;
}

/** Latents by their strongest activation, with the position of it. */
function strongest(active: readonly (readonly ActiveLatent[])[], top: number) {
  const best = new Map<number, ActiveLatent & { position: number }>();
  for (const [position, latents] of active.entries())
    for (const one of latents) {
      const before = best.get(one.latent);
      if (!before || byStrength(one, before) < 0) best.set(one.latent, { ...one, position });
    }
  return [...best.values()].sort(byStrength).slice(0, top);
}

const encoders = new WeakMap<DictionaryWeights, Promise<Program>>();

function encoderOf(weights: DictionaryWeights, runtime: Runtime): Promise<Program> {
  const width = weights.W_enc.length / weights.b_enc.length;
  const x = input('x', 'float32', ['n', width]);
  const known =
    encoders.get(weights) ??
    compile({ runtime, outputs: { y: new DictionaryGraph(weights).encode(x) } });
  encoders.set(weights, known);
  return known;
}
