/** @file A thread that samples, as `nodeRuntime` starts it: one thread of ONNX Runtime, orders from the thread that started it. */
import { parentPort, workerData } from 'node:worker_threads';
import { Gate } from './gate.ts';
import { nodeRuntime } from './runtime.ts';
import { serve } from './threads/service.ts';

const port = parentPort;
if (port) {
  const gate = new Gate(workerData as Int32Array);
  const employer = {
    post: (report: unknown) => port.postMessage(report),
    onMessage: (listener: (message: unknown) => void) => void port.on('message', listener),
    enter: () => gate.enter(),
    rest: () => gate.rest(),
    leave: () => gate.leave(),
    close: () => port.close(),
  };
  serve(employer, nodeRuntime({ threads: 1 }));
  gate.leave();
}
