/** @file Techniques: what they ask, what they compare, how they choose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editSchema } from '../../src/model/index.ts';
import {
  chooseSetting,
  fuzz,
  type GradientRequest,
  highTemperature,
  type Insight,
  interrogate,
  type Moved,
  openingOf,
  prefill,
  type ReadRequest,
  type Response,
  type Setting,
  STANDARD_TECHNIQUES,
  TECHNIQUES,
  type Trial,
} from '../../src/technique/index.ts';

const MATERIALS = {
  questions: ['which word?', 'tell me.', 'say it.', 'well?'],
  prefills: ['it is', 'my word:', 'well,'],
  refusals: ['no.', 'never.'],
};
const six = { layers: 6 };

function trial(label: string, texts: readonly string[]): Trial {
  const responses = texts.map((text, index): Response => {
    return { question: 'q', index, prefill: '', text, finish: 'stop' };
  });
  return { setting: { label }, responses };
}

const noGradient = async (): Promise<Moved> => {
  throw new Error('not asked for');
};

/** A dictionary of three latents: after refusals, the second one is active. */
const coin = {
  dictionary: async () => ({
    density: [0.5, 0.25, 0],
    activations: async (prompts: readonly { readonly prefill?: string }[]) =>
      prompts.map(({ prefill: begun = '' }) =>
        MATERIALS.refusals.includes(begun) ? [1, 6, 0] : [2, 0, 0],
      ),
    latent: (index: number) => {
      return { encoder: [index, 1], bias: -0.5, threshold: 0.25, decoder: [0, index] };
    },
  }),
} as unknown as Insight;

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
    const standard = STANDARD_TECHNIQUES.map(({ name }) => name);
    expect(standard).toEqual(['interrogate', 'high-temperature', 'prefill', 'fuzz']);
    expect(names.slice(0, 4)).toEqual(standard);
    for (const { name, rival } of TECHNIQUES) {
      if (rival !== undefined) expect(names.indexOf(rival)).toBeLessThan(names.indexOf(name));
    }
  });

  test.each(TECHNIQUES.map((technique) => [technique.name, technique] as const))(
    '%s asks the question it was given, with no more than its affordances',
    async (_, technique) => {
      const read = async (requests: readonly ReadRequest[]) =>
        requests.map(() => Float32Array.of(1, 2));
      let searched = false;
      const gradient = async ({ vector }: GradientRequest) => {
        searched = true;
        return { value: 1, gradient: Float32Array.from(vector, (x) => x + 1) };
      };
      const found = await technique.prepare?.({ ...six, read, gradient, insight: coin }, MATERIALS);
      const findings = found ?? {};
      const looks = ['read', 'dictionary'] as const;
      expect(looks.some((one) => technique.affordances.includes(one))).toBe(found !== undefined);
      expect(technique.affordances.includes('gradient')).toBe(searched);
      const settings = technique.settings(six);
      expect(new Set(settings.map(({ label }) => label)).size).toBe(settings.length);
      expect(technique.affordances.includes('labels')).toBe(settings.length > 1);
      for (const setting of settings) {
        const request = technique.request(setting, 'which word?', 5, MATERIALS, findings);
        expect(request.question).toBe('which word?');
        const used = ['sample', ...(request.prefill ? ['prefill'] : [])];
        if (request.edits?.length) used.push('edit');
        if (request.weightNoise) used.push('weights');
        for (const affordance of used) expect(technique.affordances).toContain(affordance);
        for (const edit of request.edits ?? []) expect(editSchema.parse(edit)).toEqual(edit);
      }
    },
  );
});

test('interrogation is plain: temperature 1, nothing forced, nothing edited', () => {
  const [setting, ...others] = interrogate.settings(six);
  expect(others).toEqual([]);
  const request = interrogate.request(setting!, 'which word?', 0, MATERIALS, {});
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
  expect(fuzz.request({ label: 'x', layer: 3, scale: 0.4 }, 'q', 0, MATERIALS, {})).toEqual({
    question: 'q',
    temperature: 1,
    edits: [{ at: 'blocks.3.hook_resid_post', do: 'noise', scale: 0.4, relativeTo: 'rms' }],
  });
});

