/** @file Gradients of a metric with respect to activations. */
import { gradients, type Tensor } from '../../tensor/index.ts';
import type { HookName } from '../hooks.ts';
import type { Activation, LanguageModel, Tokens } from '../languageModel.ts';
import { BoundMetric, type Metric } from './metric.ts';
import { EditedModel, hooksOf, keep, type PassOptions } from './pass.ts';

export interface GradientOptions extends PassOptions {
  /** One for all sequences, or one for each. */
  readonly metric: Metric | readonly Metric[];
  /** Hook points by name; 'blocks.*.hook_z' and the like name one in every layer. */
  readonly at: readonly string[];
}

export interface HookGradients {
  readonly tokens: readonly (readonly number[])[];
  /** The metric of each sequence. */
  readonly values: Float32Array;
  /** Of the shapes that `run` reads at these hook points. */
  readonly gradients: Readonly<Partial<Record<HookName, Activation>>>;
}

/**
 * A metric of each sequence, and its gradient with respect to the activations at hook points, after
 * the edits there. It is the total derivative: through everything that depends on the activation,
 * later positions and layers included.
 *
 * @throws TouchstoneError where hook points, tokens, metric or edits do not fit the model
 */
export async function hookGradients(
  model: LanguageModel,
  tokens: Tokens,
  options: GradientOptions,
): Promise<HookGradients> {
  const rows = model.rows(tokens);
  const edited = new EditedModel(model, options);
  const at = hooksOf(options.at, model);
  const metric = new BoundMetric(options.metric, rows, model.config);
  const build = () => {
    const pass = edited.graph(new Map(at.map((hook) => [hook, keep])));
    const value = metric.value(pass);
    const of = gradients(
      value.sum(),
      at.map((hook) => pass.values.get(hook)!),
    );
    return { value, ...Object.fromEntries(of.map((gradient, i) => [at[i], gradient])) };
  };
  const out = await edited.run<string>(
    `gradients:${metric.kind}:${at}`,
    build as () => Record<string, Tensor>,
    rows,
    metric.feeds(
      model.runtime,
      rows.map((_, i) => i),
    ),
  );
  const gradientAt = (hook: HookName): Activation => ({
    dims: out[hook]!.dims,
    data: out[hook]!.data as Float32Array,
  });
  return {
    tokens: rows,
    values: out.value!.data as Float32Array,
    gradients: Object.fromEntries(at.map((hook) => [hook, gradientAt(hook)])),
  };
}
