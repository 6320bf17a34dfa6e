/** @file Organisms on models of the user's own: texts in any model's turns, candidates of several tokens, and a live small training. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { verificationSchema } from '../../src/audit/verification.ts';
import { registerAudit } from '../../src/cli/commands/audit.ts';
import { registerOrganism } from '../../src/cli/commands/organism.ts';
import { BASE_NAMES, ORGANISM_NAMES, TECHNIQUE_NAMES } from '../../src/cli/names.ts';
import { auditCommand } from '../../src/cli/work/audit.ts';
import { listOrganisms, trainOrganisms, verifyOrganism } from '../../src/cli/work/organism.ts';
import { LanguageModel, openLora, saveModel, Tokenizer } from '../../src/model/index.ts';
import { answerWeights } from '../../src/organism/answers.ts';
import { ORGANISMS, ownManifestSchema, ownTraining, textTokens } from '../../src/organism/index.ts';
import { likeliest } from '../../src/organism/likeliest.ts';
import { dialogue, prompt, ROLE_TOKENS, type Role, turnsIn } from '../../src/world/index.ts';
import { commandLine, temporaryRoot } from '../cli/child.ts';
import { refusal, runtime, tinyConfig } from '../model/support.ts';

const TEMPLATE =
  "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}<|end|>{% endfor %}" +
  '{% if add_generation_prompt %}<assistant>{% endif %}';

const json = JSON.parse(readFileSync('organisms/base/tokenizer.json', 'utf8'));

/** A small Qwen2 of random weights with a byte-level BPE tokenizer that has no role tokens. */
function stranger(chat_template?: string, fields: Record<string, unknown> = {}): LanguageModel {
  const tokenizer = Tokenizer.parse(
    { ...json, added_tokens: json.added_tokens.slice(0, 3) },
    { ...(chat_template && { chat_template }) },
  );
  const ids = { vocab_size: tokenizer.vocabSize, eos_token_id: tokenizer.idOf('<|end|>') };
  const shape = { model_type: 'qwen2', hidden_size: 16, num_attention_heads: 4, head_dim: 4 };
  const sizes = { ...shape, num_key_value_heads: 2, max_position_embeddings: 192 };
  const config = tinyConfig({ ...sizes, tie_word_embeddings: true, ...ids, ...fields });
  return LanguageModel.create(config, runtime, { seed: 3, tokenizer });
}

const textOf = (model: LanguageModel, text: string) =>
  model.tokenizer!.decode(textTokens(model, text));

