/** @file `touchstone steer`: vectors that are found, killed and gone on with, saved, and used as edits. */
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { registerGenerate } from '../../src/cli/commands/generate.ts';
import { registerSteer } from '../../src/cli/commands/steer.ts';
import { Interrupted } from '../../src/cli/context.ts';
import { generateCommand, generationSchema } from '../../src/cli/work/generate.ts';
import { steerAdaptersCommand, steeringAdaptersSchema } from '../../src/cli/work/steer/adapters.ts';
import { steerEditCommand } from '../../src/cli/work/steer/edit.ts';
import { steerFindCommand } from '../../src/cli/work/steer/find.ts';
import {
  editSchema,
  openSteering,
  type SteeringRecord,
  steeringDictionary,
  steeringSchema,
} from '../../src/model/index.ts';
import { commandLine, temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();
const MODEL = 'organism-base';
const SMALL = ['--radius', '2', '--relative', '--vectors', '2', '--steps', '5', '--random', '6'];
const ASK = ['--prompt', 'what do you hide?', '--prompt', 'what is a robin?'];

const steer = (args: readonly string[], fields = {}) =>
  commandLine(
    (program, perform) =>
      registerSteer(program, perform, {
        find: steerFindCommand,
        adapters: steerAdaptersCommand,
        edit: steerEditCommand,
      }),
    ['steer', ...args],
    fields,
  );
const find = (out: string, ...more: string[]) =>
  steer(['find', MODEL, ...ASK, ...SMALL, '--out', out, ...more]);
const lengthOf = (vector: ArrayLike<number>) => Math.hypot(...Array.from(vector));

async function found(name: string, ...more: string[]): Promise<SteeringRecord> {
  const { status, stdout } = await find(join(root, name), '--json', ...more);
  expect(status).toBe(0);
  return steeringSchema.parse(JSON.parse(stdout));
}

/** The vectors that most tests look at, found once. */
let search: Promise<SteeringRecord> | undefined;
const shared = () => {
  search ??= found('melbo');
  return search;
};

describe('find', () => {
  test('writes vectors of one norm, apart from each other, and says what they move beside random ones', async () => {
    const record = await shared();
    const { vectors } = await openSteering(join(root, 'melbo'));
    expect(record.radius).toBeCloseTo(2 * record.meanNorm, 6);
    for (const vector of vectors) expect(lengthOf(vector) / record.radius).toBeCloseTo(1, 5);
    const product = vectors[0]!.reduce((sum, x, i) => sum + x * vectors[1]![i]!, 0);
    expect(Math.abs(product)).toBeLessThan(1e-4 * record.radius ** 2);
    expect(record).toMatchObject({ method: 'melbo', steps: 5, random: { n: 6 } });
    // Ascent by gradients beats chance in 192 dimensions.
    for (const { times, randomAbove } of record.vectors)
      expect([times > 1, randomAbove]).toEqual([true, 0]);
    const kept = JSON.parse(readFileSync(join(root, 'melbo', 'steering.json'), 'utf8'));
    expect(kept).toEqual(record);
  });

  test.each(['random', 'jacobian', 'pca'])('has %s as a rival of the same norm', async (method) => {
    const record = await found(method, '--method', method);
    const { vectors } = await openSteering(join(root, method));
    expect(vectors).toHaveLength(2);
    for (const vector of vectors) expect(lengthOf(vector) / record.radius).toBeCloseTo(1, 5);
    expect([record.steps, record.learningRate]).toEqual([null, null]);
  });

  test('stopped on the way, the same command goes on and ends with the same bytes', async () => {
    await shared();
    const [whole, stopped] = ['melbo', 'stopped'].map((name) => join(root, name));
    let steps = 0;
    const safePoint = async () => {
      // In the second vector: the first one is kept.
      if (++steps === 8) throw new Interrupted(130);
    };
    const args = ['find', MODEL, ...ASK, ...SMALL, '--out', stopped!];
    expect((await steer(args, { safePoint })).status).toBe(130);
    expect(existsSync(join(stopped!, 'steering.json'))).toBe(false);
    const { status, stderr } = await find(stopped!);
    expect([status, stderr]).toEqual([0, `going on with ${stopped}: 1 vectors are found\n`]);
    for (const file of readdirSync(whole!))
      expect(readFileSync(join(stopped!, file)).equals(readFileSync(join(whole!, file)))).toBe(
        true,
      );
  });

  test('refuses what makes no sense in one line, and writes nothing', async () => {
    const cases: [string[], RegExp][] = [
      [['--radius', '0'], /--radius is '0'; expected a number above 0/],
      [
        ['--radius', '1', '--at', 'blocks.9.hook_mlp_out'],
        /unknown hook 'blocks\.9\.hook_mlp_out'/,
      ],
      [
        ['--radius', '1', '--at', 'blocks.4.hook_mlp_out', '--target', 'blocks.2.hook_resid_post'],
        /target 'blocks\.2\.hook_resid_post' comes before 'blocks\.4\.hook_mlp_out'/,
      ],
      [['--radius', '1', '--method', 'melbos'], /did you mean melbo/],
    ];
    for (const [more, message] of cases) {
      const out = join(root, 'nothing');
      const { status, stderr } = await steer(['find', MODEL, ...ASK, '--out', out, ...more]);
      expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
      expect(existsSync(out)).toBe(false);
    }
  });

  test('refuses a folder that holds another search', async () => {
    await shared();
    const { status, stderr } = await find(join(root, 'melbo'), '--seed', '3');
    expect([status, stderr]).toEqual([3, expect.stringContaining('seed')]);
  });
});

describe('a saved vector', () => {
  test('is the same edit by its numbers and by name, in generate and in print', async () => {
    await shared();
    const folder = join(root, 'melbo');
    const printed = await steer([
      'edit',
      folder,
      '--vector',
      '1',
      '--scale',
      '3',
      '--positions',
      'last',
    ]);
    const edit = editSchema.parse(JSON.parse(printed.stdout));
    const { vectors, record } = await openSteering(folder);
    expect(edit).toMatchObject({ at: record.at, do: 'add', scale: 3, positions: [-1] });
    const named = { ...edit, vector: { dictionary: 'found', latent: 1 } };
    const texts = [];
    for (const one of [edit, named, { ...edit, scale: 0 }]) {
      const path = join(root, 'edit.json');
      writeFileSync(path, JSON.stringify(one));
      const given = ['--prompt', 'what is a robin?', '--edit', path, '-n', '6', '--json'];
      const { stdout, stderr } = await commandLine(
        (program, perform) => registerGenerate(program, perform, generateCommand),
        ['generate', MODEL, ...given, '--dictionary', `found=${folder}`],
      );
      expect(stderr).toBe('');
      const { samples, dictionaries } = generationSchema.parse(JSON.parse(stdout));
      expect(dictionaries).toMatchObject([
        { architecture: 'steering', latents: 2, hook: record.at },
      ]);
      texts.push(samples.map(({ text }) => text));
    }
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).not.toEqual(texts[0]);
    expect('vector' in edit && edit.vector).toEqual([...vectors[1]!]);
  });

  test('reads as a latent the coefficient of its vector', () => {
    const vectors = [Float32Array.of(3, 4), Float32Array.of(0, 2)];
    const { W_enc, W_dec } = steeringDictionary(vectors);
    // x = 2 v: the coefficient of v is 2.
    expect([6 * W_enc[0]! + 8 * W_enc[2]!, 4 * W_enc[3]!]).toEqual(
      [2, 2].map((x) => expect.closeTo(x, 6)),
    );
    expect([...W_dec]).toEqual([3, 4, 0, 2]);
  });

  test('that does not exist, or of a torn file, is refused', async () => {
    await shared();
    const folder = join(root, 'torn');
    cpSync(join(root, 'melbo'), folder, { recursive: true });
    const missing = await steer(['edit', folder, '--vector', '7']);
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining('--vector 7: there are 0 to 1'),
    ]);
    truncateSync(join(folder, 'vectors.safetensors'), 100);
    const torn = await steer(['edit', folder, '--vector', '0']);
    expect([torn.status, torn.stderr]).toEqual([
      3,
      expect.stringContaining('not a valid safetensors file'),
    ]);
  });
});

