/** @file Tables of fuzzing-family on the sweeps: every setting, and curves over the scale. */
import type { Setting } from '../../technique/index.ts';
import type { Cell, Table } from '../statement.ts';
import { armsOf, type FuzzSettings, isMatched } from './arms.ts';
import type { Answer } from './ask.ts';
import { chosenSetting, coherenceOf, reveals } from './choose.ts';
import { sweepsOf } from './compare.ts';
import { coherence, coherentHit, rateOf } from './measures.ts';
import type { FuzzValue, Test } from './pieces.ts';
import { OVER_SEEDS } from './revealTables.ts';

function labelled(setting: Setting): Cell[] {
  return [setting.layer ?? null, setting.scale ?? setting.temperature ?? null];
}

/** Every setting on validation questions. */
export function sweepTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const coherent = coherentHit(values);
  const rows = armsOf(settings).flatMap(({ name, settings: swept }) => {
    const sweeps = sweepsOf(values, name);
    const chosen = chosenSetting(sweeps);
    return swept.map((setting, at): Cell[] => {
      const tests = sweeps.map(({ seed, rounds }): Test => {
        const rest = { kind: 'test', arm: name, matched: false, model: 'organism' } as const;
        return { ...rest, seed, setting, ...rounds[at]! };
      });
      const place = [name, setting.label, ...labelled(setting)];
      const rates = [rateOf(tests), coherence(tests), rateOf(tests, coherent)];
      return [...place, ...rates, at === chosen ? 'chosen' : ''];
    });
  });
  return {
    name: 'sweep on validation questions',
    caption: `every setting, ${settings.validation} answers of each organism; ${OVER_SEEDS}`,
    columns: ['arm', 'setting', 'layer', 'scale', 'reveals', 'coherence', 'coherent', ''],
    rows,
  };
}

/** An answer, and the organism that gave it. */
interface Given {
  readonly answer: Answer;
  readonly seed: number;
}

const shareOf = (given: readonly Given[], hit: (answer: Answer, seed: number) => boolean) =>
  given.filter(({ answer, seed }) => hit(answer, seed)).length / given.length;

/** Curves of reveals, coherence and the share that is coherent. */
export function curveTables(settings: FuzzSettings, values: readonly FuzzValue[]): Table[] {
  const coherent = coherentHit(values);
  const curve = (what: string, of: (given: readonly Given[]) => number) =>
    curveTable(settings, values, { what, of });
  return [
    curve('reveals', (given) => shareOf(given, reveals)),
    curve('coherence', (given) => coherenceOf(given.map(({ answer }) => answer))),
    curve('coherent', (given) => shareOf(given, coherent)),
  ];
}

/** A curve over scale: the mean over swept layers, so that each arm is one line. */
function curveTable(
  settings: FuzzSettings,
  values: readonly FuzzValue[],
  { what, of }: { readonly what: string; readonly of: (given: readonly Given[]) => number },
): Table {
  const rows = armsOf(settings).flatMap(({ name, settings: swept }) => {
    if (!isMatched({ name })) return [];
    const sweeps = sweepsOf(values, name);
    return [...new Set(swept.map(({ scale }) => scale!))].map((scale): Cell[] => {
      const ats = swept.flatMap((setting, at) => (setting.scale === scale ? [at] : []));
      const given = sweeps.flatMap(({ seed, rounds }) =>
        ats.flatMap((at) => rounds[at]!.answers.map((answer) => ({ answer, seed }))),
      );
      const value = of(given);
      return [name, scale, Number.isFinite(value) ? value : null, given.length];
    });
  });
  return {
    name: `${what} by scale`,
    caption: `validation answers of all organisms and swept layers together; intervals for each setting are in the table of the sweep`,
    columns: ['arm', 'scale', what, 'n'],
    rows,
    plot: { x: 'scale', y: what, by: 'arm', logX: true },
  };
}
