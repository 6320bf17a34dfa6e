/** @file Work whose results are known: shared by the process that is killed and the test that checks it. */

export const SPEC = {
  kind: 'audit',
  settings: { suspect: 'organism:example', techniques: ['interrogate'], effect: 0.05 },
  seeds: { audit: 7 },
  versions: { touchstone: '0.1.0' },
  hashes: { suspect: 'a'.repeat(64) },
};

/** The result of one piece of work: awkward floats and text, now and then a large one. */
export function pieceOf(key) {
  const i = Number(key.split('/')[1]);
  const length = i % 20 === 0 ? 10_000 : 1 + (i % 7);
  const values = Array.from({ length }, (_, j) => Math.sin(i * 1000 + j) * 10 ** ((j % 40) - 20));
  return { i, values, text: `piece ${i}: "quoted"\nnewline \u2028 \u{1f511} ${'x'.repeat(i)}` };
}

/** The rows of `samples.parquet` for a list of results. */
export function rowsOf(values) {
  return values.map((value, index) => ({
    arm: index % 2 ? 'twin' : 'suspect',
    technique: 'interrogate',
    setting: null,
    split: 'test',
    prompt: `prompt ${index % 3}`,
    index,
    text: value.text,
    secretMentioned: index % 11 === 0,
    decoysMentioned: index % 3,
    nll: index % 4 ? value.values[0] : null,
  }));
}