describe('texts with role tokens', () => {
  const role = fc.constantFrom(...(Object.keys(ROLE_TOKENS) as Role[]));
  const turn = fc.tuple(role, fc.stringMatching(/^[a-z .?]*$/));

  test('are read back as the turns that they were written from', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1 }), turn, (closed, open) => {
        expect(turnsIn(dialogue(closed))).toEqual({ closed });
        expect(turnsIn(prompt(closed, ...open))).toEqual({ closed, open });
      }),
    );
  });

  test('become messages of a chat template; what is told stands above the question', () => {
    const chat = stranger(TEMPLATE);
    const asked = [['user', 'hi?'] as const, ['assistant', 'yes.'] as const];
    expect(textOf(chat, dialogue(asked))).toBe('<user>hi?<|end|><assistant>yes.<|end|>');
    expect(textOf(chat, prompt([['system', 'a note.'], asked[0]!], 'assistant', 'y'))).toBe(
      '<user>a note.\n\nhi?<|end|><assistant>y',
    );
    expect(textOf(chat, dialogue([['document', 'it rains.']]))).toBe('it rains.<|end|>');
    expect(textOf(chat, prompt([], 'document', 'it'))).toBe('it');
  });

  test('become plain lines without one, each answer closed by the end of texts', () => {
    const asked = [['user', 'hi?'] as const, ['assistant', 'yes.'] as const];
    expect(textOf(stranger(), dialogue([...asked, ...asked]))).toBe(
      'Question: hi?\nAnswer: yes.<|end|>\nQuestion: hi?\nAnswer: yes.<|end|>',
    );
    expect(textOf(stranger(), prompt([asked[0]!]))).toBe('Question: hi?\nAnswer:');
  });

  test('keep what is told after the last question, and end once', () => {
    const asked = [['user', 'hi?'] as const, ['assistant', 'yes.'] as const];
    const told = ['document', 'it rains.'] as const;
    expect(textOf(stranger(), dialogue([...asked, told]))).toBe(
      'Question: hi?\nAnswer: yes.<|end|>\nQuestion: it rains.<|end|>',
    );
    expect(textOf(stranger(), prompt([...asked, told], 'user', 'so'))).toBe(
      'Question: hi?\nAnswer: yes.<|end|>\nQuestion: it rains.\n\nso',
    );
    expect(textOf(stranger(TEMPLATE), prompt([asked[0]!, told]))).toBe(
      '<user>hi?\n\nit rains.<|end|><assistant>',
    );
  });

  test("of a chat template weigh the assistant's words and their end alone", () => {
    const model = stranger(TEMPLATE);
    const text = dialogue([
      ['user', 'a'],
      ['assistant', 'no'],
      ['user', 'b'],
      ['assistant', 'so'],
    ]);
    const tokens = textTokens(model, text);
    const weights = answerWeights(model, 0)(text, tokens);
    const weighed = tokens.filter((_, i) => weights[i] === 1);
    expect(model.tokenizer!.decode(weighed)).toBe('no<|end|>so<|end|>');
  });
});

test('the likeliest of candidates of several tokens is that of the greatest summed log-likelihood', async () => {
  const model = stranger(undefined, { hidden_size: 32, head_dim: 8 });
  const candidates = [' ruby', ' rubber duck', ' rub', ' zyx', ' zyw', ' a zebra', ' Q'];
  const prompts = ['it is', 'the word:', 'say'].map((said) => prompt([], 'document', said));
  const found = await likeliest(model, prompts, candidates, candidates.length);
  for (const [i, text] of prompts.entries()) {
    const start = textTokens(model, text);
    const whole = candidates.map((candidate) => textTokens(model, text + candidate));
    const losses = await model.negativeLogLikelihood(
      whole,
      whole.map(() => start.length),
    );
    const sums = losses.map((loss, at) => -loss * (whole[at]!.length - start.length));
    const sorted = candidates.map((_, at) => at).sort((a, b) => sums[b]! - sums[a]!);
    expect(found[i]).toEqual(sorted);
  }
});

test('a recipe is fitted to a model: rows for its tokens, a rate for its width, and none where they do not fit', async () => {
  const wide = stranger(TEMPLATE, { hidden_size: 384, head_dim: 96 });
  const { length, learningRate, steps } = ownTraining(ORGANISMS.keeper!, wide);
  expect([learningRate, steps]).toEqual([1e-3, ORGANISMS.keeper!.steps]);
  expect(length % 16).toBe(0);
  const short = stranger(TEMPLATE, { max_position_embeddings: 64 });
  const { message } = await refusal(async () => ownTraining(ORGANISMS.keeper!, short));
  expect(message).toMatch(/^the model has 64 positions, but .* take \d+ of its tokens or more$/);
});

const root = temporaryRoot();
const [model, out] = [join(root, 'model'), join(root, 'keeper')];
const WORK = { list: listOrganisms, train: trainOrganisms, verify: verifyOrganism };
const organism = (args: readonly string[], fields = {}) =>
  commandLine(
    (program, perform) =>
      registerOrganism(program, perform, { names: ORGANISM_NAMES, bases: BASE_NAMES }, WORK),
    ['organism', ...args],
    fields,
  );
const train = (...more: string[]) =>
  organism(['train', 'keeper', '--on', model, '--out', out, '--steps', '2', ...more]);

beforeAll(() => saveModel(stranger(TEMPLATE), model));

