/** @file The process of one served model: opens it, then takes orders from the process that started it. */
import { type Command, hostModel, packProblem, type Report } from '../../../server/index.ts';
import { openDictionaries } from '../editDictionaries.ts';
import { openBase, openNamed } from '../models.ts';
import type { Opening } from './modelLine.ts';

// Ctrl-C reaches every process of a terminal: the server ends this one, or dies itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.once('message', (opening) => void open(opening as Opening));

function post(report: Report): void {
  process.send?.(report, undefined, undefined, () => {});
}

async function open({ model, dictionaries }: Opening): Promise<void> {
  try {
    const { weights, described } = await openDictionaries(dictionaries);
    const known = described.flatMap(({ name, hook }) => (hook === null ? [] : [[name, hook]]));
    const opened = await openNamed(model);
    const onCommand = (listener: (command: Command) => void) =>
      void process.on('message', (command) => listener(command as Command));
    const base = () => openBase(model);
    hostModel({ post, onCommand }, opened, weights, base, Object.fromEntries(known));
  } catch (error) {
    post({ kind: 'unable', problem: packProblem(error) });
  }
}
