/**
 * @file The built command line with commands that a test can break: `long` does pieces of work in a run
 * folder until it is stopped, `fault` has a fault. Usage: node long.mjs BUILT_CLI BUILT_STORE ...ARGS
 */
const [cli, store, ...args] = process.argv.slice(2);
const { runCommandLine } = await import(cli);
const { openRun } = await import(store);
const SPEC = { kind: 'long', settings: {}, seeds: {}, versions: {}, hashes: {} };

async function long(folder, pieces, context) {
  const run = await openRun(folder, SPEC);
  try {
    for (let i = run.resumed; i < pieces; i++) {
      await context.safePoint();
      await run.record(`piece/${i}`, i);
      context.report({ task: 'work', done: i + 1, total: pieces, unit: 'pieces' });
      if (i === 3) context.tell('under way');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    context.print(`${run.resumed}\n`);
    return 0;
  } finally {
    await run.close();
  }
}

await runCommandLine(args, [
  (program, perform) =>
    program
      .command('long <folder> <pieces>')
      .action((folder, pieces) => perform((context) => long(folder, Number(pieces), context))),
  (program, perform) =>
    program.command('fault').action(() =>
      perform(async () => {
        throw new Error('a fault\nin two lines');
      }),
    ),
  (program, perform) =>
    program.command('flood').action(() =>
      perform(async (context) => {
        for (let i = 0; i < 200; i++) {
          context.print('x'.repeat(10_000));
          await context.safePoint();
        }
        return 0;
      }),
    ),
]);
