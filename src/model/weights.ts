/**
 * @file A model's weights in memory. Matrices that are multiplied with the same input lie behind one
 * another in one array, so that a program can use them as one; Hugging Face's names are views of parts.
 */
import { badInput, type HostTensor, type RandomStream, type Runtime } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import { partsOf } from './families/index.ts';
import { type Linear, linears, type Norm, outputsOf, type Table } from './parts.ts';
import type { NamedTensor } from './safetensors.ts';

/** A Hugging Face tensor inside a fused array: its rows. */
export interface Part {
  readonly name: string;
  readonly rows: number;
}

/** One array of the graph: a matrix or a vector, made of parts. */
export interface FusedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly Part[];
}

/** Where tensors are read from: a file, several, or memory. */
export interface TensorSource {
  /** What messages call it. */
  readonly name: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Element types as they are stored, by the format's own names. */
  readonly types: ReadonlyMap<string, string>;
  /** Fills `into` with a tensor's values. */
  read(name: string, into: Float32Array): Promise<void>;
}

function single(name: string, shape: readonly number[]): FusedTensor {
  return { name, shape, parts: [{ name, rows: shape[0]! }] };
}

function linearLayout(linear: Linear): FusedTensor[] {
  const { name, inputs, modules, bias, transposed } = linear;
  const outputs = outputsOf(linear);
  const fused = (kind: 'weight' | 'bias', rest: number[]): FusedTensor => ({
    name: `${name}.${kind}`,
    shape: [outputs, ...rest],
    parts: modules.map((module) => ({ name: `${module.name}.${kind}`, rows: module.outputs })),
  });
  const weight = transposed
    ? single(`${name}.weight`, [inputs, outputs])
    : fused('weight', [inputs]);
  return bias ? [weight, fused('bias', [])] : [weight];
}

/** All arrays of a model, in order. */
export function weightLayout(config: ModelConfig): FusedTensor[] {
  const { hidden_size: d, architecture } = config;
  const parts = partsOf(config);
  const table = ({ name, rows }: Table) => single(`${name}.weight`, [rows, d]);
  const norm = (part?: Norm) => (part ? normLayout(part, architecture) : []);
  const blocks = parts.blocks.flatMap((block) => [
    ...norm(block.ln1),
    ...linearLayout(block.qkv),
    ...norm(block.qNorm),
    ...norm(block.kNorm),
    ...linearLayout(block.out),
    ...norm(block.ln1Post),
    ...norm(block.ln2),
    ...(block.gate ? linearLayout(block.gate) : []),
    ...linearLayout(block.up),
    ...linearLayout(block.down),
    ...norm(block.ln2Post),
  ]);
  return [
    table(parts.embed),
    ...(parts.positions ? [table(parts.positions)] : []),
    ...blocks,
    ...norm(parts.final),
    ...(parts.unembed ? linearLayout(parts.unembed) : []),
  ];
}

function normLayout(
  { name, size, bare }: Norm,
  { norm }: ModelConfig['architecture'],
): FusedTensor[] {
  if (bare) return [];
  const weight = single(`${name}.weight`, [size]);
  return norm === 'layer' ? [weight, single(`${name}.bias`, [size])] : [weight];
}

/** Weights of one model: fused arrays for graphs, Hugging Face's tensors as views. */
export class Weights {
  readonly layout: readonly FusedTensor[];
  /** Arrays by graph name. */
  readonly fused = new Map<string, Float32Array>();
  /** Hugging Face tensors by name, views of the arrays. */
  readonly named = new Map<string, NamedTensor>();
  /** Names of the modules whose matrix is [in, out]. */
  readonly transposed: ReadonlySet<string>;
  /** Modules within blocks, to which adapters may be added. */
  readonly adaptable: ReadonlyMap<string, { readonly inputs: number; readonly outputs: number }>;
  readonly #config: ModelConfig;

