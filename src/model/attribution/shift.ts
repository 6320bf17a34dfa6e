/** @file What vectors added at a hook point change in the predictions, at chosen places of chosen texts. */
import { badUsage, crossEntropy, input, type Tensor } from '../../tensor/index.ts';
import { checkHook, hookSizes } from '../hooks.ts';
import type { LanguageModel } from '../languageModel.ts';
import type { TokenEffect } from './directions.ts';
import { EditedModel, gatherPlaces, keep, type Pass } from './pass.ts';

export interface ShiftOptions {
  /** Hook point at which vectors are added. */
  readonly at: string;
  /** One or more alternatives, each [rows, positions, width of the hook point] row by row. */
  readonly shifts: readonly Float32Array[];
  /** Where predictions are compared: row * positions + position. */
  readonly places: readonly number[];
  /** The token that follows each place. */
  readonly targets: readonly number[];
  /** How many of the tokens that change most are returned. Default 5. */
  readonly topK?: number;
}

/** Effects of one alternative. */
export interface ShiftEffect {
  /** -log p of each target, in nats. */
  readonly loss: Float32Array;
  /** Kullback-Leibler divergence of the changed prediction from the plain one at each place, KL(plain || changed), in nats. */
  readonly divergence: Float32Array;
  /** Tokens whose probability rises most in the mean over the places. */
  readonly raised: readonly TokenEffect[];
  readonly lowered: readonly TokenEffect[];
}

export interface ShiftEffects {
  /** -log p of each target in the plain pass, in nats. */
  readonly loss: Float32Array;
  readonly shifted: readonly ShiftEffect[];
}

/**
 * Runs texts plain and with vectors added, in one program: what lies below the hook point is computed once.
 *
 * @param rows token ids, all of one length
 * @throws TouchstoneError where hook point, shifts or places do not fit
 */
export async function shiftEffects(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
  { at, shifts, places, targets, topK = 5 }: ShiftOptions,
): Promise<ShiftEffects> {
  const { config, runtime } = model;
  const hook = checkHook(at, config);
  const length = rows[0]!.length;
  const sizes = hookSizes(hook, config);
  if (!sizes) badUsage(`a vector at '${at}'`, 'scores and patterns have no width');
  const width = sizes.reduce((product, size) => product * size, 1);
  const dims = [rows.length, length, width];
  checkShifts(shifts, dims, at);
  if (places.length === 0 || places.length !== targets.length) {
    badUsage(`${places.length} places and ${targets.length} targets`, 'give one target for each');
  }
  const k = Math.min(topK, config.vocab_size);
  const edited = new EditedModel(model, {});
  const build = () => {
    const pass = (change: (x: Tensor) => Tensor) => edited.graph(new Map([[hook, change]]));
    const moved = shifts.map((_, i) => {
      const shift = input(`shift.${i}`, 'float32', ['batch', 'seq', width]);
      return pass((x) => x.add(sizes.length === 1 ? shift : shift.reshape(...x.shape)));
    });
    return compared(pass(keep), moved, k);
  };
  const integers = (values: readonly number[]) =>
    runtime.tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  const fed = shifts.map((shift, i) => [`shift.${i}`, runtime.tensor('float32', shift, dims)]);
  const feeds = {
    ...Object.fromEntries(fed),
    places: integers(places),
    targets: integers(targets),
  };
  const key = `shift:${hook}:${shifts.length}:${k}`;
  const out = await edited.run<string>(key, build, rows, feeds);
  const floats = (name: string) => out[name]!.data as Float32Array;
  const tokens = (name: string): TokenEffect[] =>
    Array.from(floats(`${name}.values`), (effect, i) => ({
      token: Number(out[`${name}.tokens`]!.data[i]),
      effect,
    }));
  return {
    loss: floats('loss'),
    shifted: shifts.map((_, i) => ({
      loss: floats(`loss.${i}`),
      divergence: floats(`divergence.${i}`),
      raised: tokens(`raised.${i}`),
      lowered: tokens(`lowered.${i}`),
    })),
  };
}

function checkShifts(shifts: readonly Float32Array[], dims: readonly number[], at: string): void {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const wrong = shifts.find((shift) => shift.length !== size);
  if (wrong)
    badUsage(`${wrong.length} numbers to add at '${at}'`, `${dims.join(' x ')} are needed`);
  if (shifts.length === 0) badUsage(`no vectors to add at '${at}'`, 'give one alternative or more');
}

/** Log-probabilities at the places are all that leaves the residual stream. */
function compared(plain: Pass, changed: readonly Pass[], k: number): Record<string, Tensor> {
  const targets = input('targets', 'int64', ['places']);
  const logs = (pass: Pass) =>
    pass.logits(gatherPlaces(pass.final, 'places', 'places')).logSoftmax();
  const before = logs(plain);
  const out: Record<string, Tensor> = { loss: crossEntropy(before, targets) };
  changed.forEach((pass, i) => {
    const after = logs(pass);
    const change = after.sub(before);
    const moved = after.exp().sub(before.exp()).mean(0);
    const [up, down] = [moved.topK(k), moved.neg().topK(k)];
    out[`loss.${i}`] = crossEntropy(after, targets);
    out[`divergence.${i}`] = before.exp().mul(change.neg()).sum(-1);
    out[`raised.${i}.tokens`] = up.indices;
    out[`raised.${i}.values`] = up.values;
    out[`lowered.${i}.tokens`] = down.indices;
    out[`lowered.${i}.values`] = down.values.neg();
  });
  return out;
}
