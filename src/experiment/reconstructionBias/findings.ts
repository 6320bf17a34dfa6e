/** @file What the decision rule of reconstruction-bias says of its numbers. */
import { cellOf, inWords } from '../dictionaries/estimates.ts';
import type { Estimated, Finding } from '../statement.ts';
import { type BiasSettings, DYING, type Space } from './arms.ts';
import { heightsOf } from './heights.ts';
import type { InventedValue } from './invented.ts';
import type { BiasValue, Trained } from './pieces.ts';
import { excessOf, type Group, groupsOf } from './tables.ts';

type Outcome = Finding['outcome'];

/** Supported where all intervals lie inside, refuted where one lies outside altogether. */
function within(estimates: readonly Estimated[], low: number, high: number): Outcome {
  if (estimates.length === 0) return 'undecided';
  if (estimates.every(({ interval: [a, b] }) => a >= low && b <= high)) return 'supported';
  const outside = estimates.some(({ interval: [a, b] }) => b < low || a > high);
  return outside ? 'refuted' : 'undecided';
}

function estimatesOf(groups: readonly Group[], measure: string): Estimated[] {
  return groups.flatMap(({ values }) => {
    const cell = cellOf(values, measure);
    return cell !== null && typeof cell === 'object' ? [cell] : [];
  });
}

/** The estimate farthest from a number, for sentences. */
function farthest(estimates: readonly Estimated[], from: number): string {
  const sorted = [...estimates].sort(
    (a, b) => Math.abs(b.estimate - from) - Math.abs(a.estimate - from),
  );
  return sorted[0] ? inWords(sorted[0]) : 'nothing was measured';
}

function ofArm(groups: readonly Group[], data: Trained['data'], arm: string): Group[] {
  return groups.filter(({ first }) => first.data === data && first.arm === arm);
}

function shrinkageFindings(curves: readonly Group[], { data, middle }: Space): Finding[] {
  const gated = estimatesOf(ofArm(curves, data, 'gated'), 'gamma_C');
  const ofMiddle = ofArm(curves, data, 'gated').filter(
    ({ first }) => first.sparsity === middle.gated,
  );
  const gatedA = estimatesOf(ofMiddle, 'gamma_A');
  const standard = ofArm(curves, data, 'standard');
  const excess = standard.flatMap((group) => excessOf(group) ?? []);
  return [
    {
      claim: `${data}: the gated autoencoder does not shrink: gamma_C from 0.97 to 1.03 at every penalty`,
      outcome: within(gated, 0.97, 1.03),
      because: `farthest from 1: ${farthest(gated, 1)}`,
    },
    {
      claim: `${data}: gamma_A of the gated autoencoder is below 0.97 at the middle penalty, where gamma_C says that nothing shrinks`,
      outcome: within(gatedA, Number.NEGATIVE_INFINITY, 0.97),
      because: `gamma_A ${gatedA.map(inWords).join()}, gamma_C ${estimatesOf(ofMiddle, 'gamma_C').map(inWords).join()}`,
    },
    {
      claim: `${data}: an L1 penalty shrinks by what equation E says, to 2 %`,
      outcome: within(excess, -0.02, 0.02),
      because: `farthest from 0, as a share: ${farthest(excess, 0)}`,
    },
    fallFinding(estimatesOf(standard, 'gamma_C'), data),
  ];
}

function fallFinding(gammas: readonly Estimated[], data: string): Finding {
  const steps = gammas.slice(1).map((next, i) => [gammas[i]!, next] as const);
  const falls = steps.every(([a, b]) => b.interval[1] < a.interval[0]);
  const rises = steps.some(([a, b]) => b.interval[0] > a.interval[1]);
  return {
    claim: `${data}: the more L1 penalty, the more shrinkage: gamma_C falls with every step`,
    outcome: falls && steps.length > 0 ? 'supported' : rises ? 'refuted' : 'undecided',
    because: gammas.map(inWords).join(', '),
  };
}

function deathFinding(variants: readonly Group[], data: Trained['data']): Finding {
  const own = ofArm(variants, data, DYING.name);
  const l0 = estimatesOf(own, 'l0');
  return {
    claim: `${data}: without its auxiliary loss the gate dies in long training: L0 below 0.001 on held-out rows`,
    outcome: within(l0, Number.NEGATIVE_INFINITY, 1e-3),
    because: `L0 ${farthest(l0, 0)}, on rows for fitting ${farthest(estimatesOf(own, 'l0_fitted'), 0)}; variance explained ${farthest(estimatesOf(own, 'fve'), 0)}`,
  };
}

