/** @file When work for a request ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Deadline } from '../../src/server/deadline.ts';

async function* endless(signal: AbortSignal): AsyncGenerator<number> {
  for (let i = 0; ; i++) {
    signal.throwIfAborted();
    yield i;
    await pause(1);
  }
}

async function drain(deadline: Deadline): Promise<void> {
  for await (const _ of deadline.over(endless(deadline.signal))) void _;
}

test('its time is over: a TimeoutError', async () => {
  await expect(drain(new Deadline(new AbortController().signal, 20))).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});

test('its client leaves, or has left: a problem, and no fault of the program', async () => {
  const gone = new AbortController();
  const left = { status: 499, message: 'the client left', fault: undefined };
  const work = drain(new Deadline(gone.signal, 60_000));
  gone.abort('the connection closed');
  await expect(work).rejects.toMatchObject(left);
  await expect(drain(new Deadline(gone.signal, 60_000))).rejects.toMatchObject(left);
});

test('work that has ended is not ended again', async () => {
  const gone = new AbortController();
  const deadline = new Deadline(gone.signal, 20);
  for await (const i of deadline.over(endless(deadline.signal))) if (i === 3) break;
  await pause(40);
  gone.abort('left');
  expect(deadline.signal.aborted).toBe(false);
});
