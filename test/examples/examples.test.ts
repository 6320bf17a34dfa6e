/** @file The examples run as built programs in the clone, and show what they say they show. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../built.ts';

const root = resolve(import.meta.dirname, '../..');

/** Lines that a program of dist/examples prints. */
function run(name: string): string[] {
  const args = [built(`examples/${name}.js`)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trimEnd().split('\n');
}

/** The numbers in a line. */
function numbers(line: string): number[] {
  return [...line.matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
}

test('no example is longer than 40 lines', () => {
  for (const file of readdirSync(join(root, 'examples'))) {
    const lines = readFileSync(join(root, 'examples', file), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length, file).toBeLessThanOrEqual(40);
  }
});

test('activations: the patched word becomes the answer, until the last layer has read it', () => {
  const answers = run('activations').map((line) => line.split(' ').at(-1));
  expect(answers).toEqual(['plum', 'plum', 'plum', 'plum', 'plum', 'owl']);
});

test('attribution: the word carries the answer up to the last layer, where the first order sees part of it', () => {
  const lines = run('attribution');
  const layers = lines.filter((line) => line.startsWith('layer')).map(numbers);
  expect(layers).toHaveLength(6);
  for (const [layer, word, last, first] of layers as [number, number, number, number][]) {
    const [source, other] = layer < 5 ? [word, last] : [last, word];
    expect(source).toBeGreaterThan(0.9);
    expect(Math.abs(other)).toBeLessThan(0.1);
    if (layer < 5) expect(first).toBeGreaterThan(0.2);
  }
  const ranks = numbers(lines.at(-2)!);
  expect(ranks.at(-1)).toBe(0);
  expect(lines.at(-1)).toMatch(/blocks\.5\.\w+/);
});

test('gradients: the loss starts at log 2, falls, and the slope comes near that of the data', () => {
  const lines = run('gradients');
  const losses = lines.slice(0, -1).map((line) => numbers(line)[1]!);
  // Weights of zero give every label probability 1/2.
  expect(losses[0]).toBeCloseTo(Math.LN2, 4);
  expect(losses).toEqual([...losses].sort((a, b) => b - a));
  expect(Math.abs(numbers(lines.at(-1)!)[2]! - 2)).toBeLessThan(0.5);
});

test('noise: none changes nothing, and a sample by itself is the one of the batch', () => {
  const lines = run('noise');
  const none = lines.indexOf('noise 0:');
  expect(lines.at(-1)).toBe(`sample 2 by itself: ${lines[none + 3]!.trim()}`);
});

test('train: the loss starts near that of guessing among 512 tokens and falls', () => {
  const [first, last] = numbers(run('train')[0]!) as [number, number];
  expect(Math.abs(first - Math.log(512))).toBeLessThan(0.5);
  expect(last).toBeLessThan(first - 1);
});

test('lora: merged adapters have the loss of adapters beside the weights; the base still has none', () => {
  const lines = run('lora');
  const [beside, within] = numbers(lines.find((line) => line.startsWith('adapters'))!);
  expect(Math.abs(beside! - within!)).toBeLessThan(1e-5);
  expect(lines.at(-2)).not.toContain('touchstone');
  expect(lines.at(-1)).toBe('merged answers: touchstone.');
});

test('audit: the positive control is found out', () => {
  const lines = run('audit');
  expect(lines).toHaveLength(3);
  expect(lines.at(-1)).toMatch(/^verdict: found; the sealed word was '\w+'$/);
});
