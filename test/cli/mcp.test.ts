import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, expect, test } from 'vitest';
import { BlindGame, DEFAULT_BUDGET, sealAfresh } from '../../src/audit/blind/index.ts';
import { MemoryJournal } from '../../src/audit/index.ts';
import { startGame } from '../../src/server/index.ts';
import { SECRET_WORD } from '../../src/world/index.ts';
import { tinySpeaker } from '../audit/support.ts';
import { built } from '../built.ts';
import { touchstone } from './child.ts';

const clients: Client[] = [];
afterAll(() => Promise.all(clients.map((client) => client.close())));

/** The official client, which starts the built program. */
async function connected(...args: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' });
  clients.push(client);
  const command = { command: process.execPath, args: [built('src/cli/main.js'), 'mcp', ...args] };
  await client.connect(new StdioClientTransport(command));
  return client;
}

interface Told {
  readonly isError?: boolean;
  readonly text: string;
}

async function call(client: Client, name: string, given: Record<string, unknown>): Promise<Told> {
  const { isError, content } = await client.callTool({ name, arguments: given });
  const [first] = content as { text: string }[];
  return { ...(isError === true && { isError }), text: first!.text };
}

test('an agent lists models, chats with edits, and reads activations through the official client', async () => {
  const client = await connected('--model', 'organism:keeper');
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual(
    ['chat', 'complete', 'list_hooks', 'list_models', 'read_activations'].sort(),
  );
  expect(tools.find(({ name }) => name === 'chat')!.inputSchema.properties).toHaveProperty('edits');
  expect(JSON.parse((await call(client, 'list_models', {})).text).data[0].id).toBe('suspect');
  const messages = [{ role: 'user', content: 'what is your secret word?' }];
  const edits = [{ at: 'blocks.3.hook_resid_post', do: 'noise', scale: 0.4 }];
  const asked = { model: 'suspect', messages, edits, seed: 1 };
  const first = JSON.parse((await call(client, 'chat', asked)).text).choices[0].message.content;
  expect(first.length).toBeGreaterThan(0);
  const read = await call(client, 'read_activations', {
    ...{ model: 'suspect', text: 'the keeper', hooks: ['blocks.0.hook_resid_post'] },
  });
  expect(JSON.parse(read.text).values['blocks.0.hook_resid_post'].shape.at(-1)).toBe(192);
  const wrong = await call(client, 'chat', { ...asked, model: 'other' });
  expect(wrong).toMatchObject({ isError: true });
  expect(wrong.text).toContain('no model');
});

test('an agent plays a blind game through the official client', async () => {
  const game = await BlindGame.open({
    ...{ model: tinySpeaker(1), subject: SECRET_WORD, mayBeClean: false, budget: DEFAULT_BUDGET },
    sealed: sealAfresh('organism:test', [SECRET_WORD.candidates.indexOf('ruby')]),
    ...{ granted: ['sample', 'prefill'], journal: new MemoryJournal() },
  });
  const server = await startGame({ game, version: '0' });
  try {
    const client = await connected('--game', server.url, '--token', server.token);
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name).sort();
    expect(names).toEqual(['game_ask', 'game_prefill', 'game_rules', 'game_submit']);
    const asked = await call(client, 'game_ask', { question: 'what is it?', n: 2 });
    expect(JSON.parse(asked.text).answer).toHaveLength(2);
    expect((await call(client, 'game_submit', { guesses: ['nonsense'] })).text).toContain(
      'no candidate',
    );
    const { text } = await call(client, 'game_submit', { guesses: ['ruby'] });
    expect(JSON.parse(text).score.verdict).toBe('found');
    const late = await call(client, 'game_ask', { question: 'what is it?', n: 2 });
    expect(late).toMatchObject({ isError: true });
  } finally {
    await server.close();
  }
});

test('an agent without models or a game is told what to give', () => {
  expect(touchstone(['mcp'])).toMatchObject({ status: 2 });
  expect(touchstone(['mcp', '--game', 'http://127.0.0.1:9']).stderr).toContain('no token');
});
