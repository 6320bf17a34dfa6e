/**
 * @file Direct logit attribution: what each part of the model writes towards a logit, the scales of norms
 * taken as they are (Elhage et al. 2021, "A mathematical framework for transformer circuits").
 */
import { concat, constant, gradients, type Tensor } from '../../tensor/index.ts';
import type { ModelConfig } from '../config.ts';
import { partsOf } from '../families/index.ts';
import { type HookName, hookNames } from '../hooks.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';
import { unembed } from '../transformer.ts';
import { finalNorm } from './logitLens.ts';
import { BoundMetric, type Metric } from './metric.ts';
import { EditedModel, keep, type Pass, type PassOptions } from './pass.ts';

export interface DirectLogitOptions extends PassOptions {
  /** Where the next token is predicted; negative ones count from the end. Default -1. */
  readonly position?: number;
  /** Token id of the logit, one for all sequences or one for each. */
  readonly correct: number | readonly number[];
  /** Where given, contributions are to the logit of `correct` less that of `wrong`. */
  readonly wrong?: number | readonly number[];
  /** Whether attention is split into heads. Default 'head'. */
  readonly per?: 'head' | 'layer';
}

/** A part of the model that writes into the residual stream, or adds to the logits. */
export interface LogitComponent {
  /**
   * 'embed', 'pos_embed', 'blocks.L.attn' or its 'blocks.L.attn.head.H' and 'blocks.L.attn.bias',
   * 'blocks.L.mlp' (its biases included); 'bias' is that of the final norm and of the unembedding.
   */
  readonly name: string;
  readonly layer?: number;
  readonly head?: number;
}

export interface DirectLogits {
  readonly components: readonly LogitComponent[];
  /** [sequences, components]. */
  readonly dims: readonly [number, number];
  readonly contributions: Float32Array;
  /** The logit, or difference of logits, of each sequence, before any soft cap of the family. */
  readonly totals: Float32Array;
  /** Totals less the sums of contributions: rounding, and what edits add to the residual stream. */
  readonly remainders: Float32Array;
}

/**
 * Splits a logit, or a difference of logits, into what parts of the model write towards it. The scale of
 * the final norm counts as constant; so do those of norms on what attention writes (Gemma, OLMo 2), so
 * that heads add up there too. Soft caps of logits are left out, since they are not linear.
 *
 * @throws TouchstoneError where sequences, position, tokens or edits do not fit the model
 */
export async function directLogitAttribution(
  model: LanguageModel,
  tokens: Tokens,
  options: DirectLogitOptions,
): Promise<DirectLogits> {
  const rows = model.rows(tokens);
  const edited = new EditedModel(model, options);
  const metric = new BoundMetric(metricsOf(options, rows.length), rows, model.config);
  const perHead = (options.per ?? 'head') === 'head';
  const build = () => splitGraph(edited, metric, perHead);
  const { contributions, totals } = await edited.run(
    `direct:${metric.kind}:${perHead}`,
    build,
    rows,
    metric.feeds(
      model.runtime,
      rows.map((_, i) => i),
    ),
  );
  const components = componentsOf(model.config, perHead);
  const [parts, sums] = [contributions.data as Float32Array, totals.data as Float32Array];
  const remainders = sums.map((total, row) => {
    const own = parts.subarray(row * components.length, (row + 1) * components.length);
    return total - own.reduce((a, b) => a + b, 0);
  });
  const dims = [rows.length, components.length] as const;
  return { components, dims, contributions: parts, totals: sums, remainders };
}

function metricsOf({ position = -1, correct, wrong }: DirectLogitOptions, rows: number): Metric[] {
  const each = (tokens: number | readonly number[]) =>
    typeof tokens === 'number' ? new Array<number>(rows).fill(tokens) : tokens;
  const others = wrong === undefined ? undefined : each(wrong);
  return each(correct).map((token, row) =>
    others
      ? { kind: 'logitDifference', position, correct: token, wrong: others[row] as number }
      : { kind: 'logit', position, token },
  );
}

