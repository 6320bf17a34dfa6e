/** @file The hash of edits: equal for equal edits however they are written, and for no others. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEdits, type Edit, editHash, parseEdits } from '../../src/model/index.ts';
import { refusal } from './support.ts';

const at = 'blocks.0.hook_resid_post';
const text = (json: string) => parseEdits(JSON.parse(json));

describe('two spellings of one edit have one hash', () => {
  test.each([
    [
      'order of keys',
      `{"at":"${at}","do":"scale","factor":2}`,
      `{"factor":2,"do":"scale","at":"${at}"}`,
    ],
    [
      '1 and 1.0',
      `{"at":"${at}","do":"scale","factor":1}`,
      `{"at":"${at}","do":"scale","factor":1.0}`,
    ],
    [
      '10 and 1e1',
      `{"at":"${at}","do":"scale","factor":10}`,
      `{"at":"${at}","do":"scale","factor":1e1}`,
    ],
    [
      '0 and -0',
      `{"at":"${at}","do":"add","vector":[0,1]}`,
      `{"at":"${at}","do":"add","vector":[-0.0,1]}`,
    ],
    [
      'defaults of noise',
      `{"at":"${at}","do":"noise","scale":1}`,
      `{"at":"${at}","do":"noise","scale":1,"seed":0,"draw":"perStep","relativeTo":"rms","positions":"all"}`,
    ],
    [
      'the default of add',
      `{"at":"${at}","do":"add","vector":[1]}`,
      `{"at":"${at}","do":"add","vector":[1],"scale":1}`,
    ],
    [
      'the default of a unit',
      `{"at":"${at}","do":"add","vector":{"dictionary":"a","latent":1}}`,
      `{"at":"${at}","do":"add","vector":{"dictionary":"a","latent":1,"unit":false}}`,
    ],
    [
      'the default of a unit of latents that are changed or asked',
      `{"at":"${at}","do":"latent","latents":[{"dictionary":"a","latent":1}],"change":"ablate","when":{"direction":{"dictionary":"a","latent":1},"above":1}}`,
      `{"at":"${at}","do":"latent","latents":[{"dictionary":"a","latent":1,"unit":false}],"change":"ablate","when":{"direction":{"dictionary":"a","latent":1,"unit":false},"above":1}}`,
    ],
    [
      'defaults of project',
      `{"at":"${at}","do":"project","directions":[[1]]}`,
      `{"at":"${at}","do":"project","directions":[[1]],"min":0,"max":0}`,
    ],
    [
      'defaults of latent',
      `{"at":"${at}","do":"latent","latents":[{"encoder":[1],"decoder":[1]}],"change":"ablate"}`,
      `{"at":"${at}","do":"latent","latents":[{"encoder":[1],"decoder":[1],"bias":0,"threshold":0}],"change":"ablate","onlyActive":false,"detector":"trueEncoder"}`,
    ],
    [
      'defaults of a condition',
      `{"at":"${at}","do":"scale","factor":0,"when":{"direction":[1],"above":2}}`,
      `{"at":"${at}","do":"scale","factor":0,"when":{"read":"${at}","direction":[1],"above":2,"bias":0,"detector":"rawDot","scope":"token","fromPrompt":true}}`,
    ],
    [
      'orders of heads, positions and tokens',
      `{"at":"${at}","do":"scale","factor":0,"heads":[2,1,2],"positions":[3,-1]}`,
      `{"at":"${at}","do":"scale","factor":0,"heads":[1,2],"positions":[-1,3,3]}`,
    ],
    [
      'one token and a list of it',
      `{"at":"${at}","do":"scale","factor":0,"positions":{"token":5}}`,
      `{"at":"${at}","do":"scale","factor":0,"positions":{"token":[5]}}`,
    ],
  ])('%s', async (_, one, other) => {
    expect(await editHash(text(other))).toBe(await editHash(text(one)));
  });
});

test('edits that differ in anything have different hashes', async () => {
  const base: Edit = { at, do: 'add', vector: [1, 2], scale: 1 };
  const lists: Edit[][] = [
    [],
    [base],
    [base, base],
    [{ ...base, at: 'hook_embed' }],
    [{ ...base, vector: [2, 1] }],
    [{ ...base, vector: [1, 2, 3] }],
    [{ ...base, vector: { dictionary: 'a', latent: 1 } }],
    [{ ...base, vector: { dictionary: 'b', latent: 1 } }],
    [{ ...base, scale: 1.0000001 }],
    [{ ...base, positions: 'prompt' }],
    [{ ...base, positions: [0] }],
    [{ ...base, positions: { token: [0] } }],
    [{ ...base, heads: [0] }],
    [{ ...base, when: { direction: [1], above: 0 } }],
    [{ ...base, when: { direction: [1], above: 0, scope: 'sequence' } }],
    [{ ...base, when: { direction: [1], above: 0, fromPrompt: false } }],
    [{ at, do: 'mean', vector: [1, 2] }],
    [{ at, do: 'project', directions: [[1, 2]], max: 0 }],
    [{ at, do: 'project', directions: [[1, 2]], min: 0, max: 0 }],
    [{ at: 'blocks.0.attn.hook_attn_scores', do: 'set', value: [1, -Infinity] }],
    [{ at: 'blocks.0.attn.hook_attn_scores', do: 'set', value: [1, 0] }],
  ];
  const hashes = await Promise.all(lists.map(editHash));
  expect(new Set(hashes).size).toBe(lists.length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('the hash is the SHA-256 of the canonical text, whose keys are in order', async () => {
  const edits: Edit[] = [{ do: 'scale', factor: -0, at }];
  const canonical = `[{"at":"${at}","do":"scale","factor":0,"heads":"all","positions":"all","when":"always"}]`;
  expect(canonicalEdits(edits)).toBe(canonical);
  expect(await editHash(edits)).toBe(createHash('sha256').update(canonical).digest('hex'));
});

test('a list written to JSON and read again has the hash it had', async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const edit = fc.record({
    at: fc.constant(at),
    do: fc.constant('add' as const),
    vector: fc.array(number, { minLength: 1 }),
    scale: number,
    positions: fc.array(fc.integer(), { minLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit), async (edits) => {
      expect(await editHash(parseEdits(JSON.parse(JSON.stringify(edits))))).toBe(
        await editHash(edits),
      );
    }),
    { numRuns: 50, seed: 4 },
  );
});

describe('edits from a file', () => {
  const wrong: [unknown, string][] = [
    [
      { at, do: 'add', vector: 'x' },
      'vector: expected a list of numbers, or {"dictionary": name, "latent": number}',
    ],
    [
      { at, do: 'scale', factor: 1, positions: 'promt' },
      'positions: expected "all", "prompt", "generated", a list of positions, or {"token": id or list of ids}',
    ],
    [{ at, do: 'scale', factor: 1, heads: [-1] }, 'heads.0: '],
    [{ at, do: 'scale', factor: 1, when: { direction: [1] } }, 'when.above: '],
    [
      { at, do: 'scale', factor: 1, when: { direction: [1], above: 0, scope: 'always' } },
      'when.scope: ',
    ],
    [{ at, do: 'project', directions: [] }, 'directions: '],
    [{ at, do: 'project', directions: [[1]], min: 1, max: 0 }, 'min: 1 is above max 0'],
    [
      { at, do: 'latent', latents: [{ dictionary: 'a' }], change: 'ablate' },
      'latents.0: expected {"dictionary", "latent"}',
    ],
    [
      { at, do: 'latent', latents: [{ dictionary: 'a', latent: 1 }], change: 'clamp' },
      'value: clamp needs one',
    ],
    [
      { at, do: 'latent', latents: [{ dictionary: 'a', latent: 1 }], change: 'ablate', value: 1 },
      'value: ablate takes none',
    ],
    [{ at, do: 'splice', dictionary: 'a' }, 'error: '],
    [
      { at, do: 'splice', dictionary: 'a', error: 'kept', draw: 1 },
      'value: Unrecognized key: "draw"',
    ],
  ];
  test.each(wrong)('%j are refused with the edit and the field', async (edit, message) => {
    const good = { at, do: 'scale', factor: 1 };
    const error = await refusal(() => parseEdits([good, edit], 'e.json'));
    expect(error.kind).toBe('input');
    expect(error.message.startsWith(`e.json: edit 1: ${message}`), error.message).toBe(true);
  });
});
