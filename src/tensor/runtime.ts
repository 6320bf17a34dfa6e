/** @file The port to ONNX Runtime: the module is handed in, so that onnxruntime-node and onnxruntime-web are equally welcome. */
import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import type { DType, TypedArray } from './shape.ts';
import type { ThreadStarter } from './thread.ts';

/** A tensor with data, owned by the runtime's side: feeds and results. */
export type HostTensor = OrtTensor;

/** The part of onnxruntime-node or onnxruntime-web that is used. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Where and how programs run. */
export interface Device {
  /** ONNX Runtime execution providers in order of preference. Default ['cpu']. */
  readonly providers?: readonly string[];
  /** Threads within an operation; 0 lets the runtime choose. Default 0. */
  readonly threads?: number;
  /** Cores of the machine: what `threads` 0 amounts to at the most. Default 1. */
  readonly cores?: number;
}

/** ONNX Runtime on one device. */
export class Runtime {
  readonly #ort: OrtModule;
  readonly device: Device;
  /** Starts a thread that runs models, where there is a way to. */
  readonly startThread: ThreadStarter | undefined;

  constructor(ort: OrtModule, device: Device = {}, startThread?: ThreadStarter) {
    this.#ort = ort;
    this.device = device;
    this.startThread = startThread;
  }

  /** Whether programs run on the CPU and nowhere else. */
  get onCpu(): boolean {
    return (this.device.providers ?? ['cpu']).every((provider) => provider === 'cpu');
  }

  /** Threads within an operation, at the most. */
  get threads(): number {
    return this.device.threads || (this.device.cores ?? 1);
  }

  /** A session for an encoded ONNX model. */
  async session(
    model: Uint8Array,
    options: InferenceSession.SessionOptions = {},
  ): Promise<InferenceSession> {
    return this.#ort.InferenceSession.create(model, {
      executionProviders: [...(this.device.providers ?? ['cpu'])],
      intraOpNumThreads: this.device.threads ?? 0,
      interOpNumThreads: 1,
      // Errors are thrown; the runtime need not print them, too.
      logSeverityLevel: 4,
      ...options,
    });
  }

  /** A tensor over `data`, used in place: later changes of `data` are seen by later runs. */
  tensor(dtype: DType, data: TypedArray, dims: readonly number[]): HostTensor {
    const Constructor = this.#ort.Tensor as unknown as new (
      type: string,
      data: TypedArray,
      dims: readonly number[],
    ) => HostTensor;
    return new Constructor(dtype, data, dims);
  }
}
