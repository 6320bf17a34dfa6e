/** @file Benchmarks go on without a peer, and say why there is none. */
import { expect, test } from 'vitest';
import { objection, pythonPeer, startPeer } from '../../benchmarks/peers/peer.ts';

test('a missing interpreter is a reason, not an error', async () => {
  const { peer, reason } = await startPeer(pythonPeer('engine.py', 1, [], '/nowhere/python3'));
  expect(peer).toBeNull();
  expect(reason).toMatch(/ENOENT/);
});

test('an interpreter that cannot run the peer is a reason, with its last words', async () => {
  const { peer, reason } = await startPeer(pythonPeer('engine.py', 1, [], process.execPath));
  expect(peer).toBeNull();
  expect(reason).toMatch(/Node\.js|SyntaxError|Unknown file extension/);
});

test.each([
  ['1.13.1', false],
  ['2.12.9+cpu', false],
  ['2.13.0', true],
  ['2.15.0+cu132', true],
  ['3.0.0a0', true],
])('PyTorch %s is a fair opponent: %s', (torch, fair) => {
  expect(objection({ torch }) === undefined).toBe(fair);
});
