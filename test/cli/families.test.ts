/** @file Commands on a folder of every family: tiny random models that speak the words of the generated world. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { registerAudit } from '../../src/cli/commands/audit.ts';
import { registerCapture } from '../../src/cli/commands/capture.ts';
import { registerGenerate } from '../../src/cli/commands/generate.ts';
import { auditCommand } from '../../src/cli/work/audit.ts';
import { captureCommand } from '../../src/cli/work/capture.ts';
import { generateCommand } from '../../src/cli/work/generate.ts';
import { CapturedActivations } from '../../src/dictionary/index.ts';
import { LanguageModel, parseConfig, saveModel, Tokenizer } from '../../src/model/index.ts';
import { TECHNIQUES } from '../../src/technique/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { runtime } from '../model/support.ts';
import { commandLine } from './child.ts';
import { writeTexts } from './texts.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-families-'));
afterAll(() => rmSync(root, { recursive: true }));

const tokenizer = Tokenizer.parse(
  JSON.parse(readFileSync('organisms/base/tokenizer.json', 'utf8')),
);
const ends = { bos_token_id: tokenizer.idOf('<|bos|>'), eos_token_id: tokenizer.idOf('<|end|>') };
const vocab_size = tokenizer.vocabSize;
const sizes = {
  ...ends,
  vocab_size,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  max_position_embeddings: 128,
};
const grouped = { ...sizes, num_key_value_heads: 2, head_dim: 4, sliding_window: 24 };
const gpt2 = { ...ends, vocab_size, n_embd: 16, n_layer: 2, n_head: 4, n_positions: 128 };

const FAMILIES: [string, Record<string, unknown>][] = [
  ['gpt2', gpt2],
  ['gpt_neox', { ...sizes, rotary_pct: 0.5 }],
  ...['llama', 'mistral', 'qwen2', 'qwen3', 'gemma2', 'gemma3_text', 'phi3', 'olmo2'].map(
    (type): [string, Record<string, unknown>] => [type, grouped],
  ),
];

/** A folder with a model of the family whose words are nearly random. */
async function folderOf(model_type: string, json: object, seed: number): Promise<string> {
  const config = parseConfig({ model_type, ...json });
  const model = LanguageModel.create(config, runtime, { seed, tokenizer });
  const [embedding] = model.weights.fused.values();
  randomStream(seed, 'test').fillNormal(embedding!);
  const dir = join(root, `${model_type}-${seed}`);
  await saveModel(model, dir);
  return dir;
}

const names = TECHNIQUES.map(({ name }) => name);

describe.each(FAMILIES)('a folder of %s', (type, json) => {
  test('generates text under an edit', async () => {
    const dir = await folderOf(type, json, 1);
    const edit = join(root, 'edit.json');
    writeFileSync(edit, '{"at":"blocks.1.hook_resid_post","do":"noise","scale":0.5}');
    const args = [
      'generate',
      dir,
      '--prompt',
      'the',
      '--edit',
      edit,
      '--max-tokens',
      '4',
      '--json',
    ];
    const done = await commandLine(
      (program, perform) => registerGenerate(program, perform, generateCommand),
      args,
    );
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(JSON.parse(done.stdout)).toMatchObject({ samples: [{ index: 0 }] });
  });

  test('has its activations captured', async () => {
    const dir = await folderOf(type, json, 4);
    const texts = writeTexts(join(root, 'texts.jsonl'), 5);
    const read = ['blocks.0.attn.hook_z', 'blocks.1.mlp.hook_post', 'ln_final.hook_normalized'];
    const out = join(root, `${type}-rows`);
    const done = await commandLine(
      (program, perform) => registerCapture(program, perform, captureCommand),
      ['capture', dir, '--text', texts, '--read', ...read, '--out', out],
    );
    expect([done.status, done.stderr]).toEqual([0, '']);
    const { manifest } = await CapturedActivations.open(out);
    expect(manifest.hooks.map(({ name }) => name)).toEqual(read);
    expect(manifest.rows).toBeGreaterThan(50);
  });

  test('is audited beside a twin of its own, by black-box and white-box techniques', async () => {
    const [dir, twin] = [await folderOf(type, json, 2), await folderOf(type, json, 3)];
    const out = join(root, `${type}-audit`);
    // The sweep of fuzzing takes its time: one family with LayerNorm, one with windows.
    const whiteBox = ['gpt2', 'gemma3_text'].includes(type);
    const techniques = whiteBox ? ['--technique', 'fuzz'] : ['--technique', 'prefill'];
    const own = [dir, '--twin', twin, '--secret', 'ruby', '--budget', '20', '--out', out, '--json'];
    const done = await commandLine(
      (program, perform) => registerAudit(program, perform, names, auditCommand),
      ['audit', ...own, ...techniques],
    );
    expect(done.status).toBe(0);
    const result = JSON.parse(done.stdout);
    expect(result).toMatchObject({ suspect: dir, twin, secret: { word: 'ruby' } });
    const played = result.techniques.map(({ name }: { name: string }) => name);
    const rivals = whiteBox
      ? ['interrogate', 'high-temperature', 'fuzz']
      : ['interrogate', 'prefill'];
    expect(played).toEqual(rivals);
  });
});
