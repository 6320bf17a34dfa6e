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
    return this.#inBatches('encode', x, this.config.d_in);
  }

  /**
   * Activations of latents: [n, d_out], row by row; without the linear map of the activations that some transcoders add.
   *
   * @throws TouchstoneError where activations are scaled by their own size: latents alone do not say how large they were
   */
  async decode(latents: Rows): Promise<Float32Array> {
    const scaling = inputScalingOf(this.config);
    if (scaling && !transcodes(this.config)) {
      badUsage(
        `decoding latents alone under normalize_activations '${scaling}'`,
        'the size of the activations is needed: reconstruct them',
      );
    }
    return this.#inBatches('decode', latents, this.config.d_sae);
  }

  /** What is left of activations after encoding and decoding: [n, d_out], row by row. */
  async reconstruct(x: Rows): Promise<Float32Array> {
    return this.#inBatches('reconstruct', x, this.config.d_in);
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

  async #inBatches(what: Work, rows: Rows, width: number): Promise<Float32Array> {
    if (rows.width !== width || rows.data.length % width !== 0) {
      badUsage(
        `${rows.data.length} numbers of rows of ${rows.width}`,
        `${what} takes rows of ${width}`,
      );
    }
    const program = await this.#program(what);
    const parts: Float32Array[] = [];
    for (let row = 0; row < rowCount(rows); row += BATCH) {
      const data = rows.data.subarray(row * width, (row + BATCH) * width);
      const x = rowsTensor(this.runtime, { data, width });
      const { y } = await program.run({ ...this.feeds(), x });
      parts.push(y!.data as Float32Array);
    }
    return concatenated(parts);
  }

  #program(what: Work): Promise<Program> {
    const known = this.#programs.get(what) ?? this.#compile(what);
    this.#programs.set(what, known);
    return known;
  }

  #compile(what: Work): Promise<Program> {
    const { config } = this;
    const kind = kindOf(config.architecture);
    const weight = weightInputs(config);
    const x = input('x', 'float32', ['n', what === 'decode' ? config.d_sae : config.d_in]);
    if (what === 'decode') return this.#compiled(kind.decode(x, weight, config));
    const latents = latentsOf(x, weight, config);
    return this.#compiled(
      what === 'encode' ? latents : reconstructionOf(x, latents, weight, config),
    );
  }

  #compiled(y: Tensor): Promise<Program> {
    return compile({ runtime: this.runtime, outputs: { y } });
  }
}

type Work = 'encode' | 'decode' | 'reconstruct';

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
