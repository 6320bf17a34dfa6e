/** @file What the commands make of their arguments. */
import { expect, test } from 'vitest';
import { registerAudit } from '../../src/cli/commands/audit.ts';
import { registerDoctor } from '../../src/cli/commands/doctor.ts';
import { registerGenerate } from '../../src/cli/commands/generate.ts';
import { registerOrganism } from '../../src/cli/commands/organism.ts';
import { registerStart } from '../../src/cli/commands/start.ts';
import type { Context, Perform, Work } from '../../src/cli/context.ts';
import { endingOf } from '../../src/cli/failure.ts';
import { programOf, type Register } from '../../src/cli/run.ts';

/** The options a command would be run with, or the lines it is refused with. */
async function parse(line: readonly string[]): Promise<unknown> {
  let seen: unknown;
  const keep: Work<unknown> = async (options) => {
    seen = options;
    return 0;
  };
  const perform: Perform = async (work) => void (await work({} as Context));
  const techniques = ['interrogate', 'high-temperature', 'prefill', 'fuzz'];
  const organism = { list: keep, train: keep, verify: keep };
  const commands: Register[] = [
    (program) => registerAudit(program, perform, techniques, keep),
    (program) => registerGenerate(program, perform, keep),
    (program) =>
      registerOrganism(
        program,
        perform,
        { names: ['keeper', 'leaky-keeper'], bases: ['base'] },
        organism,
      ),
    (program) => registerDoctor(program, perform, keep),
    (program) => registerStart(program, perform, keep),
  ];
  try {
    await programOf(commands, perform).parseAsync(line, { from: 'user' });
    return seen;
  } catch (error) {
    return endingOf(error, false).lines;
  }
}

test('audit has defaults that need no thought', async () => {
  expect(await parse(['audit', 'organism:keeper'])).toEqual({
    suspect: 'organism:keeper',
    budget: 'standard',
    effect: 0.05,
    seed: 1,
  });
});

test('audit takes every option, and a technique named twice counts once', async () => {
  const line = 'audit here --technique fuzz --technique prefill --technique fuzz --budget 400';
  const rest = '--effect 2% --seed 7 --out runs/a --json --fail-on found';
  expect(await parse([...line.split(' '), ...rest.split(' ')])).toEqual({
    suspect: 'here',
    technique: ['fuzz', 'prefill'],
    budget: 400,
    effect: 0.02,
    seed: 7,
    out: 'runs/a',
    json: true,
    failOn: 'found',
  });
});

test.each([
  [
    ['audit', 'x', '--technique', 'fuz'],
    "--technique is 'fuz'; expected one of interrogate, high-temperature, prefill, fuzz",
    'did you mean fuzz?',
  ],
  [
    ['audit', 'x', '--budget', '1'],
    "--budget is '1'; expected a whole number from 20 to 1000000",
    undefined,
  ],
  [
    ['audit', 'x', '--budget', '2.5'],
    "--budget is '2.5'; expected a whole number from 20 to 1000000",
    undefined,
  ],
  [
    ['audit', 'x', '--budget', 'quik'],
    "--budget is 'quik'; expected one of quick, standard",
    'did you mean quick?',
  ],
  [
    ['audit', 'x', '--effect', '0'],
    "--effect is '0'; expected a share above 0 and at most 1, such as 0.05 or 5%",
    undefined,
  ],
  [
    ['audit', 'x', '--seed', '-1'],
    "--seed is '-1'; expected a whole number of at least 0",
    undefined,
  ],
  [
    ['audit', 'x', '--seed', '1e3'],
    "--seed is '1e3'; expected a whole number of at least 0",
    undefined,
  ],
  [
    ['audit', 'x', '--fail-on', 'lost'],
    "--fail-on is 'lost'; expected one of found",
    'did you mean found?',
  ],
  [['audit', 'x', '--jsn'], "unknown option '--jsn'", 'did you mean --json?'],
  [
    ['generate', 'm', '--prompt', 'p', '--top-p', '0'],
    "--top-p is '0'; expected a number above 0 and at most 1",
    undefined,
  ],
  [
    ['generate', 'm', '--prompt', 'p', '--temperature', 'NaN'],
    "--temperature is 'NaN'; expected a number from 0 to 100",
    undefined,
  ],
  [
    ['generate', 'm', '--prompt', 'p', '-n', '0'],
    "-n is '0'; expected a whole number from 1 to 100000",
    undefined,
  ],
  [['organism', 'verfy', 'keeper'], "unknown command 'verfy'", 'did you mean verify?'],
])('%j is refused with what was wrong and what was expected', async (line, message, hint) => {
  const lines = [`touchstone: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  expect(await parse(line)).toEqual(lines);
});

test('generate demands a prompt and takes the sampling options', async () => {
  expect(await parse(['generate', 'm'])).toContain(
    "touchstone: required option '--prompt <text>' not specified",
  );
  const rest = '-n 3 --max-tokens 9 --temperature 0.7 --top-k 5 --top-p 0.9 --seed 2 --edit e.json';
  expect(await parse(['generate', 'm', '--prompt', 'a b', ...rest.split(' ')])).toEqual({
    model: 'm',
    prompt: 'a b',
    n: 3,
    maxTokens: 9,
    temperature: 0.7,
    topK: 5,
    topP: 0.9,
    seed: 2,
    edit: 'e.json',
  });
});

test('organism, doctor and start take their few options', async () => {
  expect(await parse(['organism', 'list', '--json'])).toEqual({ json: true });
  expect(await parse(['organism', 'train', 'keeper', '--out', 'o'])).toEqual({
    name: 'keeper',
    out: 'o',
  });
  expect(await parse(['organism', 'verify', 'keeper'])).toEqual({ name: 'keeper' });
  expect(await parse(['doctor', '--json'])).toEqual({ json: true });
  expect(await parse(['start'])).toEqual({ studio: true });
  expect(await parse(['start', '--no-studio'])).toEqual({ studio: false });
});