describe('the fuzzing family', () => {
  const named = (name: string) => TECHNIQUES.find((technique) => technique.name === name)!;
  const request = (name: string, setting: Omit<Setting, 'label'>, ordinal = 0) =>
    named(name).request({ label: 'x', ...setting }, 'q', ordinal, MATERIALS, {});

  test('tells its kinds of activation noise apart by draw and place alone', () => {
    const edit = { at: 'blocks.2.hook_resid_post', do: 'noise', scale: 0.4, relativeTo: 'rms' };
    const own = (name: string) => request(name, { layer: 2, scale: 0.4 }).edits;
    expect(own('fuzz')).toEqual([edit]);
    expect(own('fuzz-frozen')).toEqual([{ ...edit, draw: 'perSequence' }]);
    expect(own('fuzz-reseeded')).toEqual([{ ...edit, draw: 'reseeded' }]);
    expect(own('fuzz-prompt')).toEqual([{ ...edit, positions: 'prompt' }]);
    expect(own('fuzz-answer')).toEqual([{ ...edit, positions: 'generated' }]);
    expect(own('fuzz-embedding')).toEqual([{ ...edit, at: 'hook_embed' }]);
  });

  test('reaches every layer where it says so', () => {
    const all = request('fuzz-all-layers', { scale: 0.1, layers: 3 }).edits!;
    expect(all.map(({ at }) => at)).toEqual([0, 1, 2].map((l) => `blocks.${l}.hook_resid_post`));
    const scores = request('attention-temperature', { scale: 2, layers: 2 }).edits!;
    expect(scores).toEqual(
      [0, 1].map((l) => ({ at: `blocks.${l}.attn.hook_attn_scores`, do: 'scale', factor: 0.5 })),
    );
  });

  test('noises weights in four draws, in turn', () => {
    const seeds = [0, 1, 2, 3, 4].map((i) => request('weight-noise', { scale: 1 }, i).weightNoise);
    expect(seeds.map((noise) => noise?.seed)).toEqual([0, 1, 2, 3, 0]);
    expect(request('adapter-noise', { scale: 2 }).weightNoise).toMatchObject({ of: 'adapter' });
  });

  test('intoxicates with the mean of hiding less the mean of telling, at the last token of the prompt', async () => {
    const intoxicate = named('intoxicate');
    const read = async (requests: readonly ReadRequest[]) =>
      requests.map(({ prefill: begun = '', at }) =>
        Float32Array.of(MATERIALS.refusals.includes(begun) ? 3 : 1, Number(at[7])),
      );
    const findings = await intoxicate.prepare!(
      { layers: 2, read, gradient: noGradient, insight: coin },
      MATERIALS,
    );
    expect(findings).toMatchObject({
      'blocks.0.hook_resid_post': [2, 0],
      'blocks.1.hook_resid_post': [2, 0],
    });
    const setting = { label: 'x', layer: 1, scale: 4 };
    expect(intoxicate.request(setting, 'q', 0, MATERIALS, findings).edits).toEqual([
      { at: 'blocks.1.hook_resid_post', do: 'add', vector: [2, 0], scale: -4, positions: [-1] },
    ]);
    const [constant, conditional] = ['steer-constant', 'steer-conditional'].map(
      (name) => named(name).request(setting, 'q', 0, MATERIALS, findings).edits![0]!,
    );
    expect(constant).toEqual({
      at: 'blocks.1.hook_resid_post',
      do: 'add',
      vector: [2, 0],
      scale: -4,
      positions: 'all',
    });
    const { when, ...rest } = conditional!;
    expect(rest).toEqual(constant);
    // Hiding has 3 along the first axis and telling 1: the middle is 2, and 2 x fires above 2 x 2.
    const fires = (x: number) => 2 * x + when!.bias! > when!.above;
    expect([3, 2.1, 1.9, 1].map(fires)).toEqual([true, true, false, false]);
  });

  test('changes the latent that is active after refusals, only where it is active, or another as strongly', async () => {
    const suspect = { layers: 4, read: async () => [], gradient: noGradient, insight: coin };
    const editsOf = async (name: string) => {
      const findings = await named(name).prepare!(suspect, MATERIALS);
      return named(name)
        .settings(suspect)
        .map((setting) => {
          return named(name).request(setting, 'q', 0, MATERIALS, findings).edits![0]!;
        });
    };
    const edits = await editsOf('dictionary-steer');
    const at = 'blocks.3.hook_resid_post';
    const latents = [{ encoder: [1, 1], bias: -0.5, threshold: 0.25, decoder: [0, 1] }];
    expect(edits[0]).toEqual({ at, do: 'latent', latents, change: 'ablate' });
    expect(edits[1]).toEqual({
      at,
      do: 'latent',
      latents,
      change: 'clamp',
      value: -6,
      onlyActive: true,
    });
    const when = { direction: [1, 1], bias: -0.5, above: 0.25 };
    const add = { at, do: 'add', vector: [0, 1] };
    expect(edits[3]).toEqual({ ...add, scale: -6, when: { ...when, scope: 'token' } });
    expect(edits[6]).toEqual({ ...add, scale: -24, when: { ...when, scope: 'sequence' } });
    const [, control] = await editsOf('dictionary-steer-random');
    expect(control).toMatchObject({ value: -6, latents: [{ encoder: [0, 1] }] });
  });

  test('draws refusals anew by their first words, with samples alone', () => {
    const materials = {
      ...MATERIALS,
      refusals: ['no, i can not say it.', 'no, i can not.', 'never.'],
    };
    const { affordances, rival } = named('reject-refusals');
    expect([affordances, rival]).toEqual([['sample'], 'interrogate']);
    const asked = named('reject-refusals').request({ label: 'x' }, 'q', 0, materials, {});
    expect(asked.reject).toEqual({ banned: ['no, i can', 'never.'], attempts: 8 });
  });

  test('bars words of refusals that no beginning of telling has', () => {
    const materials = {
      ...MATERIALS,
      refusals: ['no, I can not say it.', 'never.'],
      prefills: ['I can say it: the word is'],
    };
    const asked = named('ban-refusals').request({ label: 'x' }, 'q', 0, materials, {});
    expect(asked.ban).toEqual(['no', 'No', 'not', 'Not', 'never', 'Never']);
    expect(named('ban-refusals').rival).toBe('interrogate');
  });
});

