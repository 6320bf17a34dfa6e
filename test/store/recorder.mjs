/**
 * @file A process that does numbered pieces of work in a run folder and says which are recorded, to be
 * killed at any moment. Usage: node recorder.mjs BUILT_STORE FOLDER PIECES
 */
const [store, folder, pieces] = process.argv.slice(2);
const { openRun } = await import(store);
const { pieceOf, rowsOf, SPEC } = await import('./work.mjs');

const run = await openRun(folder, SPEC);
process.stdout.write('open\n');
const keys = Array.from({ length: Number(pieces) }, (_, i) => `piece/${i}`);
// Four at a time, in order: the lines of a run that was killed come in the same order as without.
for (let start = 0; start < keys.length; start += 4) {
  const open = keys.slice(start, start + 4).filter((key) => run.recall(key) === undefined);
  await Promise.all(
    open.map(async (key) => {
      await run.record(key, pieceOf(key));
      process.stdout.write(`${key}\n`);
    }),
  );
}
const values = keys.map((key) => run.recall(key));
await run.writeSamples(rowsOf(values));
await run.finish({
  'report.json': JSON.stringify(values),
  'report.html': `<p>${values.length}</p>`,
});
await run.close();
process.stdout.write('done\n');
