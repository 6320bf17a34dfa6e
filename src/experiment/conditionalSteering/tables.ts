/** @file The tables of conditional-steering. */
import { wilson } from '../../statistics/index.ts';
import { LEVELS, type Level } from '../../world/code/index.ts';
import { groupedBy, overSeeds } from '../dictionaries/estimates.ts';
import type { Cell, Table } from '../statement.ts';
import { ARMS } from './arms.ts';
import { DETECTORS, type DetectorName, type Quality } from './detectors.ts';
import type { Constrained, Detected, Steered, SteeringValue } from './pieces.ts';
import {
  compared,
  detectedOf,
  keptOf,
  mean,
  meanRates,
  type Rate,
  rateOf,
  steeredOf,
} from './rates.ts';
import type { SteeringSettings } from './settings.ts';
import { shareOf, type Written } from './writing.ts';

export function steeringTables(
  settings: SteeringSettings,
  values: readonly SteeringValue[],
): Table[] {
  return [
    paretoTable(values),
    ...LEVELS.map((level) => levelTable(values, level)),
    effectsTable(values),
    detectorTable(values),
    constraintTable(values),
    sweepTable(values),
    ledgerTable(settings, values),
  ];
}

function byArm<T>(values: readonly SteeringValue[], row: (of: Steered[], arm: string) => T): T[] {
  return ARMS.flatMap(({ name }) => {
    const of = steeredOf(values, name);
    return of.length > 0 ? [row(of, name)] : [];
  });
}

/** A mean over seeds; null where a seed has no number. */
function cell(numbers: readonly (number | undefined)[]): Cell {
  const known = numbers.filter((value) => value !== undefined && Number.isFinite(value));
  return known.length < numbers.length || known.length < 2 ? null : overSeeds(known as number[]);
}

function paretoTable(values: readonly SteeringValue[]): Table {
  const all = byArm(values, (of, arm) => ({ of, arm }));
  const rows = all.map(({ of, arm }): Cell[] => {
    const over = all.filter((other) => compared(other.of, of).outcome === 'dominates');
    return [
      arm,
      cell(meanRates(of, 'violation')),
      cell(meanRates(of, 'semantic')),
      cell(meanRates(of, 'good')),
      over.length === 0 ? '-' : over.map((other) => other.arm).join('; '),
    ];
  });
  return {
    name: 'violation against semantic pass',
    caption:
      'Means of the base rates 10, 50 and 90 %. Intervals are over seeds. An arm is dominated where another is better outside the interval of the paired difference in one measure and not worse by more than 0.05 in the other; pairs are not corrected for their number.',
    columns: ['arm', 'violation', 'semantic pass', 'good', 'dominated by'],
    rows,
    plot: { x: 'violation', y: 'semantic pass', by: 'arm', logX: false },
  };
}

function levelTable(values: readonly SteeringValue[], level: Level): Table {
  const rows = byArm(values, (of, arm): Cell[] => {
    const written = of.map(({ levels }) => levels.find((one) => one.level === level)!);
    const rate = (name: Rate) => cell(written.map((one) => rateOf(one, name)));
    const perKept = (of: (one: Written) => number) =>
      cell(written.map((one) => (keptOf(one) > 0 ? of(one) / keptOf(one) : undefined)));
    return [
      arm,
      rate('violation'),
      pooled(written),
      rate('syntactic'),
      rate('semantic'),
      rate('good'),
      perKept(({ drawn }) => drawn),
      perKept(({ flops }) => flops / 1e6),
    ];
  });
  return {
    name: `base rate ${level} %`,
    caption:
      'Intervals are over seeds, those of pooled violation over programs (Wilson). Tokens drawn and MFLOP are per program that keeps the rule.',
    columns: [
      'arm',
      'violation',
      'violation, pooled',
      'syntactic',
      'semantic pass',
      'good',
      'tokens per kept',
      'MFLOP per kept',
    ],
    rows,
  };
}

function pooled(written: readonly Written[]): Cell {
  const all = written.map(({ violates }) => violates).join('');
  const successes = Math.round(shareOf(all) * all.length);
  const interval = wilson(successes, all.length);
  return { estimate: successes / all.length, interval: [...interval], n: all.length };
}

function effectsTable(values: readonly SteeringValue[]): Table {
  const plain = steeredOf(values, 'nothing').map(({ effects }) => shareOf(effects.right));
  const rows = byArm(values, (of, arm): Cell[] => {
    const right = of.map(({ effects }) => shareOf(effects.right));
    return [
      arm,
      cell(of.map(({ effects }) => effects.kl)),
      cell(right),
      cell(right.map((value, i) => value - plain[i]!)),
    ];
  });
  return {
    name: 'elsewhere',
    caption:
      'Chores that are no tests, about held-out functions; the prompt of the arm prompt asks there, too. Rejection throws nothing away there. Intervals are over seeds.',
    columns: ['arm', 'KL elsewhere', 'right elsewhere', 'less as it is'],
    rows,
  };
}

