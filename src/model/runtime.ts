/** @file ONNX Runtime for Node: the one place that loads the native library. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { type Device, type OrtModule, Runtime } from '../tensor/index.ts';

/** Opens ONNX Runtime on a device; the CPU with all cores by default. */
export function nodeRuntime(device: Device = {}): Runtime {
  return new Runtime(ort as unknown as OrtModule, { cores: availableParallelism(), ...device });
}
