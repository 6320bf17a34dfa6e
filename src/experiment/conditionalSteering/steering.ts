/** @file The arms that steer: for each, the settings that are compared and the edits that a setting comes to. */
import type { Edit, HookName } from '../../model/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { Construct } from '../../world/code/index.ts';
import type { DetectorName, Tools } from './detectors.ts';
import type { Kit } from './kit.ts';
import type { SteeringSettings } from './settings.ts';

/** One choice of how much. */
export type Setting = {
  /** Factor of a vector of length 1, or the value that is clamped to; in units of the mean norm. */
  readonly scale: number;
};

/** An arm that changes activations. */
export interface Steering {
  readonly name: string;
  readonly what: string;
  readonly affordances: readonly string[];
  settings(settings: SteeringSettings): readonly Setting[];
  edits(kit: Kit, constructs: readonly Construct[], setting: Setting): Edit[];
}

/** What a vector points along. */
type Direction = 'latent' | 'means' | 'cluster' | 'random';

const LABELLED = ['activations', 'labels'];

const each = (scales: readonly number[]): Setting[] => scales.map((scale) => ({ scale }));

function unit(vector: ArrayLike<number>): number[] {
  const length = Math.hypot(...Array.from(vector));
  return Array.from(vector, (value) => value / length);
}

/** A direction of length 1 for a construct. */
function vectorOf(direction: Direction, tools: Tools, kit: Kit, construct: Construct) {
  if (direction === 'latent') return { dictionary: 'sae', latent: tools.latent, unit: true };
  if (direction === 'cluster') return { dictionary: 'clusters', latent: tools.cluster, unit: true };
  if (direction === 'means') return unit(tools.means.direction);
  const stream = randomStream(kit.seed, 'random direction').at(construct);
  return unit(stream.fillNormal(new Float32Array(tools.means.direction.length)));
}

type Condition = NonNullable<Edit['when']>;

/** The condition that a detector fires. */
function whenOf(detector: DetectorName, tools: Tools, { settings }: Kit): Condition {
  const above = tools.thresholds[detector];
  const read = settings.read as HookName;
  if (detector === 'probe' || detector === 'means') {
    const { direction, bias } = tools[detector];
    return { read, direction: [...direction], bias, above };
  }
  if (detector === 'cluster')
    return { read, direction: { dictionary: 'clusters', latent: tools.cluster }, above };
  return { read, direction: { dictionary: 'sae', latent: tools.latent }, detector, above };
}

/** A vector, always or where a detector fires. */
function vectorArm(
  name: string,
  what: string,
  direction: Direction,
  detector?: DetectorName,
  more: Partial<Condition> = {},
): Steering {
  const labelled = direction === 'random' && !detector ? ['activations'] : LABELLED;
  return {
    name,
    what,
    affordances: [...labelled, 'tuned scale', ...(detector ? ['tuned threshold'] : [])],
    settings: ({ scales, constantScales }) => each(detector ? scales : constantScales),
    edits: (kit, constructs, setting) =>
      constructs.map((construct): Edit => {
        const tools = kit.tools(construct);
        const when = detector && { ...whenOf(detector, tools, kit), ...more };
        const vector = vectorOf(direction, tools, kit, construct);
        const scale = setting.scale * kit.norm;
        return {
          at: kit.settings.at as Edit['at'],
          do: 'add',
          vector,
          scale,
          ...(when && { when }),
        };
      }),
  };
}

/** The latent clamped where it is active, or where it is above a threshold, too. */
function clampArm(
  name: string,
  what: string,
  detector: 'rawDot' | 'trueEncoder',
  conditional: boolean,
): Steering {
  return {
    name,
    what,
    affordances: [...LABELLED, 'tuned value', ...(conditional ? ['tuned threshold'] : [])],
    settings: ({ clamps }) => each(clamps),
    edits: (kit, constructs, setting) => {
      const at = kit.settings.at as Edit['at'];
      const clamp = { at, do: 'latent', change: 'clamp', detector, onlyActive: true } as const;
      const value = setting.scale * kit.norm;
      const latents = constructs.map((construct) => {
        return { dictionary: 'sae', latent: kit.tools(construct).latent };
      });
      // Without thresholds of their own, all latents are of one edit: each is detected before any is changed.
      if (!conditional) return [{ ...clamp, value, latents }];
      return latents.map((latent, i): Edit => {
        const when = whenOf(detector, kit.tools(constructs[i]!), kit);
        return { ...clamp, value, latents: [latent], when };
      });
    },
  };
}

const sequence = { scope: 'sequence' } as const;

/** All arms that steer, each against its counterpart in what it may use. */
export const STEERING: readonly Steering[] = [
  vectorArm('constant means', 'difference of means (CAA), at every position', 'means'),
  vectorArm('constant latent', "the latent's decoder row, at every position", 'latent'),
  vectorArm(
    'latent per token, rawDot',
    'the decoder row where h W_enc is above a threshold',
    'latent',
    'rawDot',
  ),
  vectorArm(
    'latent per token',
    'the decoder row where the true encoder is above a threshold',
    'latent',
    'trueEncoder',
  ),
  vectorArm(
    'latent per input, rawDot',
    'the same from the first firing of h W_enc on, prompt included',
    'latent',
    'rawDot',
    sequence,
  ),
  vectorArm(
    'latent per input',
    'the same from the first firing of the true encoder on, prompt included',
    'latent',
    'trueEncoder',
    sequence,
  ),
  vectorArm(
    'latent per input, prompt barred',
    'the same, but the prompt cannot make it fire: what a hook does that leaves index 0 out under a cache',
    'latent',
    'trueEncoder',
    { ...sequence, fromPrompt: false },
  ),
  clampArm('clamping, rawDot', 'h += (c - a) d where a = h W_enc is above 0', 'rawDot', false),
  clampArm('clamping', 'the same with the true activation; c = 0 ablates', 'trueEncoder', false),
  clampArm('conditional clamping, rawDot', 'the same where a is above a threshold', 'rawDot', true),
  clampArm('conditional clamping', 'the same where the true activation is', 'trueEncoder', true),
  vectorArm(
    'probe-gated means',
    'difference of means where a logistic probe fires',
    'means',
    'probe',
  ),
  vectorArm(
    'probe-gated latent',
    'the decoder row where a logistic probe fires',
    'latent',
    'probe',
  ),
  vectorArm(
    'latent-gated means',
    'difference of means where the latent fires',
    'means',
    'trueEncoder',
  ),
  vectorArm(
    'means-gated means',
    'difference of means where its own product fires',
    'means',
    'means',
  ),
  vectorArm(
    'cluster',
    "a k-means cluster's centre less the mean, where it is the nearest",
    'cluster',
    'cluster',
  ),
  vectorArm(
    'probe-gated random',
    'a random direction where the probe fires: the control',
    'random',
    'probe',
  ),
];

export function steeringNamed(name: string): Steering {
  return STEERING.find((arm) => arm.name === name)!;
}