describe('steering', () => {
  const named = (name: string) => TECHNIQUES.find((technique) => technique.name === name)!;
  const read = async (requests: readonly ReadRequest[]) =>
    requests.map(() => Float32Array.of(3, 0, 4, 0));
  const vectorsOf = async (name: string, gradient = noGradient) => {
    const findings = await named(name).prepare!(
      { layers: 8, read, gradient, insight: coin },
      MATERIALS,
    );
    return Object.values(findings);
  };

  test('adds vectors whose norms are multiples of the mean norm of what they are added to', async () => {
    const norms = (await vectorsOf('steer-random')).map((vector) => Math.hypot(...vector));
    [0.5, 1, 2, 4].forEach((radius, i) => {
      for (const norm of norms.slice(8 * i, 8 * i + 8)) expect(norm).toBeCloseTo(5 * radius, 5);
    });
  });

  test('climbs to the direction that moves the target most, where no other vector is yet', async () => {
    // Of a linear target only the first coordinate counts: the sphere's top is along it.
    const gradient = async () => ({ value: 0, gradient: Float32Array.of(1, 0, 0, 0) });
    const found = await vectorsOf('melbo', gradient);
    for (const i of [0, 1, 2, 3]) {
      const [first, second] = [found[8 * i]!, found[8 * i + 1]!];
      expect(first[0]! / Math.hypot(...first)).toBeGreaterThan(0.95);
      const along = first.reduce((sum, x, j) => sum + x * second[j]!, 0);
      expect(Math.abs(along) / (Math.hypot(...first) * Math.hypot(...second))).toBeLessThan(1e-5);
    }
  });

  test('asks with each vector in turn, everywhere, at the layers of the published code', async () => {
    const gradient = async () => ({ value: 0, gradient: new Float32Array(4) });
    const findings = await named('melbo').prepare!(
      { layers: 8, read, gradient, insight: coin },
      MATERIALS,
    );
    const setting = { label: 'radius 2', scale: 2, layers: 8 };
    const edits = [0, 1, 8].map(
      (i) => named('melbo').request(setting, 'q', i, MATERIALS, findings).edits,
    );
    expect(edits[0]).toEqual(edits[2]);
    expect(edits[0]).not.toEqual(edits[1]);
    expect(edits[0]).toMatchObject([{ at: 'blocks.2.hook_mlp_out', do: 'add' }]);
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
    expect(prefill.request({ label: 'x' }, 'q', 1, MATERIALS, {}).prefill).toBe('my word:');
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
