/** @file The process of one dictionary that the studio has open: counts its latents once, then answers. */
import {
  type DictionaryOrder,
  type DictionaryReport,
  type DictionaryRequest,
  packProblem,
} from '../../../server/index.ts';
import { DictionaryDesk } from './dictionaryDesk.ts';

// Ctrl-C reaches every process of a terminal: the studio ends this one, or dies itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.once('message', (request) => void open(request as DictionaryRequest));

function post(report: DictionaryReport): void {
  process.send?.(report, undefined, undefined, () => {});
}

async function open(request: DictionaryRequest): Promise<void> {
  try {
    const desk = await DictionaryDesk.open(request, {
      report: (progress) => post({ kind: 'progress', progress }),
      // Messages leave, and the studio's end is noticed, between two pieces of work.
      safePoint: () => new Promise((resolve) => setImmediate(resolve)),
    });
    let last: Promise<void> = Promise.resolve();
    process.on('message', (message) => {
      const { job, order } = message as { readonly job: number; readonly order: DictionaryOrder };
      last = last.then(() => answer(desk, job, order));
    });
    post({ kind: 'ready', ...desk.description });
  } catch (error) {
    post({ kind: 'unable', problem: packProblem(error) });
    process.disconnect();
  }
}

async function answer(desk: DictionaryDesk, job: number, order: DictionaryOrder): Promise<void> {
  try {
    post({ kind: 'answer', job, answer: await desk.answer(order) });
  } catch (error) {
    post({ kind: 'failed', job, problem: packProblem(error) });
  }
}