/** The bar of recovery: planted directions at middle sparsities. */
function recoveryFindings(curves: readonly Group[], { data, middle }: Space): Finding[] {
  if (data !== 'planted') return [];
  return (['topk', 'gated'] as const).map((arm) => {
    const own = ofArm(curves, data, arm).filter(({ first }) => first.sparsity === middle[arm]);
    const recall = estimatesOf(own, 'recall');
    return {
      claim: `${data}: ${arm} recovers at least 90 % of the directions at cosine 0.9, at the middle sparsity`,
      outcome: within(recall, 0.9, Number.POSITIVE_INFINITY),
      because: `recall ${recall.map(inWords).join()}`,
    };
  });
}

function curveFindings(values: readonly BiasValue[]): Finding[] {
  return heightsOf(values).flatMap(({ data, measure, arm, than, height }): Finding[] => {
    if (than !== 'standard' || (data === 'base' && measure === 'fve')) return [];
    return [
      {
        claim: `${data}: ${arm} keeps more (${measure}) than standard at equal L0 and equal arithmetic`,
        outcome: height ? within([height], 0, Number.POSITIVE_INFINITY) : 'undecided',
        because: `mean height of its curve: ${height ? inWords(height) : 'the curves share no L0'}`,
      },
    ];
  });
}

/** Both sides of the by-products: what held-out rows say, and what ablation does. */
function inventedFindings(values: readonly BiasValue[]): Finding[] {
  const invented = values.filter((value): value is InventedValue => value.kind === 'invented');
  const of = (arm: string, measure: string) => {
    const own = invented.filter((value) => value.arm === arm);
    const cell = cellOf(
      own.map((one) => one.values),
      measure,
    );
    return cell !== null && typeof cell === 'object' ? [cell] : [];
  };
  const gate = 'with by-products by a gate';
  const gained = of(gate, 'fve_gained');
  const found = of(gate, 'unread_found_unread');
  const wrong = of(gate, 'read_found_unread');
  const words = (estimates: readonly Estimated[]) => estimates.map(inWords).join() || 'none';
  return [
    {
      claim: 'latents that no model reads gain held-out reconstruction',
      outcome: within(gained, 1e-9, 1),
      because: `variance explained by them, behind a gate: ${words(gained)}; trained: ${[
        'standard',
        'gated',
        'topk',
      ]
        .map((arm) => `${arm} ${words(of(`${arm}, trained`, 'fve_gained'))}`)
        .join(', ')}`,
    },
    {
      claim:
        'ablation tells latents that no model reads (9 of 10 or more) from those that it reads',
      outcome: within([...found, ...wrong.map(oneMinus)], 0.9, 1),
      because: `found among by-products: ${words(found)}; features taken for unread: ${words(wrong)}`,
    },
  ];
}

function oneMinus({ estimate, interval: [low, high], n }: Estimated): Estimated {
  return { estimate: 1 - estimate, interval: [1 - high, 1 - low], n };
}

/** gamma_A = rho^2 gamma_C in every dictionary. */
function identityFinding(values: readonly BiasValue[]): Finding {
  const worst = values.reduce((most, value) => {
    if (value.kind === 'invented') return most;
    const { gamma_A, gamma_C, rho2 } = value.values;
    if (typeof gamma_A !== 'number' || typeof gamma_C !== 'number') return most;
    return Math.max(most, Math.abs(gamma_A - Number(rho2) * gamma_C));
  }, 0);
  return {
    claim: 'gamma_A = rho^2 gamma_C in every dictionary, to 1e-6',
    outcome: worst <= 1e-6 ? 'supported' : 'refuted',
    because: `largest difference ${worst.toExponential(1)}`,
  };
}

export function biasFindings({ spaces }: BiasSettings, values: readonly BiasValue[]): Finding[] {
  const curves = groupsOf(values, 'curve');
  return [
    identityFinding(values),
    ...spaces.flatMap((space) => shrinkageFindings(curves, space)),
    ...spaces.flatMap((space) => recoveryFindings(curves, space)),
    ...spaces.map(({ data }) => deathFinding(groupsOf(values, 'variant'), data)),
    ...curveFindings(values),
    ...inventedFindings(values),
  ];
}
