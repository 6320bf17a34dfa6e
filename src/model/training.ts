/** @file Training: a model's own weights, or low-rank adapters beside them. One step is one program. */
import {
  AdamW,
  badUsage,
  compile,
  cosineSchedule,
  crossEntropy,
  type Feeds,
  globalNorm,
  gradients,
  type HostTensor,
  input,
  type Program,
  type Reporter,
  silent,
  type Tensor,
  TouchstoneError,
} from '../tensor/index.ts';
import { type Checkpointing, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { type BoundEdit, bindEdits, type Dictionaries, type Edit, editFeeds } from './edits.ts';
import { forwardGraph, sequenceInputs, weightInputs } from './forward.ts';
import type { LanguageModel } from './languageModel.ts';
import type { Lora } from './lora.ts';
import { type Packed, packedFeeds, packedSpan } from './packing.ts';
import type { Parameters } from './transformer.ts';

export interface TrainOptions {
  readonly steps: number;
  /** The rows of one step. */
  readonly batch: (step: number) => readonly Packed[];
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Steps of linear warm-up. Default: a twentieth of the steps. */
  readonly warmup?: number;
  /** Last learning rate as a fraction of the peak. Default 0.1. */
  readonly floor?: number;
  /** Learning rate of a step as a fraction of the peak. Default: linear warm-up, then cosine decay. */
  readonly schedule?: (step: number) => number;
  /** Default 0.1 on matrices of the model, 0 on adapters. */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this norm. Default 1. */
  readonly clip?: number;
  /** Train these adapters and leave the weights as they are. */
  readonly lora?: Lora;
  /** Act in the forward pass, and the gradient flows through them. */
  readonly edits?: readonly Edit[];
  /** What edits refer to by name. */
  readonly dictionaries?: Dictionaries;
  readonly reporter?: Reporter;
  /** Where to keep the state, so that the same call goes on after a crash. */
  readonly checkpoint?: Checkpointing;
  /** Called after each step with the mean loss in nats a token. */
  readonly onStep?: (step: number, loss: number) => void | Promise<void>;
}

/**
 * Trains in place. Returns the loss of each step done by this call, in nats a token.
 *
 * @throws TouchstoneError where an option or a batch is wrong, or a gradient is not finite; the weights
 * are then those of the step before
 */
export async function train(model: LanguageModel, options: TrainOptions): Promise<number[]> {
  checkOptions(options);
  const trainer = await Trainer.open(model, options);
  try {
    return await trainAll(trainer, options);
  } finally {
    await trainer.close();
  }
}

async function trainAll(trainer: Trainer, options: TrainOptions): Promise<number[]> {
  const { steps, learningRate, clip = 1, reporter = silent, checkpoint } = options;
  const schedule = options.schedule ?? defaultSchedule(options);
  const losses: number[] = [];
  for (let step = await trainer.restore(checkpoint, steps); step < steps; step++) {
    const loss = await trainer.step(options.batch(step), learningRate * schedule(step), clip);
    losses.push(loss);
    await trainer.keep(checkpoint);
    await options.onStep?.(step, loss);
    const note = `loss ${loss.toFixed(3)}`;
    reporter({ task: 'training', done: step + 1, total: steps, unit: 'steps', note });
  }
  return losses;
}

function defaultSchedule({ steps, warmup = Math.ceil(steps / 20), floor = 0.1 }: TrainOptions) {
  return (step: number) => cosineSchedule(step, steps, warmup, floor);
}

function checkOptions({ steps, learningRate, clip = 1, checkpoint }: TrainOptions): void {
  if (!Number.isSafeInteger(steps) || steps < 0)
    badUsage(`${steps} steps`, 'steps is a whole number from 0');
  if (!(learningRate >= 0 && learningRate < 1e3))
    badUsage(`learning rate ${learningRate}`, 'it is 0 or more');
  if (!(clip > 0)) badUsage(`clip ${clip}`, 'the largest norm of a gradient is above 0');
  const every = checkpoint?.every ?? 1;
  if (!Number.isSafeInteger(every) || every < 1) {
    badUsage(`a checkpoint every ${every} steps`, 'every is a whole number from 1');
  }
}

/** Rows of different steps are numbered apart by this, for the noise of edits. */
const ROWS = 2 ** 20;

/** One model under training: its program, its optimizer, and the arrays they share. */
export class Trainer {
  readonly #model: LanguageModel;
  readonly #program: Program;
  readonly #optimizer: AdamW;
  readonly #trained: ReadonlyMap<string, Float32Array>;
  readonly #feeds: Feeds;
  readonly #edits: readonly BoundEdit[];

  private constructor(
    model: LanguageModel,
    program: Program,
    optimizer: AdamW,
    trained: ReadonlyMap<string, Float32Array>,
    feeds: Feeds,
    edits: readonly BoundEdit[],
  ) {
    this.#model = model;
    this.#program = program;
    this.#optimizer = optimizer;
    this.#trained = trained;
    this.#feeds = feeds;
    this.#edits = edits;
  }

  /** Compiles the step and allocates the optimizer. */
  static async open(
    model: LanguageModel,
    options: Pick<TrainOptions, 'lora' | 'weightDecay' | 'edits' | 'dictionaries'> = {},
  ): Promise<Trainer> {
    const { lora, weightDecay, dictionaries } = options;
    lora?.checkFits(model.weights);
    const edits = bindEdits(options.edits ?? [], model.config, { dictionaries, packed: true });
    checkEdits(edits);
    const trained = lora ? lora.parameters() : model.weights.fused;
    const program = await compileStep(model, lora, [...trained.keys()], edits);
    const vectors = new Set(
      model.weights.layout.flatMap(({ name, shape }) => (shape.length === 1 ? [name] : [])),
    );
    const optimizer = new AdamW(trained, {
      weightDecay: weightDecay ?? (lora ? 0 : 0.1),
      decays: (name) => !vectors.has(name),
    });
    const feeds = { ...model.feeds, ...adapterFeeds(model, lora) };
    return new Trainer(model, program, optimizer, trained, feeds, edits);
  }

  /** Mean loss of a batch in nats a token, and its gradient by the trained arrays. */
  async gradients(
    rows: readonly Packed[],
  ): Promise<{ loss: number; of: Map<string, Float32Array> }> {
    const batch = packedFeeds(this.#model, rows);
    const span = packedSpan(rows, this.#optimizer.state.step * ROWS);
    const edits = editFeeds(this.#edits, this.#model.runtime, span);
    const out = await this.#program.run({ ...this.#feeds, ...batch, ...edits });
    const data = (name: string) => out[name]!.data as Float32Array;
    const of = new Map([...this.#trained.keys()].map((name) => [name, data(`grad.${name}`)]));
    return { loss: data('loss')[0]!, of };
  }

  /**
   * One step on one batch. Returns its mean loss in nats a token, before the update.
   *
   * @throws TouchstoneError where the gradient is not finite; then nothing is changed
   */
  async step(rows: readonly Packed[], learningRate: number, clip = 1): Promise<number> {
    const { loss, of } = await this.gradients(rows);
    const norm = globalNorm(of);
    if (!Number.isFinite(norm)) diverged(this.#optimizer.state.step, loss);
    this.#optimizer.step(of, learningRate, norm > clip ? clip / norm : 1);
    await this.#model.weightsChanged();
    return loss;
  }

  /** Takes up a checkpoint of a training of `steps` steps, if there is one. Returns the number of steps done. */
  async restore(checkpoint: Checkpointing | undefined, steps: number): Promise<number> {
    if (!checkpoint) return 0;
    const { state } = this.#optimizer;
    const done = await loadCheckpoint(checkpoint, this.#trained, state, steps);
    await this.#model.weightsChanged();
    return done;
  }

  /** Writes a checkpoint where one is due. */
  async keep(checkpoint: Checkpointing | undefined): Promise<void> {
    const { state } = this.#optimizer;
    if (checkpoint && state.step % checkpoint.every === 0)
      await saveCheckpoint(checkpoint, this.#trained, state);
  }

  /** Releases the step's program. */
  async close(): Promise<void> {
    await this.#program.release();
  }
}

/** Whole runs of values belong to one batch. */
function checkEdits(edits: readonly BoundEdit[]): void {
  const whole = edits.find((edit) => edit.whole);
  if (!whole) return;
  badUsage(`'set' at '${whole.hook}' has more than one position`, 'in training, give one position');
}

function diverged(step: number, loss: number): never {
  throw new TouchstoneError(
    'failed',
    `training diverged: no finite gradient at step ${step} (loss ${loss})`,
    { hint: 'lower the learning rate' },
  );
}

/** Adapters as feeds of the inputs that {@link adapterInputs} makes. */
export function adapterFeeds(
  model: LanguageModel,
  lora: Lora | undefined,
): Record<string, HostTensor> {
  if (!lora) return {};
  const { rank, pairs } = lora;
  return Object.fromEntries(
    [...pairs].flatMap(([module, { a, b, inputs, outputs }]) => [
      [`${module}.lora_A.weight`, model.runtime.tensor('float32', a, [rank, inputs])],
      [`${module}.lora_B.weight`, model.runtime.tensor('float32', b, [outputs, rank])],
    ]),
  );
}

/** Adapters as graph inputs: what each adds is scale * (x A^T) B^T. */
export function adapterInputs(
  lora: Lora,
): Required<Pick<Parameters, 'adapted'>> & { tensors: Map<string, Tensor> } {
  const { rank, scale } = lora;
  const tensors = new Map<string, Tensor>();
  for (const [module, { inputs, outputs }] of lora.pairs) {
    tensors.set(
      `${module}.lora_A.weight`,
      input(`${module}.lora_A.weight`, 'float32', [rank, inputs]),
    );
    tensors.set(
      `${module}.lora_B.weight`,
      input(`${module}.lora_B.weight`, 'float32', [outputs, rank]),
    );
  }
  const adapted = (module: string, x: Tensor): Tensor | undefined => {
    const a = tensors.get(`${module}.lora_A.weight`);
    const b = tensors.get(`${module}.lora_B.weight`);
    return (
      a && b && x.matmul(a, { transposeB: true }).matmul(b, { transposeB: true, alpha: scale })
    );
  };
  return { adapted, tensors };
}

/** Loss and gradients as one program. */
async function compileStep(
  model: LanguageModel,
  lora: Lora | undefined,
  names: readonly string[],
  edits: readonly BoundEdit[],
): Promise<Program> {
  const weights = weightInputs(model.config);
  const adapters = lora && adapterInputs(lora);
  const parameters = { weight: weights.weight, ...(adapters && { adapted: adapters.adapted }) };
  const loss = packedLoss(model, parameters, edits);
  const { tensors } = adapters ?? weights;
  const grads = gradients(
    loss,
    names.map((name) => tensors.get(name)!),
  );
  const outputs = {
    loss,
    ...Object.fromEntries(names.map((name, i) => [`grad.${name}`, grads[i]!])),
  };
  return compile({ runtime: model.runtime, outputs });
}

/** Mean cross-entropy in nats over the targets that count. */
function packedLoss(
  { config }: LanguageModel,
  parameters: Parameters,
  edits: readonly BoundEdit[],
): Tensor {
  const inputs = sequenceInputs(config, 'perRow');
  const graph = forwardGraph(config, inputs, [], edits, parameters);
  const weights = input('weights', 'float32', ['batch', 'seq']);
  const losses = crossEntropy(graph.logits(), input('targets', 'int64', ['batch', 'seq']));
  return losses.mul(weights).sum().div(weights.sum());
}
