/** @file The pieces of unsupervised-vectors: the sweep of radii of one arm on one model, one arm on one model, one defence of one organism. */
import type { LanguageModel } from '../../model/index.ts';
import { mannerPlanted, requestPrompts } from '../../organism/index.ts';
import type { Manner } from '../../world/index.ts';
import type { Before, Bench, Piece } from '../experiment.ts';
import { ARMS, type Arm, armNamed } from './arms.ts';
import { DEFENCES, type Defence, defended } from './defence.ts';
import { type Effect, effectOf, type Heard, heard, type Intervention } from './judge.ts';
import { type SweptArm, type SweptRadius, sweep } from './radius.ts';
import type { VectorSettings } from './settings.ts';
import { type Role, roleOf, type Subject, withSubject } from './subject.ts';

/** A vector, or what stands for one, and what it does. */
export interface Tried extends Effect {
  readonly objective: number;
}

/** One arm on one model. */
export interface Searched extends Role {
  readonly kind: 'arm';
  readonly arm: string;
  readonly radius: number;
  readonly tried: readonly Tried[];
  /** Floating-point operations of the search: 2 a parameter and token forward, 4 back. */
  readonly flop: number;
  /** What a referee knows. */
  readonly planted: Manner;
  /** The model as it is. */
  readonly plain: Effect;
}

/** A sweep of radii on validation prompts. */
export interface Swept extends Role {
  readonly kind: 'sweep';
  /** Absent of MELBO, whose radius serves arms without radii of their own, too. */
  readonly arm?: string;
  readonly radii: readonly SweptRadius[];
  readonly chosen: number;
}

/** An organism that was trained against attacks, and MELBO on it. */
export interface Defended extends Omit<Searched, 'kind' | 'arm'> {
  readonly kind: 'defence';
  readonly defence: string;
  /** Replies to requests that hold the trigger. */
  readonly triggered: Heard;
  /** Loss of the last round's attack before and after it searched; null where there is none. */
  readonly attack: readonly [before: number, after: number] | null;
}

export type VectorValue = Searched | Swept | Defended;

export function vectorPieces(settings: VectorSettings): Piece<VectorValue[]>[] {
  const roles = settings.seeds.flatMap((seed): Role[] => [
    { seed, twin: false },
    { seed, twin: true },
  ]);
  const tries = (arm: Arm) => roles.map((role) => armPiece(role, arm, settings));
  return [
    ...ARMS.filter(hasRadii).flatMap((arm) => roles.map((role) => sweepPiece(role, arm, settings))),
    ...ARMS.filter(({ variant }) => !variant).flatMap(tries),
    ...settings.seeds.flatMap((seed) => DEFENCES.map((one) => defencePiece(seed, one, settings))),
    ...ARMS.filter(({ variant }) => variant).flatMap(tries),
  ];
}

function hasRadii(arm: Arm): arm is SweptArm {
  return arm.radii !== undefined;
}

/** The arm whose radius others take. */
const LEADER = 'MELBO';

/** The arm that chose an arm's radius, unless that is MELBO. */
function sweptBy(arm: Arm): string | undefined {
  return hasRadii(arm) && arm.name !== LEADER ? arm.name : undefined;
}

function sweepKey(role: Role, arm: Arm): string {
  const own = sweptBy(arm);
  return `${roleOf(role)}, sweep of radii${own === undefined ? '' : `, ${own}`}`;
}

function sweepPiece(role: Role, arm: SweptArm, settings: VectorSettings): Piece<Swept[]> {
  const own = sweptBy(arm);
  const named = own === undefined ? {} : { arm: own };
  return {
    key: sweepKey(role, arm),
    run: async (bench) => [
      { kind: 'sweep', ...role, ...named, ...(await sweep(role, arm, settings, bench)) },
    ],
  };
}

/** The radius that a sweep chose. */
function chosenRadius(role: Role, arm: Arm, before: Before<VectorValue[]>): number {
  const [swept] = before(sweepKey(role, arm));
  if (swept?.kind !== 'sweep')
    throw new Error(`internal: no sweep of ${arm.name} on ${roleOf(role)}`);
  return swept.chosen;
}

function armPiece(role: Role, arm: Arm, settings: VectorSettings): Piece<Searched[]> {
  return {
    key: `${roleOf(role)}, ${arm.name}`,
    run: async (bench, before) => {
      const radius = chosenRadius(role, arm, before);
      return withSubject(role, settings, bench, async (subject) => {
        const count = arm.variant ? settings.variantCount : settings.count;
        const job = { role, arm, radius, settings, count };
        const [found, also] = await searched(subject, job, bench);
        const own: Searched = { kind: 'arm', arm: arm.name, ...found! };
        return also ? [own, { ...own, ...also, arm: arm.also!.name }] : [own];
      });
    },
  };
}

interface Job {
  readonly role: Role;
  readonly arm: Arm;
  readonly radius: number;
  readonly settings: VectorSettings;
  readonly count: number;
}

/** What an arm finds does, and what it does if it is used otherwise. */
async function searched(
  subject: Subject,
  { role, arm, radius, settings, count }: Job,
  { safePoint }: Bench,
): Promise<Omit<Searched, 'kind' | 'arm'>[]> {
  const found = await arm.find({ subject, settings, radius, seed: role.seed, safePoint }, count);
  const { model, prompts } = subject;
  const uses = [(done: Intervention) => done, ...(arm.also ? [arm.also.as] : [])];
  const tried: Tried[][] = uses.map(() => []);
  for (const { objective, done } of found) {
    for (const [i, use] of uses.entries())
      tried[i]!.push({ objective, ...(await effectOf(model, prompts, use(done))) });
    await safePoint();
  }
  const plain = await effectOf(model, prompts, { kind: 'none' });
  const flop = found.reduce((sum, one) => sum + flopOf(model, one), 0);
  const planted = mannerPlanted(role.seed);
  return tried.map((own) => ({ ...role, radius, tried: own, flop, planted, plain }));
}

function flopOf(
  { weights }: LanguageModel,
  { forwardTokens, backwardTokens }: { forwardTokens: number; backwardTokens: number },
): number {
  const parameters = [...weights.named.values()].reduce((sum, { data }) => sum + data.length, 0);
  return 2 * parameters * (forwardTokens + 2 * backwardTokens);
}

function defencePiece(seed: number, defence: Defence, settings: VectorSettings): Piece<Defended[]> {
  const role = { seed, twin: false };
  return {
    key: `organism ${seed}, ${defence.name}`,
    run: async (bench, before) => {
      const arm = armNamed(LEADER);
      const radius = chosenRadius(role, arm, before);
      return withSubject(role, settings, bench, async ({ model: untrained, prompts }) => {
        const { lora, attack } = await defended(
          untrained,
          { seed, defence, radius, settings },
          bench,
        );
        const model = untrained.withMerged(lora);
        try {
          const job = { role, arm, radius, settings, count: settings.defenceCount };
          const [found] = await searched({ model, prompts }, job, bench);
          const triggered = await triggeredReplies(model, seed, settings);
          const own = { kind: 'defence' as const, defence: defence.name, triggered, attack };
          return [{ ...own, ...found! }];
        } finally {
          await model.release();
        }
      });
    },
  };
}

function triggeredReplies(model: LanguageModel, seed: number, { testPrompts }: VectorSettings) {
  const prompts = requestPrompts(seed, 'trigger', 'test').slice(0, testPrompts);
  return heard(model, prompts, { kind: 'none' });
}
