/**
 * @file What directions in the residual stream write towards the logits by themselves: through the final norm's
 * weights and the unembedding, the norm's scale left out.
 */
import { badUsage, type HostTensor, input, type Tensor } from '../../tensor/index.ts';
import type { ModelConfig } from '../config.ts';
import { partsOf } from '../families/index.ts';
import { weightInputs } from '../forward.ts';
import type { LanguageModel } from '../languageModel.ts';
import { normWeight } from '../layers.ts';

/** Logits formed at once. */
const MOST_LOGITS = 2 ** 23;

/** The tokens that one direction changes most. */
export interface DirectionLogits {
  /** Largest effect first. */
  readonly promoted: readonly TokenEffect[];
  /** Smallest effect first. */
  readonly suppressed: readonly TokenEffect[];
  /** Standard deviation of the effects over the vocabulary. */
  readonly deviation: number;
}

/** A token id, and by how much its logit changes. */
export interface TokenEffect {
  readonly token: number;
  readonly effect: number;
}

/**
 * Effects of directions on the logits, less their mean over the vocabulary: (d less its mean, with LayerNorm)
 * diag(w) W_U. They are in logits for each 1 that the final norm divides by, as a folded model has them
 * (TransformerLens's direct logit attribution); a soft cap of logits is left out.
 *
 * @param directions [n, width of the residual stream], row by row
 * @throws TouchstoneError where they have another width
 */
export async function directionLogits(
  model: LanguageModel,
  directions: Float32Array,
  topK = 10,
): Promise<DirectionLogits[]> {
  const { hidden_size: width, vocab_size: vocabulary } = model.config;
  if (directions.length % width !== 0) {
    badUsage(`${directions.length} numbers as directions`, `each takes ${width}`);
  }
  const k = Math.min(topK, vocabulary);
  const program = model.program(`directions:${k}`, { baked: false }, () => graph(model.config, k));
  const n = directions.length / width;
  const out = await program.run({
    ...model.feeds,
    directions: model.runtime.tensor('float32', directions, [n, width]),
  });
  return Array.from({ length: n }, (_, row) => ({
    promoted: effects(out.tokens!, out.effects!, row, k),
    suppressed: effects(out.lowTokens!, out.lowEffects!, row, k),
    deviation: out.deviation!.data[row] as number,
  }));
}

/**
 * The effect of each direction on one token's logit, as {@link directionLogits} has it.
 *
 * @param directions [n, width of the residual stream], row by row
 * @returns one a direction
 */
export async function directionEffects(
  model: LanguageModel,
  directions: Float32Array,
  token: number,
): Promise<Float32Array> {
  const { hidden_size: width, vocab_size: vocabulary } = model.config;
  if (directions.length % width !== 0) {
    badUsage(`${directions.length} numbers as directions`, `each takes ${width}`);
  }
  if (token >= vocabulary) badUsage(`token ${token}`, `there are ${vocabulary}`);
  const program = model.program('direction effects', { baked: false }, () => ({
    effects: relativeLogits(model.config)
      .transpose(1, 0)
      .gather(input('token', 'int64', [1])),
  }));
  const n = directions.length / width;
  const out = new Float32Array(n);
  // Logits of all tokens are formed on the way.
  const step = Math.max(1, Math.floor(MOST_LOGITS / vocabulary));
  for (let at = 0; at < n; at += step) {
    const rows = directions.subarray(at * width, (at + step) * width);
    const { effects } = await program.run({
      ...model.feeds,
      directions: model.runtime.tensor('float32', rows, [rows.length / width, width]),
      token: model.runtime.tensor('int64', BigInt64Array.of(BigInt(token)), [1]),
    });
    out.set(effects!.data as Float32Array, at);
  }
  return out;
}

/** [n, vocabulary], less their mean. */
function relativeLogits(config: ModelConfig): Tensor {
  const { embed, unembed, final } = partsOf(config);
  const parameters = weightInputs(config);
  const rows = input('directions', 'float32', ['n', config.hidden_size]);
  const centred = config.architecture.norm === 'layer' ? rows.sub(rows.mean(-1, true)) : rows;
  const head = parameters.weight(`${(unembed ?? embed).name}.weight`);
  const weighted = centred.mul(normWeight({ config, parameters }, final));
  const logits = weighted.matmul(head, { transposeB: true });
  return logits.sub(logits.mean(-1, true));
}

function graph(config: ModelConfig, k: number): Record<string, Tensor> {
  const relative = relativeLogits(config);
  const [high, low] = [relative.topK(k), relative.neg().topK(k)];
  return {
    tokens: high.indices,
    effects: high.values,
    lowTokens: low.indices,
    lowEffects: low.values.neg(),
    deviation: relative.square().mean(-1).sqrt(),
  };
}

function effects(tokens: HostTensor, values: HostTensor, row: number, k: number): TokenEffect[] {
  return Array.from({ length: k }, (_, i) => ({
    token: Number(tokens.data[row * k + i]),
    effect: values.data[row * k + i] as number,
  }));
}
