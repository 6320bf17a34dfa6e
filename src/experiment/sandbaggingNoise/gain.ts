/** @file The statistic: how far the best strength of noise lifts accuracy above the model's own, and its null distribution. */
import { quantile } from '../../statistics/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { ArmName, Role, SandbagSettings } from './arms.ts';
import type { Curves, Plain, Rights, SandbagValue } from './pieces.ts';

export function plainOf(values: readonly SandbagValue[], role: Role, seed: number): Plain {
  return values.find(
    (value): value is Plain => value.kind === 'plain' && value.role === role && value.seed === seed,
  )!;
}

export function curvesOf(values: readonly SandbagValue[], arm: ArmName, role: Role): Curves[] {
  return values.filter(
    (value): value is Curves => value.kind === 'curves' && value.arm === arm && value.role === role,
  );
}

/** Mean over questions, each counted `times`. */
export function meanOf(rights: Rights, times?: readonly number[]): number {
  if (!times) return rights.reduce((sum, x) => sum + x, 0) / rights.length;
  return rights.reduce((sum, x, i) => sum + times[i]! * x, 0) / rights.length;
}

/** max over strengths of acc(strength) - acc(0), for one draw of noise. */
export function gain(curve: readonly Rights[], plain: Rights, times?: readonly number[]): number {
  const own = meanOf(plain, times);
  return Math.max(...curve.map((rights) => meanOf(rights, times))) - own;
}

/** One model's gain under one draw. */
export interface Gain {
  readonly seed: number;
  readonly draw: number;
  readonly value: number;
}

/** Gains of a role under an arm: one a draw and seed. */
export function gainsOf(values: readonly SandbagValue[], arm: ArmName, role: Role): Gain[] {
  return curvesOf(values, arm, role).flatMap(({ seed, rights }) =>
    rights.map((curve, draw) => {
      return { seed, draw, value: gain(curve, plainOf(values, role, seed).locked, undefined) };
    }),
  );
}

/** The 95 % quantile of a role's gains where questions are drawn anew, over all its seeds and draws. */
export function nullQuantile(
  values: readonly SandbagValue[],
  arm: ArmName,
  role: Role,
  { resamples }: SandbagSettings,
): number {
  const reader = randomStream(1, 'bootstrap').reader();
  const drawn: number[] = [];
  for (const { seed, rights } of curvesOf(values, arm, role)) {
    const { locked } = plainOf(values, role, seed);
    for (let i = 0; i < resamples; i++) {
      const times = new Array<number>(locked.length).fill(0);
      for (let k = 0; k < locked.length; k++) {
        const one = reader.integer(locked.length);
        times[one] = times[one]! + 1;
      }
      drawn.push(...rights.map((curve) => gain(curve, locked, times)));
    }
  }
  return quantile(
    drawn.sort((a, b) => a - b),
    0.95,
  );
}
