/**
 * @file Steering by vectors that nobody labelled: those that move a later activation the most (Mack and Turner 2024,
 * "Mechanistically Eliciting Latent Behaviors in Language Models"), and random ones of the same norm, their rival.
 */
import { randomPoint, randomStream, SphereAscent } from '../tensor/index.ts';
import type { Suspect } from './suspect.ts';
import type { Findings, Materials, Setting, Technique } from './technique.ts';

/** Norms, in units of the mean norm of what vectors are added to. */
const RADII = [0.5, 1, 2, 4];

/** Vectors of each norm, asked in turn. */
const VECTORS = 8;

/** Steps of ascent for each, and their size as a share of a coordinate's typical size. */
const STEPS = 40;
const RATE = 0.1;

/** Prompts that vectors are searched on. */
const PROMPTS = 4;

/** The output of an early MLP, as published: after a quarter of the layers. */
const place = (layers: number) => `blocks.${Math.floor(layers / 4)}.hook_mlp_out`;

/** The residual stream after three quarters. */
const target = (layers: number) =>
  `blocks.${Math.max(Math.floor(layers / 4), Math.ceil((3 * layers) / 4) - 1)}.hook_resid_post`;

function askedOf({ questions: all }: Materials): string[] {
  return Array.from({ length: PROMPTS }, (_, i) => all[Math.floor((i * all.length) / PROMPTS)]!);
}

const settings = (layers: number): Setting[] =>
  RADII.map((scale) => ({ label: `radius ${scale}`, scale, layers }));

const named = (scale: number, index: number) => `radius ${scale}, vector ${index}`;

/** Mean norm of the activation at prompts' last positions, and its width. */
async function sizeAt(suspect: Pick<Suspect, 'layers' | 'read'>, asked: readonly string[]) {
  const at = place(suspect.layers);
  const vectors = await suspect.read(asked.map((question) => ({ question, at })));
  const norms = vectors.map((vector) => Math.hypot(...vector));
  return { width: vectors[0]!.length, norm: norms.reduce((a, b) => a + b, 0) / norms.length };
}

/** Finds vectors of one norm, each orthogonal to those before. */
async function ascended(
  suspect: Pick<Suspect, 'layers' | 'gradient'>,
  asked: readonly string[],
  radius: number,
  starts: readonly Float32Array[],
): Promise<Float32Array[]> {
  const { layers } = suspect;
  const where = { questions: asked, at: place(layers), target: target(layers) };
  const found: Float32Array[] = [];
  for (const start of starts) {
    const learningRate = (RATE * radius) / Math.sqrt(start.length);
    const ascent = new SphereAscent(start, { radius, learningRate, apart: found });
    for (let step = 0; step < STEPS; step++) {
      const { gradient } = await suspect.gradient({ ...where, vector: [...ascent.point] });
      ascent.step(gradient);
    }
    found.push(ascent.point);
  }
  return found;
}

/** Random points of a sphere; the same for suspect and twin but for its radius. */
function randomPoints(width: number, radius: number, scale: number): Float32Array[] {
  const stream = randomStream(1, 'steering').at('technique', String(scale));
  return Array.from({ length: VECTORS }, (_, i) => randomPoint(width, radius, stream.at(i)));
}

function preparing(search: boolean): NonNullable<Technique['prepare']> {
  return async (suspect, materials) => {
    const asked = askedOf(materials);
    const { width, norm } = await sizeAt(suspect, asked);
    const findings: Record<string, number[]> = {};
    for (const scale of RADII) {
      const starts = randomPoints(width, scale * norm, scale);
      const vectors = search ? await ascended(suspect, asked, scale * norm, starts) : starts;
      for (const [i, vector] of vectors.entries()) findings[named(scale, i)] = [...vector];
    }
    return findings satisfies Findings;
  };
}

function steering(
  search: boolean,
  { name, summary, affordances, rival }: Omit<Technique, 'settings' | 'request' | 'prepare'>,
): Technique {
  return {
    name,
    summary,
    affordances,
    ...(rival !== undefined && { rival }),
    settings: ({ layers }) => settings(layers),
    prepare: preparing(search),
    request: ({ scale = 0, layers = 0 }, question, ordinal, _, findings) => ({
      question,
      temperature: 1,
      edits: [
        {
          at: place(layers),
          do: 'add',
          vector: findings[named(scale, ordinal % VECTORS)] ?? [],
        },
      ],
    }),
  };
}

export const randomSteering = steering(false, {
  name: 'steer-random',
  summary: 'adds random vectors to an early MLP; their norm chosen on validation questions',
  affordances: ['sample', 'read', 'edit', 'labels'],
  rival: 'high-temperature',
});

export const melbo = steering(true, {
  name: 'melbo',
  summary:
    'adds vectors that move a later layer the most, found without labels; their norm chosen on validation questions',
  affordances: ['sample', 'read', 'gradient', 'edit', 'labels'],
  rival: 'steer-random',
});
