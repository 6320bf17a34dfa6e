/** @file Errors that users can mend, and the nearest name to one that is not known. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  badInput,
  badUsage,
  editDistance,
  nearest,
  TouchstoneError,
} from '../../src/tensor/index.ts';

function caught(run: () => unknown): TouchstoneError {
  try {
    run();
  } catch (error) {
    return error as TouchstoneError;
  }
  throw new Error('nothing was thrown');
}

test('bad input and bad usage carry their kind and hint', () => {
  expect(caught(() => badInput('no file', 'check the path'))).toMatchObject({
    kind: 'input',
    message: 'no file',
    hint: 'check the path',
  });
  expect(caught(() => badUsage('no option'))).toMatchObject({
    name: 'TouchstoneError',
    kind: 'usage',
    hint: undefined,
  });
});

test('a cause is kept', () => {
  const cause = new Error('below');
  expect(new TouchstoneError('failed', 'above', { cause }).cause).toBe(cause);
});

test.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['same', 'same', 0],
  ['hook_resid_pst', 'hook_resid_post', 1],
])('%s is %s but for %i edits', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('distances are those of a metric', () => {
  const word = fc.string({ maxLength: 6 });
  const property = fc.property(word, word, word, (a, b, c) => {
    expect(editDistance(a, b)).toBe(editDistance(b, a));
    expect(editDistance(a, b) === 0).toBe(a === b);
    expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
  });
  fc.assert(property, { seed: 1, numRuns: 200 });
});

test('the nearest of several names is found, the first of equals, none of none', () => {
  expect(nearest('resid_pst', ['resid_pre', 'resid_post', 'attn_out'])).toBe('resid_post');
  expect(nearest('a', ['b', 'c'])).toBe('b');
  expect(nearest('a', [])).toBeUndefined();
});
