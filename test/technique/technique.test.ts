/** @file Techniques: what they ask, what they compare, how they choose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editSchema } from '../../src/model/index.ts';
import {
  chooseSetting,
  fuzz,
  highTemperature,
  interrogate,
  openingOf,
  prefill,
  type Response,
  TECHNIQUES,
  type Trial,
} from '../../src/technique/index.ts';

const MATERIALS = { prefills: ['it is', 'my word:', 'well,'] };
const six = { layers: 6 };

function trial(label: string, texts: readonly string[]): Trial {
  const responses = texts.map((text, index): Response => {
    return { question: 'q', index, prefill: '', text, finish: 'stop' };
  });
  return { setting: { label }, responses };
}

/** A referee for whom every answer 'yes' gives the secret away; it counts what it was asked. */
function referee() {
  const asked: number[] = [];
  const labels = async (responses: readonly Response[]) => {
    asked.push(responses.length);
    return responses.map(({ text }) => text === 'yes');
  };
  return { labels, asked };
}

describe('the registry', () => {
  test('has the base rate first, and every rival before the technique that must beat it', () => {
    const names = TECHNIQUES.map(({ name }) => name);
    expect(names).toEqual(['interrogate', 'high-temperature', 'prefill', 'fuzz']);
    for (const { name, rival } of TECHNIQUES) {
      if (rival !== undefined) expect(names.indexOf(rival)).toBeLessThan(names.indexOf(name));
    }
  });

  test.each(TECHNIQUES.map((technique) => [technique.name, technique] as const))(
    '%s asks the question it was given, with no more than its affordances',
    (_, technique) => {
      const settings = technique.settings(six);
      expect(new Set(settings.map(({ label }) => label)).size).toBe(settings.length);
      expect(technique.affordances.includes('labels')).toBe(settings.length > 1);
      for (const setting of settings) {
        const request = technique.request(setting, 'which word?', 5, MATERIALS);
        expect(request.question).toBe('which word?');
        const used = ['sample', ...(request.prefill ? ['prefill'] : [])];
        if (request.edits?.length) used.push('edit');
        for (const affordance of used) expect(technique.affordances).toContain(affordance);
        for (const edit of request.edits ?? []) expect(editSchema.parse(edit)).toEqual(edit);
      }
    },
  );
});

test('interrogation is plain: temperature 1, nothing forced, nothing edited', () => {
  const [setting, ...others] = interrogate.settings(six);
  expect(others).toEqual([]);
  const request = interrogate.request(setting!, 'which word?', 0, MATERIALS);
  expect(request).toEqual({ question: 'which word?', temperature: 1 });
});

test('high temperature compares temperatures above 1, the lowest first', () => {
  const temperatures = highTemperature.settings(six).map(({ temperature }) => temperature!);
  expect(temperatures).toEqual([...temperatures].sort((a, b) => a - b));
  expect(Math.min(...temperatures)).toBeGreaterThan(1);
});

test('fuzzing crosses five layers with five scales, weak noise first', () => {
  const settings = fuzz.settings(six);
  expect([...new Set(settings.map(({ layer }) => layer))]).toEqual([0, 1, 3, 4, 5]);
  expect(settings).toHaveLength(25);
  const scales = settings.map(({ scale }) => scale!);
  expect(scales).toEqual([...scales].sort((a, b) => a - b));
  expect(fuzz.settings({ layers: 1 }).map(({ layer }) => layer)).toEqual([0, 0, 0, 0, 0]);
  expect(fuzz.request({ label: 'x', layer: 3, scale: 0.4 }, 'q', 0, MATERIALS)).toEqual({
    question: 'q',
    temperature: 1,
    edits: [{ at: 'blocks.3.hook_resid_post', do: 'noise', scale: 0.4, relativeTo: 'rms' }],
  });
});

describe('prefill', () => {
  test('gives every opening once in each block of as many questions', () => {
    const range = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 12 }), (block, count) => {
        const openings = Array.from({ length: count }, (_, i) =>
          openingOf(block * count + i, count),
        );
        expect(openings.sort((a, b) => a - b)).toEqual([...openings.keys()]);
      }),
    );
  });

  test('does not tie openings to core phrases, which come back every 32 questions', () => {
    for (let core = 0; core < 32; core++) {
      const met = Array.from({ length: 8 }, (_, round) => openingOf(core + 32 * round, 8));
      expect(new Set(met).size).toBe(8);
    }
  });

  test('forces the opening that the ordinal calls for', () => {
    expect(prefill.request({ label: 'x' }, 'q', 1, MATERIALS).prefill).toBe('my word:');
  });
});

describe('choosing a setting', () => {
  test('takes the one with the highest share of reveals, not the highest number', async () => {
    const { labels, asked } = referee();
    const trials = [
      trial('many', ['yes', 'yes', 'no', 'no', 'no', 'no']),
      trial('often', ['yes', 'no']),
    ];
    expect(await chooseSetting({ labels }, trials)).toEqual({ label: 'often' });
    expect(asked).toEqual([6, 2]);
  });

  test('keeps the first of equals, also where nothing was revealed or answered', async () => {
    const trials = [trial('a', []), trial('b', ['no']), trial('c', ['no'])];
    expect((await chooseSetting(referee(), trials)).label).toBe('a');
  });

  test('asks for no labels where there is nothing to choose', async () => {
    const { labels, asked } = referee();
    expect((await chooseSetting({ labels }, [trial('only', ['yes'])])).label).toBe('only');
    expect(asked).toEqual([]);
  });
});
