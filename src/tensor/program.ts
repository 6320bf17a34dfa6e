/** @file Compiles a symbolic graph to ONNX and runs it. */
import type { InferenceSession } from 'onnxruntime-common';
import { needed, operandsOf } from './broadcasts.ts';
import { checkFeeds, type Feeds } from './feeds.ts';
import { topologicalOrder } from './gradients.ts';
import type { Node } from './node.ts';
import { GraphWriter } from './onnx/graph.ts';
import { spellNumber } from './onnx/messages.ts';
import { inputName } from './operations/leaf.ts';
import type { HostTensor, Runtime } from './runtime.ts';
import type { TypedArray } from './shape.ts';
import type { Tensor } from './tensor.ts';

export type { Feeds };

export interface CompileOptions<Name extends string> {
  readonly runtime: Runtime;
  /** What the program computes, by name. */
  readonly outputs: Readonly<Record<Name, Tensor>>;
  /** Inputs whose values are stored in the program: faster products, but a copy of their own. */
  readonly baked?: ReadonlyMap<string, HostTensor>;
  readonly session?: InferenceSession.SessionOptions;
}

/** A compiled graph. Holds native memory: release it when it is no longer needed. */
export class Program<Name extends string = string> {
  #session: InferenceSession | undefined;
  readonly #declared: ReadonlyMap<string, Tensor>;
  /** Names of the inputs that `run` needs. */
  readonly inputs: readonly string[];

  constructor(session: InferenceSession, inputs: ReadonlyMap<string, Tensor>) {
    this.#session = session;
    this.#declared = inputs;
    this.inputs = [...inputs.keys()];
  }

  /**
   * Runs the program. Feeds are read in place; results are fresh. Extra feeds are ignored.
   *
   * @param into where outputs are to be written as well, by name
   * @throws where an input is missing or its type or shape is not the declared one, naming the input
   */
  async run(feeds: Feeds, into?: Feeds): Promise<Record<Name, HostTensor>> {
    const used = checkFeeds(this.#declared, feeds);
    const session = this.#open();
    const results = into
      ? await session.run(used, fetches(session, into))
      : await session.run(used);
    return results as Record<Name, HostTensor>;
  }

  /** Frees the native memory, after which the program cannot run. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  /** Writes the profile that `session.enableProfiling` collected. */
  endProfiling(): void {
    this.#open().endProfiling();
  }

  #open(): InferenceSession {
    if (!this.#session) throw new Error('program: it was released');
    return this.#session;
  }
}

/** All outputs, each with its place where it has one. */
function fetches({ outputNames }: InferenceSession, into: Feeds) {
  return Object.fromEntries(outputNames.map((name) => [name, into[name] ?? null]));
}

/** Compiles the graph behind `outputs`. Equal sub-graphs are computed once. */
export async function compile<Name extends string>(
  options: CompileOptions<Name>,
): Promise<Program<Name>> {
  const { model, inputs } = encodeModel(options.outputs, options.baked ?? new Map());
  // In float64 some fusions produce kernels that do not exist.
  const exact = topologicalOrder(Object.values(options.outputs)).some((node) =>
    node.outputs.some((output) => output.dtype === 'float64'),
  );
  const session = await options.runtime.session(model, {
    ...(exact && { graphOptimizationLevel: 'basic' }),
    ...options.session,
  });
  return new Program<Name>(session, inputs);
}

/** The ONNX bytes of a graph, and the inputs it wants fed. Equal graphs give equal bytes. */
export function encodeModel(
  outputs: Readonly<Record<string, Tensor>>,
  baked: ReadonlyMap<string, HostTensor> = new Map(),
): { model: Uint8Array; inputs: ReadonlyMap<string, Tensor> } {
  const tensors = Object.values(outputs);
  const order = needed(topologicalOrder(tensors), tensors);
  const leaves = order.filter((node) => node.operation.name === 'input');
  const names = leaves.map((node) => inputName(node.output())!);
  checkNames(outputs, new Set(names));
  const writer = new GraphWriter(new Set([...names, ...Object.keys(outputs)]));
  const naming = new Naming(writer, outputs);
  // Inputs first: they carry the symbolic sizes that later nodes ask for.
  for (const node of leaves) naming.lower(node);
  for (const node of order) if (node.operation.name !== 'input') naming.lower(node);
  naming.finish();
  const inputs = new Map(writer.inputs);
  const stored = [...baked.keys()].filter((name) => inputs.has(name));
  checkFeeds(new Map(stored.map((name) => [name, inputs.get(name)!])), Object.fromEntries(baked));
  for (const name of stored) {
    const { dims, data } = baked.get(name)!;
    writer.initializer(name, inputs.get(name)!.dtype, dims, bytesOf(data as TypedArray));
    inputs.delete(name);
  }
  return { model: writer.encode(inputs), inputs };
}

/** An output may have the name of an input only where it is that input. */
function checkNames(outputs: Readonly<Record<string, Tensor>>, inputs: ReadonlySet<string>): void {
  for (const [name, tensor] of Object.entries(outputs)) {
    if (inputs.has(name) && inputName(tensor) !== name) {
      throw new TypeError(`program: output '${name}' has the name of an input`);
    }
  }
}

function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Gives tensors their names in the graph, results directly under the output's name. */
class Naming {
  readonly #names = new Map<Tensor, string>();
  /** Names by structure: operation, attributes and input names. */
  readonly #byStructure = new Map<string, readonly string[]>();
  readonly #wanted = new Map<Tensor, string>();
  readonly #writer: GraphWriter;
  readonly #outputs: Readonly<Record<string, Tensor>>;

  constructor(writer: GraphWriter, outputs: Readonly<Record<string, Tensor>>) {
    this.#writer = writer;
    this.#outputs = outputs;
    for (const [name, tensor] of Object.entries(outputs)) {
      if (inputName(tensor) === undefined && !this.#wanted.has(tensor)) {
        this.#wanted.set(tensor, name);
      }
    }
  }

  lower(node: Node): void {
    const inputs = operandsOf(node).map((input) => this.#names.get(input)!);
    const key = JSON.stringify([node.operation.name, inputs, node.attributes], spell);
    const names = this.#byStructure.get(key) ?? this.#emit(node, inputs);
    this.#byStructure.set(key, names);
    node.outputs.forEach((output, i) => void this.#names.set(output, names[i]!));
  }

  #emit(node: Node, inputs: readonly string[]): string[] {
    const names = node.outputs.map((output) => this.#nameOf(output));
    node.operation.lower(this.#writer, node, inputs, names);
    return names;
  }

  #nameOf(output: Tensor): string {
    return inputName(output) ?? this.#wanted.get(output) ?? this.#writer.temporary();
  }

  /** Declares the outputs; one that is an input, or a duplicate of another, is copied to its name. */
  finish(): void {
    for (const [name, tensor] of Object.entries(this.#outputs)) {
      const internal = this.#names.get(tensor)!;
      if (internal !== name) this.#writer.node('Identity', [internal], [name]);
      this.#writer.output(name, tensor);
    }
  }
}

/** JSON writes infinities and NaN as null, and -0 as 0: these are spelled out. */
function spell(_key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : spellNumber(value);
}