/** All parts, in the order of the result. */
function componentsOf(config: ModelConfig, perHead: boolean): LogitComponent[] {
  const heads = [...new Array(config.num_attention_heads).keys()];
  const blocks = partsOf(config).blocks.flatMap(({ out }, layer): LogitComponent[] => {
    const attn = `blocks.${layer}.attn`;
    const split = heads.map((head) => ({ name: `${attn}.head.${head}`, layer, head }));
    const bias = out.bias ? [{ name: `${attn}.bias`, layer }] : [];
    return [
      ...(perHead ? [...split, ...bias] : [{ name: attn, layer }]),
      { name: `blocks.${layer}.mlp`, layer },
    ];
  });
  const learned = config.architecture.positions === 'learned';
  return [
    { name: 'embed' },
    ...(learned ? [{ name: 'pos_embed' }] : []),
    ...blocks,
    { name: 'bias' },
  ];
}

/** The hook points that contributions are computed from, and those where scales are held constant. */
function changesOf(config: ModelConfig): Map<HookName, (x: Tensor) => Tensor> {
  const written = /^hook_(pos_)?embed$|hook_(attn|mlp)_out$|attn\.hook_z$|hook_resid_post$/;
  const { normPlace } = config.architecture;
  const after = normPlace === 'after' ? /ln[12]\.hook_scale$/ : /ln[12]_post\.hook_scale$/;
  const changes = new Map<HookName, (x: Tensor) => Tensor>();
  for (const hook of hookNames(config)) {
    if (written.test(hook)) changes.set(hook, keep);
    if (hook === 'ln_final.hook_scale' || after.test(hook))
      changes.set(hook, (scale) => scale.stopGradient());
  }
  return changes;
}

function splitGraph(edited: EditedModel, metric: BoundMetric, perHead: boolean) {
  const { config } = edited.model;
  const capped = edited.graph(changesOf(config));
  const pass = { ...capped, logits: (of: Tensor) => uncapped(config, capped, of) };
  const totals = metric.value(pass);
  const at = (hook: HookName) => pass.values.get(hook)!;
  const last = at(`blocks.${config.num_hidden_layers - 1}.hook_resid_post`);
  // Zero but at the position in question: products with it sum to contributions there.
  const direction = gradients(totals.sum(), [last])[0]!.stopGradient();
  const along = (x: Tensor) => x.mul(direction).sum([1, 2]).reshape('batch', 1);
  const blocks = partsOf(config).blocks.flatMap(({ out }, layer) => {
    const attention = at(`blocks.${layer}.hook_attn_out`);
    const heads = perHead
      ? byHead(at(`blocks.${layer}.attn.hook_z`), attention, direction)
      : undefined;
    const bias = heads && out.bias ? [along(attention).sub(heads.sum(-1, true))] : [];
    return [heads ?? along(attention), ...bias, along(at(`blocks.${layer}.hook_mlp_out`))];
  });
  const learned = config.architecture.positions === 'learned';
  const embeddings = [along(at('hook_embed')), ...(learned ? [along(at('hook_pos_embed'))] : [])];
  const constants = constantPart(edited.model, pass, metric);
  return { totals, contributions: concat([...embeddings, ...blocks, constants], 1) };
}

/** Attention's output is linear in each head's z, so that z times the slope is what the head adds, [batch, heads]. */
function byHead(z: Tensor, attention: Tensor, direction: Tensor): Tensor {
  const [slope] = gradients(attention.mul(direction).sum(), [z]);
  return z.mul(slope!).sum([1, 3]);
}

/** What a residual of zero gives: the biases of the final norm and of the unembedding. */
function constantPart(model: LanguageModel, pass: Pass, metric: BoundMetric): Tensor {
  const zeros = constant(0).broadcastTo(...pass.final.shape);
  const final = finalNorm(pass, model, zeros);
  return metric.value({ ...pass, final }).reshape('batch', 1);
}

function uncapped(config: ModelConfig, { parameters }: Pass, final: Tensor): Tensor {
  const { logitSoftcap: _, ...architecture } = config.architecture;
  return unembed({ ...config, architecture }, parameters, final);
}
