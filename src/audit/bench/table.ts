/** @file The table of a bench from all that was gathered: rows, controls, and false accusations by permutation. */
import { interrogate } from '../../technique/index.ts';
import type { Subject } from '../../world/index.ts';
import { permuted, withDecoys } from './controls.ts';
import { decided } from './decide.ts';
import type { BenchResult } from './result.ts';
import { type Judged, type OpenRow, type RowSpec, rowOf } from './row.ts';
import { typeOneOf } from './typeOne.ts';

/** All evidence on one organism. */
export interface Gathered {
  readonly organism: string;
  readonly subject: Subject;
  readonly techniques: readonly {
    readonly technique: string;
    readonly judged: readonly Judged[];
  }[];
  readonly controls: readonly {
    readonly technique: string;
    readonly control: string;
    readonly judged: readonly Judged[];
  }[];
}

/** Rows and controls are corrected apart: controls must not make techniques look worse. */
export function tableOf(
  gathered: readonly Gathered[],
  spec: Pick<RowSpec, 'topK' | 'seed'>,
): Pick<BenchResult, 'rows' | 'controls' | 'typeOne'> {
  return {
    rows: decided(gathered.flatMap((of) => rowsOf(of, specOf(of, spec)))),
    controls: decided(gathered.flatMap((of) => controlsOf(of, specOf(of, spec)))),
    typeOne: gathered.flatMap(({ organism, techniques }) =>
      techniques.map(({ technique, judged }) => typeOneOf(technique, organism, judged)),
    ),
  };
}

/** Guesses that could be all candidates say nothing, and are left out; one guess always stays. */
function specOf({ subject, techniques }: Gathered, spec: Pick<RowSpec, 'topK' | 'seed'>): RowSpec {
  const truths = techniques[0]!.judged[0]!.truth.length;
  const topK = spec.topK.filter((k) => k + truths - 1 < subject.candidates.length);
  return { ...spec, subject, topK: topK.length > 0 ? topK : [1] };
}

function rowsOf({ organism, techniques }: Gathered, spec: RowSpec): OpenRow[] {
  const plain = techniques.find(({ technique }) => technique === interrogate.name)?.judged;
  return techniques.map(({ technique, judged }) =>
    rowOf(
      { technique, control: null, organism },
      judged,
      spec,
      technique === interrogate.name ? undefined : plain,
    ),
  );
}

function controlsOf(
  { organism, subject, techniques, controls }: Gathered,
  spec: RowSpec,
): OpenRow[] {
  const row = (technique: string, control: string, judged: readonly Judged[] | undefined) =>
    judged ? [rowOf({ technique, control, organism }, judged, spec)] : [];
  return [
    ...controls.flatMap(({ technique, control, judged }) => row(technique, control, judged)),
    ...techniques.flatMap(({ technique, judged }) => [
      ...row(technique, 'label permutation', permuted(judged)),
      ...row(technique, 'decoys', withDecoys(judged, subject)),
    ]),
  ];
}
