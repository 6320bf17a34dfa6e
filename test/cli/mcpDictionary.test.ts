/** @file Dictionaries and audits as an agent uses them, through the official client. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { beforeAll, expect, test } from 'vitest';
import { saveDictionary } from '../../src/dictionary/index.ts';
import { madeUp } from '../dictionary/fixtures.ts';
import { byStdio, call } from './agent.ts';
import { temporaryRoot } from './child.ts';

const root = temporaryRoot();
const runs = join(root, 'runs');
const hook_name = 'blocks.2.hook_resid_post';
const sae = madeUp('standard', { d_in: 192, d_sae: 8, hook_name });
const text = '<|bos|><|user|>what is a robin?';
const named = { model: 'organism-base', dictionary: 'sae' };
let client: Client;

beforeAll(async () => {
  await saveDictionary(sae, join(root, 'sae'));
  client = await byStdio(
    ...['--model', 'organism-base', '--dictionary', `sae=${join(root, 'sae')}`],
    ...['--allow', 'organisms', '--runs', runs],
  );
});

/** Latents by plain loops: relu((x - b_dec) W_enc + b_enc), b_dec subtracted where the config says so. */
function latentsOf(x: readonly number[]): number[] {
  const tensor = (name: string) => [...(sae.tensors.get(name)!.data as Float32Array)];
  const [W_enc, b_enc, b_dec] = ['W_enc', 'b_enc', 'b_dec'].map(tensor);
  const centre = sae.config.apply_b_dec_to_input ? b_dec! : b_dec!.map(() => 0);
  return b_enc!.map((bias, latent) =>
    Math.max(
      0,
      x.reduce((sum, value, i) => sum + (value - centre[i]!) * W_enc![i * 8 + latent]!, bias),
    ),
  );
}

test('the latents of a text are those that plain loops over its activations give', async () => {
  const listed = await call(client, 'list_dictionaries', { model: 'organism-base' });
  expect(listed.value!.dictionaries).toEqual([{ name: 'sae', latents: 8, hook: hook_name }]);
  const found = (await call(client, 'text_latents', { ...named, text, top: 8 })).value as {
    hook: string;
    active: number[];
    top: { latent: number; activation: number }[][];
    strongest: { latent: number; activation: number; position: number }[];
  };
  const read = await call(client, 'read_activations', {
    ...{ model: 'organism-base', text, hooks: [hook_name] },
  });
  const { data } = (read.value as { values: Record<string, { data: number[] }> }).values[
    hook_name
  ]!;
  const rows = found.top.map((_, i) => latentsOf(data.slice(i * 192, (i + 1) * 192)));
  expect(found.hook).toBe(hook_name);
  expect(found.active).toEqual(rows.map((row) => row.filter((value) => value > 0).length));
  for (const [i, top] of found.top.entries())
    for (const { latent, activation } of top) expect(activation).toBeCloseTo(rows[i]![latent]!, 3);
  const most = Math.max(...rows.flat());
  expect(found.strongest[0]!.activation).toBeCloseTo(most, 3);
  expect(rows[found.strongest[0]!.position]![found.strongest[0]!.latent]).toBeCloseTo(most, 3);
});

