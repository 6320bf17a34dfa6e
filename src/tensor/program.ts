/** @file Compiles a symbolic graph to ONNX and runs it. */
import type { InferenceSession } from 'onnxruntime-common';
import { topologicalOrder } from './gradients.ts';
import type { Node } from './node.ts';
import { GraphWriter } from './onnx/graph.ts';
import type { HostTensor, Runtime } from './runtime.ts';
import type { Tensor } from './tensor.ts';

/** Values of a program's inputs by name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

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
  readonly #session: InferenceSession;
  /** Names of the inputs that `run` needs. */
  readonly inputs: readonly string[];

  constructor(session: InferenceSession, inputs: readonly string[]) {
    this.#session = session;
    this.inputs = inputs;
  }

  /** Runs the program. Feeds are read in place; results are fresh. Extra feeds are ignored. */
  async run(feeds: Feeds): Promise<Record<Name, HostTensor>> {
    const used: Record<string, HostTensor> = {};
    for (const name of this.inputs) {
      const value = feeds[name];
      if (!value) throw new TypeError(`program: input '${name}' was not fed`);
      used[name] = value;
    }
    return (await this.#session.run(used)) as Record<Name, HostTensor>;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  /** Writes the profile that `session.enableProfiling` collected. */
  endProfiling(): void {
    this.#session.endProfiling();
  }
}

/** Compiles the graph behind `outputs`. Equal sub-graphs are computed once. */
export async function compile<Name extends string>(
  options: CompileOptions<Name>,
): Promise<Program<Name>> {
  const { model, inputs } = encodeModel(options.outputs, options.baked ?? new Map());
  const session = await options.runtime.session(model, options.session ?? {});
  return new Program<Name>(session, inputs);
}

/** The ONNX bytes of a graph and the names of the inputs it wants fed. */
export function encodeModel(
  outputs: Readonly<Record<string, Tensor>>,
  baked: ReadonlyMap<string, HostTensor> = new Map(),
): { model: Uint8Array; inputs: string[] } {
  const writer = new GraphWriter();
  const order = topologicalOrder(Object.values(outputs));
  const naming = new Naming(writer, outputs);
  // Inputs first: they carry the symbolic sizes that later nodes ask for.
  for (const node of order) if (node.operation.name === 'input') naming.lower(node);
  for (const node of order) if (node.operation.name !== 'input') naming.lower(node);
  naming.finish();
  const stored = new Set<string>();
  for (const name of writer.inputs.keys()) {
    const value = baked.get(name);
    if (!value) continue;
    writer.initializer(name, writer.inputs.get(name)!.dtype, value.dims, bytesOf(value));
    stored.add(name);
  }
  const inputs = [...writer.inputs.keys()].filter((name) => !stored.has(name));
  return { model: writer.encode(stored), inputs };
}

function bytesOf(value: HostTensor): Uint8Array {
  const data = value.data as Float32Array;
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
      if (tensor.node.operation.name !== 'input' && !this.#wanted.has(tensor))
        this.#wanted.set(tensor, name);
    }
  }

  lower(node: Node): void {
    const inputs = node.inputs.map((input) => this.#names.get(input)!);
    const key = `${node.operation.name}(${inputs.join(',')})${JSON.stringify(node.attributes)}`;
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
    const { operation, attributes } = output.node;
    if (operation.name === 'input') return String(attributes['name']);
    return this.#wanted.get(output) ?? `t${output.id}`;
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