/** The share that a part has of a whole; undefined where that is nothing. */
function share(part: number, rest: number): number | undefined {
  return part + rest === 0 ? undefined : part / (part + rest);
}

const QUALITIES: Readonly<Record<string, (quality: Quality) => number | undefined>> = {
  precision: (q) => share(q.found, q.falseAtDecisions + q.falseElsewhere),
  recall: (q) => share(q.found, q.missed),
  'false positives': (q) => {
    const wrong = q.falseAtDecisions + q.falseElsewhere;
    return share(wrong, q.decisions + q.elsewhere - wrong);
  },
  'false at decisions': (q) => share(q.falseAtDecisions, q.decisions - q.falseAtDecisions),
  'false elsewhere': (q) => share(q.falseElsewhere, q.elsewhere - q.falseElsewhere),
};

export function qualityOver(of: readonly Detected[], name: DetectorName, measure: string): Cell {
  return cell(of.map(({ quality }) => QUALITIES[measure]!(quality[name])));
}

function detectorTable(values: readonly SteeringValue[]): Table {
  const byConstruct = groupedBy(detectedOf(values), ({ construct }) => construct);
  const measures = Object.keys(QUALITIES);
  const rows = [...byConstruct].flatMap(([construct, of]) =>
    DETECTORS.map((name): Cell[] => [
      construct,
      name,
      ...measures.map((measure) => qualityOver(of, name, measure)),
    ]),
  );
  return {
    name: 'detectors',
    caption:
      'Per token, on reference programs that nothing was fitted to or chosen on. rawDot and trueEncoder read the same latent. Where a program decides is where it could still go either way: what fires there and is not followed by the construct may be right about the odds. Intervals are over seeds.',
    columns: ['construct', 'detector', ...measures],
    rows,
  };
}

function constraintTable(values: readonly SteeringValue[]): Table {
  const constrained = values.filter((value): value is Constrained => value.kind === 'constrained');
  const groups = groupedBy(constrained, ({ arm, constraints }) => `${constraints} ${arm}`);
  const rows = [...groups.values()].map((of): Cell[] => {
    const rate = (name: Rate) => cell(of.map(({ written }) => rateOf(written, name)));
    const perKept = of.map(({ written }) =>
      keptOf(written) > 0 ? written.drawn / keptOf(written) : undefined,
    );
    const { arm, constraints } = of[0]!;
    return [constraints, arm, rate('violation'), rate('semantic'), rate('good'), cell(perKept)];
  });
  return {
    name: 'several constraints at once',
    caption:
      'Each construct at a base rate of 90 %; a violation is any of them. All detectors read a stream that no edit has changed. The fine-tuned arm is asked for the most alone. Intervals are over seeds.',
    columns: ['constraints', 'arm', 'violation', 'semantic pass', 'good', 'tokens per kept'],
    rows: rows.sort((a, b) => Number(a[0]) - Number(b[0])),
    plot: { x: 'constraints', y: 'good', by: 'arm', logX: true },
  };
}

function sweepTable(values: readonly SteeringValue[]): Table {
  const rows = byArm(values, (of, arm): Cell[][] => {
    const tried = of[0]?.tried ?? [];
    if (tried.length < 2) return [];
    return tried.map(({ scale }, i) => [
      arm,
      scale,
      cell(of.map((one) => one.tried[i]!.violation)),
      cell(of.map((one) => one.tried[i]!.success)),
      of.filter(({ chosen }) => chosen.scale === scale).length,
    ]);
  }).flat();
  return {
    name: 'scales on validation tasks',
    caption:
      'The whole sweep that scales were chosen from, in units of the mean norm; of clamps, the value. What is chosen is a maximum over few tasks: its number here is too good. Intervals are over seeds.',
    columns: ['arm', 'scale', 'violation', 'good', 'chosen by seeds'],
    rows,
  };
}

function ledgerTable({ programs }: SteeringSettings, values: readonly SteeringValue[]): Table {
  const rows = byArm(values, (of, name): Cell[] => {
    const { affordances } = ARMS.find((arm) => arm.name === name)!;
    const labelled = affordances.includes('labels') ? programs.fit + programs.choice : 0;
    return [
      name,
      affordances.join(', ') || 'none',
      labelled,
      of[0]?.tried.length ?? 0,
      mean(of.map(({ validationPrograms }) => validationPrograms)),
      mean(of.map(({ trainedOn }) => trainedOn)),
    ];
  });
  return {
    name: 'ledger',
    caption:
      'What each arm is given for one coder: labelled programs, settings compared, programs written to choose among them, tokens trained on. Dictionaries and clusters take the activations of the programs for fitting, without labels.',
    columns: ['arm', 'given', 'labelled programs', 'settings', 'validation programs', 'trained on'],
    rows,
  };
}