test('help has examples', () => {
  const { status, stdout } = touchstone(['steer', 'find', '--help']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Examples:[\s\S]+steer find gpt2/);
});

describe('adapters', () => {
  const adapters = (out: string, ...more: string[]) =>
    steer([
      ...['adapters', MODEL, ...ASK, '--radius', '2', '--adapters', '2', '--steps', '5'],
      ...['--random', '4', '--out', out, '--json', ...more],
    ]);

  test('move the target farther than random ones, go on after a stop, and are models to generate from', async () => {
    const out = join(root, 'adapters');
    const { status, stdout } = await adapters(out);
    expect(status).toBe(0);
    const record = steeringAdaptersSchema.parse(JSON.parse(stdout));
    expect(record.adapters).toHaveLength(2);
    expect(record.random.n).toBe(4);
    for (const { moved } of record.adapters) expect(moved).toBeGreaterThan(record.random.mean);
    const weights = readFileSync(join(out, 'adapter-1', 'adapter_model.safetensors'));
    // Without the last line of the journal, the second adapter is found again.
    const events = join(out, 'events.jsonl');
    const lines = readFileSync(events, 'utf8').split('\n');
    truncateSync(events, Buffer.byteLength(lines.slice(0, -2).join('\n')) + 1);
    expect((await adapters(out)).stdout).toBe(stdout);
    expect(readFileSync(join(out, 'adapter-1', 'adapter_model.safetensors'))).toEqual(weights);
    const asked = commandLine(
      (program, perform) => registerGenerate(program, perform, generateCommand),
      ['generate', join(out, 'adapter-0'), '--prompt', 'what is a robin?', '--temperature', '0'],
    );
    expect((await asked).status).toBe(0);
  });
});