  /** @param arrays where the weights lie already, by graph name; default: new arrays of zeros */
  constructor(config: ModelConfig, arrays?: ReadonlyMap<string, Float32Array>) {
    this.#config = config;
    this.layout = weightLayout(config);
    this.transposed = new Set(
      linears(partsOf(config)).flatMap(({ name, transposed }) => (transposed ? [name] : [])),
    );
    const { unembed: _, ...body } = partsOf(config);
    this.adaptable = new Map(
      linears(body).flatMap(({ modules, inputs }) =>
        modules.map(({ name, outputs }) => [name, { inputs, outputs }] as const),
      ),
    );
    for (const { name, shape, parts } of this.layout) {
      const columns = shape[1] ?? 1;
      const data = arrays?.get(name) ?? new Float32Array(shape[0]! * columns);
      this.fused.set(name, data);
      let row = 0;
      for (const part of parts) {
        const view = data.subarray(row * columns, (row + part.rows) * columns);
        this.named.set(part.name, { shape: [part.rows, ...shape.slice(1)], data: view });
        row += part.rows;
      }
    }
  }

  /** Number of parameters. */
  get size(): number {
    let sum = 0;
    for (const data of this.fused.values()) sum += data.length;
    return sum;
  }

  /** Initial weights: normal with deviation 0.02, output projections scaled by 1/sqrt(2 layers) (Radford et al. 2019). */
  initialize(stream: RandomStream): this {
    const { num_hidden_layers: layers, architecture } = this.#config;
    const residual = new Set(
      linears(partsOf(this.#config)).flatMap((linear) => (linear.residual ? [linear.name] : [])),
    );
    for (const [name, { shape, data }] of this.named) {
      if (name.endsWith('.bias')) data.fill(0);
      else if (shape.length === 1) data.fill(1 - architecture.normOffset);
      else {
        const deviation = residual.has(moduleOf(name)) ? 0.02 / Math.sqrt(2 * layers) : 0.02;
        stream.at(name).fillNormal(data);
        for (let i = 0; i < data.length; i++) data[i]! *= deviation;
      }
    }
    return this;
  }

  /**
   * Weights read from a source, each straight into its place. What the config promises is checked before
   * any memory is taken.
   *
   * @throws TouchstoneError naming the tensor that is missing or does not fit
   */
  static async from(config: ModelConfig, source: TensorSource): Promise<Weights> {
    const names = storedNames(config, source);
    const weights = new Weights(config);
    for (const [name, { data }] of weights.named) await source.read(names.get(name)!, data);
    return weights;
  }

  /** An independent copy. */
  clone(): Weights {
    const copy = new Weights(this.#config);
    for (const [name, data] of this.fused) copy.fused.get(name)!.set(data);
    return copy;
  }

  /** The arrays as feeds that programs share without a copy. */
  feeds(runtime: Runtime): Map<string, HostTensor> {
    return new Map(
      this.layout.map(({ name, shape }) => [
        name,
        runtime.tensor('float32', this.fused.get(name)!, shape),
      ]),
    );
  }
}

/** The module that a weight belongs to. */
export function moduleOf(name: string): string {
  return name.replace(/\.(weight|bias)$/, '');
}

/** Number of parameters that a config promises. */
export function parameterCount(config: ModelConfig): number {
  const sizes = weightLayout(config).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  return sizes.reduce((a, b) => a + b, 0);
}

/**
 * The source's name of each tensor that a config promises, by Hugging Face's name.
 *
 * @throws TouchstoneError naming the tensor that is missing or does not fit
 */
export function storedNames(config: ModelConfig, source: TensorSource): Map<string, string> {
  const names = new Map<string, string>();
  for (const { shape, parts } of weightLayout(config)) {
    for (const part of parts) {
      const found = storedName(part.name, source);
      checkTensor(source.shapes.get(found), part.name, [part.rows, ...shape.slice(1)], source);
      names.set(part.name, found);
    }
  }
  return names;
}

/** Files of a bare model, without its head, lack the first part of the names. */
function storedName(name: string, { shapes }: TensorSource): string {
  if (shapes.has(name)) return name;
  const bare = name.slice(name.indexOf('.') + 1);
  return shapes.has(bare) ? bare : name;
}

function checkTensor(
  found: readonly number[] | undefined,
  name: string,
  shape: readonly number[],
  source: TensorSource,
): void {
  if (!found)
    badInput(`${source.name}: tensor '${name}' is missing`, 'is config.json of this model?');
  if (found.join() === shape.join()) return;
  badInput(
    `${source.name}: '${name}' has shape [${found.join(', ')}], expected [${shape.join(', ')}] by config.json`,
    'is config.json of this model?',
  );
}