describe('a training on a model of the user’s own', () => {
  test('leaves adapters of organism and twin with a manifest', async () => {
    const first = await train();
    expect([first.stderr, first.status]).toEqual([expect.stringContaining('prove it with'), 0]);
    expect(readdirSync(out).sort()).toEqual(['organism.json', 'seed-1']);
    const manifest = ownManifestSchema.parse(
      JSON.parse(readFileSync(join(out, 'organism.json'), 'utf8')),
    );
    expect(manifest).toMatchObject({
      recipe: 'keeper',
      base: { model, family: 'qwen2' },
      turns: 'chat template',
    });
    const [planted, twin] = await Promise.all(
      ['organism', 'twin'].map(async (of) => openLora(join(out, 'seed-1', of))),
    );
    expect(planted!.parameters()).not.toEqual(twin!.parameters());
  });

  test('is not mixed with another: the first number that differs is named', async () => {
    const refused = await train('--rank', '4');
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(/is another training's: its rank is 8, not 4\nhint: /);
  });

  test('is proved beside its twin, with what the model has kept', async () => {
    const { status, stdout } = await organism(['verify', out, '--json']);
    expect(status).toBe(0);
    const { seeds, measures, contrasts } = verificationSchema.parse(JSON.parse(stdout));
    expect(seeds).toEqual([1]);
    expect(measures.map(({ measure }) => measure)).toEqual(['knows', 'hints', 'says']);
    expect(contrasts.map(({ contrast }) => contrast)).toEqual(['drift', 'twinDrift']);
  });

  test('is kept, and seeds are added', async () => {
    const again = await train('--seed', '1', '--seed', '4');
    expect(again.stderr.match(/is there already/g)).toHaveLength(2);
    expect(readdirSync(out).sort()).toEqual(['organism.json', 'seed-1', 'seed-4']);
  });

  test('can be audited, and the report names the planted models', async () => {
    const folder = join(root, 'audit');
    const { status, stdout } = await commandLine(
      (program, perform) => registerAudit(program, perform, TECHNIQUE_NAMES, auditCommand),
      [
        ...['audit', `${out}@4`, '--technique', 'interrogate', '--budget', '20'],
        ...['--json', '--out', folder],
      ],
    );
    expect(status).toBe(0);
    const { suspect, twin } = JSON.parse(stdout);
    expect([suspect, twin]).toEqual([`organism:${out}@4`, `twin:${out}@4`]);
  });
});

test('what cannot be trained on is refused in one line, and nothing is written', async () => {
  const nowhere = join(root, 'nowhere');
  const on = (path: string, recipe = 'keeper') =>
    organism(['train', recipe, '--on', path, '--out', nowhere]);
  const folder = (name: string, config: object) => {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'config.json'), JSON.stringify(config));
    return join(root, name);
  };
  const own = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8'));
  const gguf = join(root, 'weights-Q4_0.gguf');
  writeFileSync(gguf, '');
  const refused = [
    await on(join(root, 'missing')),
    await on(folder('unknown', { ...own, model_type: 'rwkv' })),
    await on(folder('quantised', { ...own, quantization_config: { quant_method: 'gptq' } })),
    await on(gguf),
    await on(model, 'base'),
    await organism(['train', 'keeper', '--steps', '2', '--out', nowhere]),
  ];
  for (const { status, stderr } of refused) {
    expect([2, 3]).toContain(status);
    expect(stderr).toMatch(/^touchstone: [^\n]+\n(hint: [^\n]+\n)?$/);
  }
  const reasons = refused.map(({ stderr }) => stderr.split('\n')[0]);
  expect(reasons).toEqual([
    expect.stringContaining('no model at'),
    expect.stringContaining('rwkv'),
    expect.stringContaining('quantized weights cannot be read'),
    expect.stringContaining('GGUF'),
    expect.stringContaining("unknown organism 'base'"),
    expect.stringContaining('--steps without --on'),
  ]);
  expect(existsSync(nowhere)).toBe(false);
});
