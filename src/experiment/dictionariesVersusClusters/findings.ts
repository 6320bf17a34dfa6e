/** @file What the decision rule of dictionaries-versus-clusters says of its numbers. */
import { cellOf, inWords, overSeeds } from '../dictionaries/estimates.ts';
import type { Estimated, Finding } from '../statement.ts';
import { ARMS } from './arms.ts';
import type { EqualValue } from './equal.ts';
import type { Fitted, VersusValue } from './pieces.ts';
import type { VersusSettings } from './settings.ts';
import { atBits, fitsOf } from './tables.ts';

function compared(interval: readonly [number, number], bound: number): Finding['outcome'] {
  if (interval[0] >= bound) return 'supported';
  return interval[1] < bound ? 'refuted' : 'undecided';
}

function estimateOf(fit: Fitted | undefined, name: string): Estimated | undefined {
  const cell = fit ? cellOf(fit.seeds, name) : null;
  return cell !== null && typeof cell === 'object' ? cell : undefined;
}

/** The bar of recovery: planted directions, equally frequent. */
function recoveryFindings(fits: readonly Fitted[]): Finding[] {
  return ['topk', 'gated'].flatMap((arm): Finding[] => {
    const fit = fits.find((one) => one.data === 'planted' && one.arm === arm);
    const recall = estimateOf(fit, 'recall');
    if (!recall) return [];
    return [
      {
        claim: `planted: ${arm} recovers at least 90 % of the directions at cosine 0.9`,
        outcome: compared(recall.interval, 0.9),
        because: `recall ${inWords(recall)}`,
      },
    ];
  });
}

/** Whether clusterings, at the bits of a row where both can be had, explain less than autoencoders. */
function equalBitsFinding(fits: readonly Fitted[], data: Fitted['data'], bits: number): Finding[] {
  const at = (group: string) =>
    ARMS.filter((arm) => arm.group === group).flatMap(({ name }) => {
      const own = fits.filter((fit) => fit.data === data && fit.arm === name && fit.rate === 1);
      const fve = own.length === 0 ? null : atBits(own, bits, (v) => v.fve_coded ?? null);
      return fve ? [{ name, fve }] : [];
    });
  const best = (group: string) =>
    at(group).reduce<{ name: string; fve: Estimated } | undefined>(
      (most, one) => (!most || one.fve.estimate > most.fve.estimate ? one : most),
      undefined,
    );
  const [autoencoder, clustering] = [best('autoencoder'), best('clustering')];
  if (!autoencoder || !clustering) return [];
  const apart = autoencoder.fve.interval[0] > clustering.fve.interval[1];
  const other = autoencoder.fve.interval[1] < clustering.fve.interval[0];
  return [
    {
      claim: `${data}: at ${bits} bits a row the best autoencoder explains more than the best clustering`,
      outcome: apart ? 'supported' : other ? 'refuted' : 'undecided',
      because: `${autoencoder.name} ${inWords(autoencoder.fve)}, ${clustering.name} ${inWords(clustering.fve)}`,
    },
  ];
}

/** Whether a failure is shared: at main sizes, in every autoencoder and clustering. */
function sharedFinding(
  fits: readonly Fitted[],
  { spaces }: VersusSettings,
  { claim, of }: { claim: string; of: (fit: Fitted) => Estimated | undefined },
): Finding {
  const main = spaces.find(({ data }) => data === 'unequal')?.main ?? {};
  const shown = ARMS.flatMap(({ name, group }) => {
    if (group === 'components') return [];
    const fit = fits.find(
      (one) =>
        one.data === 'unequal' && one.arm === name && one.size === main[name] && one.rate === 1,
    );
    const value = fit && of(fit);
    return value ? [{ name, value }] : [];
  });
  const all = shown.every(({ value }) => value.interval[0] > 0) && shown.length > 0;
  const some = shown.some(({ value }) => value.interval[1] <= 0);
  return {
    claim,
    outcome: all ? 'supported' : some ? 'refuted' : 'undecided',
    because:
      shown.map(({ name, value }) => `${name} ${inWords(value)}`).join(', ') || 'not measured',
  };
}

function lossOfRare({ seeds }: Fitted): Estimated | undefined {
  const lost = seeds.flatMap(({ recall_common: common, recall_rare: rare }) =>
    typeof common === 'number' && typeof rare === 'number' ? [common - rare] : [],
  );
  return lost.length === 0 ? undefined : overSeeds(lost);
}

function instability({ stability }: Fitted): Estimated | undefined {
  return stability.length === 0 ? undefined : overSeeds(stability.map((cosine) => 1 - cosine));
}

/** How much of the variance explained is there without the model's training, and without structure. */
function controlFinding(fits: readonly Fitted[], control: Fitted['data']): Finding[] {
  const fveOf = (data: Fitted['data']) =>
    estimateOf(
      fits.find((one) => one.data === data && one.arm === 'topk' && one.size === 8),
      'fve_coded',
    );
  const [base, other] = [fveOf('base'), fveOf(control)];
  if (!base || !other) return [];
  const more = base.interval[0] > other.interval[1];
  const less = base.interval[1] <= other.interval[0];
  return [
    {
      claim: `topk (k 8) explains more of the trained model's activations than of those with ${control}`,
      outcome: more ? 'supported' : less ? 'refuted' : 'undecided',
      because: `${inWords(base)} of the model's, ${inWords(other)} of the control's`,
    },
  ];
}

function equalFinding(values: readonly VersusValue[]): Finding {
  const of = (arm: EqualValue['arm'], name: string) => {
    const own = values.filter(
      (value): value is EqualValue => value.kind === 'equal' && value.arm === arm,
    );
    return own.map((one) => Number(one.values[name]));
  };
  const apart = of('true', 'fve').map((fve, i) => Math.abs(fve - of('rotated', 'fve')[i]!));
  const [truth, rotated] = [
    overSeeds(of('true', 'selectivity')),
    overSeeds(of('rotated', 'selectivity')),
  ];
  const same = Math.max(...apart) < 1e-4;
  const told = truth.interval[0] > rotated.interval[1];
  return {
    claim: 'variance explained cannot tell a true dictionary from a rotated one, ablation can',
    outcome: same && told ? 'supported' : 'refuted',
    because: `variance explained differs by at most ${Math.max(...apart).toExponential(1)}; selectivity ${inWords(truth)} of the true one, ${inWords(rotated)} of the rotated one`,
  };
}

export function versusFindings(
  settings: VersusSettings,
  values: readonly VersusValue[],
): Finding[] {
  const fits = fitsOf(values);
  return [
    ...recoveryFindings(fits),
    ...(['unequal', 'base'] as const).flatMap((data) =>
      settings.equalBits.flatMap((bits) => equalBitsFinding(fits, data, bits)),
    ),
    sharedFinding(fits, settings, {
      claim: 'rare directions are lost by autoencoders and clusterings alike',
      of: lossOfRare,
    }),
    sharedFinding(fits, settings, {
      claim: 'autoencoders and clusterings alike find other directions with another seed',
      of: instability,
    }),
    ...(['random weights', 'phases shuffled'] as const).flatMap((control) =>
      controlFinding(fits, control),
    ),
    equalFinding(values),
  ];
}
