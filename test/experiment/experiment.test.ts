/** @file Experiments: pieces are kept, results have the published shape, reports are safe and complete. */
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { MemoryJournal } from '../../src/audit/index.ts';
import {
  type Experiment,
  experimentNamed,
  experimentResultSchema,
  renderExperiment,
  renderExperimentHtml,
  renderStatement,
  runExperiment,
} from '../../src/experiment/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { Shelf } from '../../src/organism/index.ts';

const HOSTILE = '<script>alert("x")</script>';

/** Counts how often pieces are run. */
function counting(ran: string[]): Experiment<{ sizes: number[] }, { square: number }> {
  return {
    name: 'squares',
    statement: {
      question: 'Is the square of a number larger than the number?',
      hypothesis: 'It is.',
      arms: [{ name: HOSTILE, what: 'the number times itself', affordances: ['numbers'] }],
      measures: [{ name: 'square', definition: 'n * n' }],
      samples: 'one of each size',
      decision: 'supported where all squares are larger',
    },
    settings: (size) => ({ sizes: size === 'quick' ? [2, 3] : [2, 3, 4, 5] }),
    pieces: ({ sizes }) =>
      sizes.map((n) => ({
        key: `size ${n}`,
        run: async () => {
          ran.push(`size ${n}`);
          return { square: n * n };
        },
      })),
    conclude: ({ sizes }, values) => ({
      tables: [
        {
          name: 'squares',
          caption: 'exact, so intervals are points',
          columns: ['kind', 'size', 'square', 'note'],
          rows: values.map(({ square }, i) => [
            HOSTILE,
            sizes[i]!,
            { estimate: square, interval: [square - 1.5, square + 1.5], n: 1 },
            null,
          ]),
          plot: { x: 'size', y: 'square', by: 'kind', logX: false },
        },
      ],
      findings: [
        {
          claim: 'squares are larger',
          outcome: values.every(({ square }, i) => square > sizes[i]!) ? 'supported' : 'refuted',
          because: 'all were',
        },
      ],
    }),
  };
}

const runtime = nodeRuntime({ threads: 1 });
const shelf = new Shelf('organisms', runtime);
const options = { runtime, shelf, version: '1.2.3' };

test('pieces that the journal has are not run again, and the result is the same', async () => {
  const journal = new MemoryJournal();
  const first: string[] = [];
  const result = await runExperiment(counting(first), { ...options, journal, size: 'full' });
  expect(first).toEqual(['size 2', 'size 3', 'size 4', 'size 5']);
  const second: string[] = [];
  const again = await runExperiment(counting(second), { ...options, journal, size: 'full' });
  expect(second).toEqual([]);
  expect(again).toEqual(result);
  expect(experimentResultSchema.parse(result)).toEqual(result);
});

test('a stop between pieces loses none that is finished', async () => {
  const journal = new MemoryJournal();
  const ran: string[] = [];
  const stopping = { ...options, journal, size: 'full' as const };
  const safePoint = async () => {
    if (ran.length === 2) throw new Error('stopped');
  };
  await expect(runExperiment(counting(ran), { ...stopping, safePoint })).rejects.toThrow('stopped');
  await runExperiment(counting(ran), stopping);
  expect(ran).toEqual(['size 2', 'size 3', 'size 4', 'size 5']);
});

test('the terminal shows findings, estimates with intervals, and that quick runs have little power', async () => {
  const journal = new MemoryJournal();
  const result = await runExperiment(counting([]), { ...options, journal, size: 'quick' });
  const text = renderExperiment(result, { color: false, width: 60 });
  expect(text).toContain('squares (quick: few samples, little power)');
  expect(text).toContain('supported: squares are larger');
  expect(text).toMatch(/\s2\s+4 \[2\.50, 5\.50\]\s+-$/m);
  const statement = renderStatement(result.statement, { color: false, width: 60 });
  for (const part of ['question', 'hypothesis', 'arms', 'measures', 'samples', 'decision'])
    expect(statement).toContain(`${part}\n  `);
});

test('the page has the numbers, a drawing, its data, and no element from a text', async () => {
  const journal = new MemoryJournal();
  const result = await runExperiment(counting([]), { ...options, journal, size: 'full' });
  const page = renderExperimentHtml(result);
  const { document } = parseHTML(page);
  expect(document.querySelectorAll('script').length).toBe(1);
  expect(JSON.parse(document.querySelector('#result')!.textContent!)).toEqual(result);
  expect(document.querySelectorAll('tbody tr').length).toBe(4);
  expect(document.querySelector('tbody td')!.textContent).toBe(HOSTILE);
  expect(document.querySelectorAll('svg.plot').length).toBe(1);
});

test('an unknown experiment is refused with the names that there are', () => {
  expect(() => experimentNamed('alchemy')).toThrow("no experiment 'alchemy'");
});
