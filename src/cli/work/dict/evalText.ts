/** @file Evaluations of dictionaries as text: a table of each, figures with their intervals. */
import type { DictEvaluation, EvaluatedRecord } from './evalSchema.ts';

type Measure = EvaluatedRecord['sets'][number]['measures'][number];

/** All tables, and what they were measured on. */
export function evaluationText(result: DictEvaluation): string {
  const blocks = result.evaluated.map((record) => blockOf(record, result));
  const pooled = result.overSeeds ? [blockOf(result.overSeeds, result)] : [];
  const stability = result.stability ? [stabilityBlock(result.stability)] : [];
  return `${[...blocks, ...pooled, ...stability, footOf(result)].join('\n\n')}\n`;
}

function blockOf(record: EvaluatedRecord, { against }: DictEvaluation): string {
  const { dictionaries, architecture, d_in, d_sae, d_out, hook, target, sets, directions } = record;
  const name =
    dictionaries.length === 1 ? dictionaries[0]! : `mean over ${dictionaries.length} seeds`;
  const place = hook === target ? hook : `${hook} to ${target}`;
  const widths = d_out === d_in ? `width ${d_in}` : `width ${d_in} to ${d_out}`;
  const head = `${name}: ${architecture}, ${d_sae} latents, ${widths}, ${place}`;
  const compared = directions
    ? [
        '',
        `directions of ${against} found in it`,
        ...lines(
          directions.map((one) => [one]),
          [],
        ),
      ]
    : [];
  return [head, ...table(sets), ...compared].join('\n');
}

function stabilityBlock({ measures, pairs }: NonNullable<DictEvaluation['stability']>): string {
  const means = lines(
    measures.map((one) => [one]),
    [],
  );
  const each = pairs.map(({ dictionaries, mmcs, matched_cosine: matched }) => {
    const cosine = matched === null ? '' : `, matched_cosine ${matched.toFixed(3)}`;
    return `  ${dictionaries.join(' and ')}: mmcs ${mmcs.toFixed(3)}${cosine}`;
  });
  return [
    'stability: directions of one seed found with another, over pairs',
    ...means,
    ...each,
  ].join('\n');
}

const TITLES = { special: 'without special tokens', none: 'all tokens' } as const;

function table(sets: EvaluatedRecord['sets']): string[] {
  const rows = sets[0]!.measures.map(({ name }, i) =>
    sets.map(({ measures }) => measures.find((one) => one.name === name) ?? measures[i]!),
  );
  const titles = sets.map(({ mask, measures }) => `${TITLES[mask]} (n ${counts(measures)})`);
  return lines(rows, titles);
}

/** Rows, and tokens where the model was asked. */
function counts(measures: readonly Measure[]): string {
  const n = (name: string) => measures.find((one) => one.name === name)?.n;
  const tokens = n('ce_recovered');
  const rows = `${n('fve')!.toLocaleString('en-US')} rows`;
  return tokens === undefined ? rows : `${rows}, ${tokens.toLocaleString('en-US')} tokens`;
}

function lines(rows: readonly (readonly Measure[])[], titles: readonly string[]): string[] {
  const cells = rows.map((row) => [row[0]!.name, ...row.map(cellOf)]);
  const all = titles.length > 0 ? [['', ...titles], ...cells] : cells;
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd(),
  );
}

function cellOf({ estimate, interval, why }: Measure): string {
  if (estimate === null) return `not defined: ${why}`;
  const [low, high] = interval ?? [estimate, estimate];
  const show = (value: number) => value.toFixed(digitsOf(high - low, estimate));
  return interval ? `${show(estimate)} [${show(low)}, ${show(high)}]` : show(estimate);
}

/** Decimals that show two digits of an interval's width, or four of the value where it has none. */
function digitsOf(width: number, value: number): number {
  const place = (size: number) => -Math.floor(Math.log10(size));
  const wanted =
    width > 0 ? place(width) + 1 : Number.isInteger(value) ? 0 : place(Math.abs(value)) + 3;
  return Math.max(0, Math.min(8, wanted));
}

function footOf({ rows, evaluated, level, resamples, valueBits, about }: DictEvaluation): string {
  const documents = rows.documents.toLocaleString('en-US');
  const { measures } = evaluated[0]!.sets[0]!;
  const methods = [...new Set(measures.map(({ method }) => method))].join('; dead: ');
  return [
    `${100 * level} % intervals over ${documents} documents: ${methods}; ${resamples} resamples.`,
    `Baselines: fve is 0 for the mean as prediction; *_recovered is 0 for ablation to 0, *_from_mean to the mean.`,
    `gamma_A is below 1 wherever there is an error; gamma_C below 1 is shrinkage. 1 / gamma_A is not gamma_B.`,
    `Gammas about ${about === 'zero' ? '0' : 'b_dec'}; a latent's value counts ${valueBits} bits.`,
  ].join('\n');
}
