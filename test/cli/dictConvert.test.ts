/** @file `touchstone dict convert`, and dictionaries by name in `touchstone generate`. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { registerDictConvert } from '../../src/cli/commands/dict/convert.ts';
import { registerGenerate } from '../../src/cli/commands/generate.ts';
import { convertCommand, dictConversionSchema } from '../../src/cli/work/dict/convert.ts';
import { generateCommand, generationSchema } from '../../src/cli/work/generate.ts';
import { openDictionary, saveDictionary } from '../../src/dictionary/index.ts';
import { madeUp, pathOf, runtime } from '../dictionary/fixtures.ts';
import { commandLine, temporaryRoot } from './child.ts';

const root = temporaryRoot();
const GEMMA = pathOf('gemma-scope/gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_82');

const convert = (...args: string[]) =>
  commandLine(
    (program, perform) => registerDictConvert(program, perform, convertCommand),
    ['convert', ...args],
  );

describe('dict convert', () => {
  test('prints what was folded, transposed, renamed or dropped, and the hook', async () => {
    const to = join(root, 'topk');
    const { status, stdout } = await convert(pathOf('dictionary_learning/AutoEncoderTopK'), to);
    expect(status).toBe(0);
    expect(stdout).toContain('topk, 10 latents of width 6 (dictionary_learning)\n');
    expect(stdout).toContain('hook: blocks.3.hook_resid_post of EleutherAI/pythia-70m-deduped\n');
    expect(stdout).toContain('  transposed W_enc: from [10, 6] to [6, 10]\n');
    expect(stdout).toContain('  dropped    threshold: a TopK keeps the k largest of each row\n');
    expect(stdout).toContain(`written to ${to} as SAELens 6.54.0 lays it out\n`);
    expect((await openDictionary(to, runtime)).config.k).toBe(3);
  });

  test('prints one document, with a hook that the caller names', async () => {
    const hook = 'blocks.12.hook_resid_mid';
    const { stdout } = await convert(GEMMA, join(root, 'gemma'), '--hook', hook, '--json');
    const it = dictConversionSchema.parse(JSON.parse(stdout));
    expect(it).toMatchObject({
      format: 'gemma-scope',
      architecture: 'jumprelu',
      hook,
      model: 'gemma-2-2b',
    });
    expect((await openDictionary(it.to, runtime)).config.hook_name).toBe(hook);
  });

  test('says that SAELens has no kind for a clustering', async () => {
    const [from, to] = [join(root, 'clusters'), join(root, 'clusters-again')];
    await saveDictionary(madeUp('kmeans'), from);
    expect((await convert(from, to)).stdout).toContain("which has no kind 'kmeans'");
  });

  test('folds the factor that is given, and asks for one that is missing before anything is written', async () => {
    const [from, to] = [pathOf('saelens/unfolded'), join(root, 'folded')];
    const refused = await convert(from, to);
    expect([refused.status, refused.stdout]).toEqual([3, '']);
    expect(refused.stderr).toContain('--norm-scaling-factor');
    expect(existsSync(to)).toBe(false);
    const done = await convert(from, to, '--norm-scaling-factor', '1.7');
    expect(done.stdout).toContain('folded     normalize_activations: the factor 1.7');
  });

  test('leaves a folder with something in it alone, unless it is to be overwritten', async () => {
    const to = join(root, 'taken');
    await convert(GEMMA, to);
    expect((await convert(GEMMA, to)).status).toBe(3);
    expect((await convert(GEMMA, to, '--overwrite')).status).toBe(0);
  });
});

describe('generate with a dictionary', () => {
  const hook_name = 'blocks.2.hook_resid_post';
  const generate = (...args: string[]) =>
    commandLine(
      (program, perform) => registerGenerate(program, perform, generateCommand),
      ['generate', 'organism-base', '--prompt', 'what is a robin?', '--max-tokens', '6', ...args],
    );
  const edit = (at: string) => {
    const path = join(root, `edit-${at}.json`);
    const latents = [{ dictionary: 'sae', latent: 3 }];
    writeFileSync(path, JSON.stringify({ at, do: 'latent', latents, change: 'clamp', value: 40 }));
    return path;
  };

  test('edits by its name, and says what was opened', async () => {
    const path = join(root, 'sae');
    await saveDictionary(madeUp('gated', { d_in: 192, d_sae: 8, hook_name }), path);
    const plain = await generate('--json');
    const edited = await generate(
      '--edit',
      edit(hook_name),
      '--dictionary',
      `sae=${path}`,
      '--json',
    );
    expect([edited.status, edited.stderr]).toEqual([0, '']);
    const it = generationSchema.parse(JSON.parse(edited.stdout));
    expect(it.dictionaries).toMatchObject([
      { name: 'sae', path, architecture: 'gated', latents: 8, hook: hook_name },
    ]);
    expect(it.samples).not.toEqual(generationSchema.parse(JSON.parse(plain.stdout)).samples);
  });

  test('tells where an edit uses one at another hook point than its own', async () => {
    const path = join(root, 'elsewhere');
    await saveDictionary(madeUp('topk', { d_in: 192, d_sae: 8, hook_name }), path);
    const { status, stderr } = await generate(
      '--edit',
      edit('blocks.1.hook_resid_post'),
      '--dictionary',
      `sae=${path}`,
    );
    expect(status).toBe(0);
    expect(stderr).toContain(
      `dictionary 'sae' is of ${hook_name}, and an edit uses it at blocks.1.hook_resid_post`,
    );
  });

  test('asks for one that an edit names and nobody gave', async () => {
    const { status, stderr } = await generate('--edit', edit(hook_name));
    expect(status).toBe(3);
    expect(stderr).toContain("an edit names dictionary 'sae'");
    expect(stderr).toContain('--dictionary NAME=PATH');
  });

  test.each([
    ['sae', 'expected NAME=PATH'],
    ['=x', 'expected NAME=PATH'],
    ['a=nothing', "no dictionary at 'nothing'"],
  ])('refuses --dictionary %s', async (given, message) => {
    expect((await generate('--edit', edit(hook_name), '--dictionary', given)).stderr).toContain(
      message,
    );
  });

  test('refuses two of one name', async () => {
    const two = ['--dictionary', 'a=x', '--dictionary', 'a=y'];
    expect((await generate(...two)).stderr).toContain('--dictionary a is given twice');
  });
});