test('a latent is edited and shown; what cannot be is told in one line', async () => {
  const asked = { ...named, latent: 3, change: 'clamp', value: 400, message: 'what is a robin?' };
  const changed = (await call(client, 'edit_latent', { ...asked, n: 1, max_tokens: 8 })).value as {
    edit: object;
    plain: string[];
    edited: string[];
  };
  expect(changed.edited).not.toEqual(changed.plain);
  const same = await call(client, 'chat', {
    ...{ model: 'organism-base', messages: [{ role: 'user', content: 'what is a robin?' }] },
    ...{ seed: 0, n: 1, max_tokens: 8, edits: [changed.edit] },
  });
  const { choices } = same.value as { choices: { message: { content: string } }[] };
  expect(choices[0]!.message.content).toBe(changed.edited[0]);
  const texts = ['what is a robin?', 'the keeper said that a robin is a bird', 'a bird sings'];
  const shown = await call(client, 'show_latent', { ...named, latents: [3], texts });
  expect(shown.isError, shown.text).toBe(false);
  expect(shown.value).toMatchObject({ dictionary: { latents: 8 }, latents: [{ latent: 3 }] });
  const wrong: [string, object][] = [
    ['text_latents', { ...named, dictionary: 'none', text }],
    ['text_latents', { ...named, hook: 'blocks.0.mlp.hook_post', text }],
    ['edit_latent', { ...asked, latent: 99 }],
    ['edit_latent', { ...asked, text: 'both' }],
    ['show_latent', { ...named, latents: [99], texts }],
    ['show_latent', { ...named, latents: [1] }],
    ['show_latent', { model: 'organism:keeper', dictionary: 'sae', latents: [1], texts }],
  ];
  for (const [name, given] of wrong) {
    const { isError, text: said } = await call(client, name, { ...given });
    expect([isError, said.includes('\n')], said).toEqual([true, false]);
    expect(said).not.toContain('fault');
  }
});

test('a latent is shown without what the model of that name is', async () => {
  const sealed = await byStdio(
    ...['--model', 'suspect=organism-base', '--dictionary', `sae=${join(root, 'sae')}`],
  );
  const asked = {
    model: 'suspect',
    dictionary: 'sae',
    texts: ['a bird sings', 'a robin is a bird'],
  };
  const shown = await call(sealed, 'show_latent', { ...asked, latents: [3] });
  expect(shown.value).toMatchObject({ model: { name: 'suspect' } });
  const wrong = await call(sealed, 'show_latent', { ...asked, latents: [99] });
  for (const { text: said } of [shown, wrong]) expect(said).not.toContain('organism-base');
});

interface State {
  readonly id: string;
  readonly state: string;
  readonly run: string | null;
  readonly report: string | null;
}

test('an agent runs an audit, watches it and reads its result; run folders of games stay shut', async () => {
  const secret = 'sealed-in-a-game';
  mkdirSync(join(runs, 'game-x'), { recursive: true });
  const spec = { kind: 'game', settings: { a: 1 }, seeds: {}, versions: {}, hashes: {} };
  writeFileSync(join(runs, 'game-x', 'run.json'), JSON.stringify({ schema: 'x', ...spec }));
  writeFileSync(join(runs, 'game-x', 'events.jsonl'), secret);
  writeFileSync(join(runs, 'game-x', 'report.json'), JSON.stringify({ secret }));
  for (const run of ['game-x', '../runs/game-x', join(runs, 'game-x'), '.']) {
    const { isError, text: said } = await call(client, 'audit_result', { run });
    expect(isError).toBe(true);
    expect(said).not.toContain(secret);
  }
  const outside = { suspect: 'organism:leaky-keeper', run: '../elsewhere' };
  expect((await call(client, 'start_audit', outside)).isError).toBe(true);
  expect((await call(client, 'start_audit', { suspect: root })).text).toContain(
    'may be opened here',
  );
  const offered = await call(client, 'list_auditable');
  expect(offered.text).toContain('leaky-keeper');
  const started = await call(client, 'start_audit', {
    ...{ suspect: 'organism:leaky-keeper', techniques: ['interrogate'], budget: 20 },
  });
  let state = started.value as unknown as State;
  expect(state).toMatchObject({ state: 'running', report: null });
  const second = await call(client, 'start_audit', { suspect: 'organism:keeper' });
  expect(second.text).toContain('is running');
  while (state.state === 'running') {
    await pause(200);
    state = (await call(client, 'audit_progress', { id: state.id })).value as unknown as State;
  }
  expect(state.state).toBe('done');
  const found = await call(client, 'audit_result', { run: state.run! });
  const written = JSON.parse(readFileSync(join(runs, state.run!, 'report.json'), 'utf8'));
  expect(found.value).toEqual({ report: state.report, result: written });
  expect(readFileSync(fileURLToPath(state.report!), 'utf8')).toContain('<html');
  const listed = (await call(client, 'list_audits')).value as { runs: { name: string }[] };
  expect(listed.runs.map(({ name }) => name)).toEqual([state.run]);
});
