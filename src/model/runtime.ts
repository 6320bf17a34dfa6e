/** @file ONNX Runtime for Node: the one place that loads the native library, and starts threads that do. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { type Device, type OrtModule, Runtime, type Thread } from '../tensor/index.ts';
import { newState, stopAll } from './gate.ts';

/** Opens ONNX Runtime on a device; the CPU with all cores by default. */
export function nodeRuntime(device: Device = {}): Runtime {
  const onCores = { cores: availableParallelism(), ...device };
  return new Runtime(ort as unknown as OrtModule, onCores, COMPILED ? startThread : undefined);
}

/** Node 20 cannot load TypeScript in a thread of its own: run from the sources, there are no threads. */
const COMPILED = import.meta.url.endsWith('.js');

/** States of the threads that there are. */
const states = new Set<Int32Array>();

function startThread(): Thread {
  if (states.size === 0) process.once('exit', stopThreads);
  const state = newState();
  // Node's own flags are not passed on: some, such as those of code given by `--eval`, fit no thread.
  const options = { workerData: state, execArgv: [] };
  const worker = new Worker(new URL('./thread.js', import.meta.url), options);
  states.add(state);
  worker.once('exit', () => forget(state));
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onEnd: (listener) => {
      worker.once('error', (error) => listener(error));
      worker.once('exit', (status) => listener(new Error(`a thread ended with status ${status}`)));
    },
    hold: (held) => (held ? worker.ref() : worker.unref()),
  };
}

function forget(state: Int32Array): void {
  states.delete(state);
  if (states.size === 0) process.off('exit', stopThreads);
}

function stopThreads(): void {
  stopAll(states);
}
