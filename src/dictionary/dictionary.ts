/** @file A dictionary in memory: encodes, decodes, is saved and opened. */
import { type NamedTensor, nodeRuntime } from '../model/index.ts';
import {
  badInput,
  badUsage,
  compile,
  type HostTensor,
  input,
  type Program,
  type Runtime,
  type Tensor,
} from '../tensor/index.ts';
import type { Provenance } from './formats/format.ts';
import { inputScalingOf, latentsOf, reconstructionOf, transcodes } from './graphs.ts';
import { type DictionaryConfig, type Rows, rowCount, rowsTensor } from './kind.ts';
import { kindOf } from './kinds/index.ts';

/** Rows encoded at once: latents of wide dictionaries fill memory. */
const BATCH = 4096;

/** A dictionary of one kind. Tensors are shared with its programs: after changing them in place, results change. */
export class Dictionary {
  readonly config: DictionaryConfig;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly runtime: Runtime;
  /** Where it was read from; undefined for what was made here. */
  readonly provenance: Provenance | undefined;
  readonly #programs = new Map<string, Promise<Program>>();

  /** @throws TouchstoneError where a tensor is missing or has another shape than the config promises */
  constructor(
    config: DictionaryConfig,
    tensors: ReadonlyMap<string, NamedTensor>,
    runtime: Runtime = nodeRuntime(),
    source: string | Provenance = 'dictionary',
  ) {
    const read = typeof source === 'string' ? undefined : source;
    checkTensors(config, tensors, read?.path ?? String(source));
    this.provenance = read;
    this.config = config;
    this.tensors = tensors;
    this.runtime = runtime;
  }

  /** Number of latents. */
  get size(): number {
    return this.config.d_sae;
  }

  /** Latents of activations: [n, d_sae], row by row. */
  async encode(x: Rows): Promise<Float32Array> {
    return this.#inBatches('encode', { x });
  }

  /**
   * Activations of latents: [n, d_out], row by row.
   *
   * @param of the activations that the latents are of. Two things need them: input scalings, to which latents alone do not
   * say how large activations were, and the linear map of the activations that some transcoders add.
   * @throws TouchstoneError where they are needed and not given
   */
  async decode(latents: Rows, of?: Rows): Promise<Float32Array> {
    const { config } = this;
    const scaling = transcodes(config) ? undefined : inputScalingOf(config);
    const skips = kindOf(config.architecture).skip !== undefined;
    if (!scaling && !skips) return this.#inBatches('decode', { latents });
    if (of) return this.#inBatches('restore', { latents, x: of });
    return badUsage(
      `latents of a ${config.architecture} dictionary${scaling ? ` under ${scaling}` : ''} alone`,
      'they decode to something only beside the activations that they are of: give these, too',
    );
  }

  /** What is left of activations after encoding and decoding: [n, d_out], row by row. */
  async reconstruct(x: Rows): Promise<Float32Array> {
    return this.#inBatches('reconstruct', { x });
  }

  /** The tensors as feeds of programs, by name. */
  feeds(): Record<string, HostTensor> {
    return Object.fromEntries(
      [...this.tensors].map(([name, { shape, data }]) => [
        name,
        this.runtime.tensor('float32', data, shape),
      ]),
    );
  }

  /** Frees native memory. */
  async release(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).release();
    this.#programs.clear();
  }

  async #inBatches(what: Work, given: Given): Promise<Float32Array> {
    this.#checkRows(what, given);
    const program = await this.#program(what);
    const count = rowCount(Object.values(given)[0]!);
    const parts: Float32Array[] = [];
    for (let row = 0; row < count; row += BATCH) {
      const batch = Object.entries(given).map(([name, { data, width }]) => {
        const part = data.subarray(row * width, (row + BATCH) * width);
        return [name, rowsTensor(this.runtime, { data: part, width })] as const;
      });
      const { y } = await program.run({ ...this.feeds(), ...Object.fromEntries(batch) });
      parts.push(y!.data as Float32Array);
    }
    return concatenated(parts);
  }

  #checkRows(what: Work, given: Given): void {
    const counts = Object.entries(given).map(([name, { data, width }]) => {
      const expected = name === 'x' ? this.config.d_in : this.config.d_sae;
      if (width !== expected || data.length % width !== 0) {
        badUsage(`${data.length} numbers of rows of ${width}`, `${what} takes rows of ${expected}`);
      }
      return data.length / width;
    });
    if (new Set(counts).size > 1) {
      badUsage(`rows of latents and of activations: ${counts.join(' and ')}`, 'give one of each');
    }
  }

  #program(what: Work): Promise<Program> {
    const known = this.#programs.get(what) ?? this.#compile(what);
    this.#programs.set(what, known);
    return known;
  }

  #compile(what: Work): Promise<Program> {
    const { config } = this;
    const weight = weightInputs(config);
    const x = input('x', 'float32', ['n', config.d_in]);
    const given = input('latents', 'float32', ['n', config.d_sae]);
    const encoded = () => latentsOf(x, weight, config);
    const graphs: Record<Work, () => Tensor> = {
      encode: encoded,
      decode: () => kindOf(config.architecture).decode(given, weight, config),
      reconstruct: () => reconstructionOf(x, encoded(), weight, config),
      restore: () => reconstructionOf(x, given, weight, config),
    };
    return compile({ runtime: this.runtime, outputs: { y: graphs[what]() } });
  }
}

/** `restore`: latents are decoded beside the activations that they are of. */
type Work = 'encode' | 'decode' | 'reconstruct' | 'restore';

/** Rows by the names of a program's inputs. */
type Given = Readonly<Partial<Record<'x' | 'latents', Rows>>>;

/** A kind's tensors as graph inputs. */
export function weightInputs(config: DictionaryConfig) {
  const shapes = kindOf(config.architecture).shapes(config);
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, input(name, 'float32', shape)]),
  );
  return (name: string) => tensors.get(name)!;
}

function checkTensors(
  config: DictionaryConfig,
  tensors: ReadonlyMap<string, NamedTensor>,
  source: string,
): void {
  for (const [name, shape] of Object.entries(kindOf(config.architecture).shapes(config))) {
    const found = tensors.get(name);
    if (!found) badInput(`${source}: tensor '${name}' is missing`);
    if (found.shape.join() !== shape.join()) {
      badInput(
        `${source}: '${name}' has shape [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
  }
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
