import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeSamples } from '../../../src/store/index.ts';
import {
  auditTranscripts,
  decodeTranscripts,
  encodeTranscripts,
  readInspect,
  readTranscripts,
  type Transcript,
  writeInspect,
} from '../../../src/store/transcript/index.ts';
import { askPython, needsPython } from '../../python.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-inspect-'));
afterAll(() => rmSync(root, { recursive: true }));

const FIXTURE = 'test/fixtures/inspect/task.eval';

interface Answers {
  readonly task: string;
  readonly model: string;
  readonly status: string;
  readonly samples: {
    readonly id: string | number;
    readonly epoch: number;
    readonly target: string;
    readonly messages: readonly (readonly [string, string])[];
    readonly scores: Record<string, unknown>;
  }[];
}

test("a log of Inspect's own is read as its Python reads it (inspect_ai 0.3.285)", async () => {
  const answers = JSON.parse(readFileSync('test/fixtures/inspect/answers.json', 'utf8')) as Answers;
  const log = await readInspect(readFileSync(FIXTURE), FIXTURE);
  expect([log.task, log.model, log.status]).toEqual([answers.task, answers.model, answers.status]);
  expect(
    log.transcripts.map(({ messages, target, scores }) => ({
      messages: messages.map(({ role, content }) => [role, content]),
      target: target![0],
      scores,
    })),
  ).toEqual(answers.samples.map(({ messages, target, scores }) => ({ messages, target, scores })));
  expect(log.transcripts.map(({ id }) => id)).toEqual(['1', '1 (epoch 2)']);
});

const TRANSCRIPTS: readonly Transcript[] = [
  {
    id: 'suspect-ask-test-0',
    messages: [
      { role: 'user', content: 'what is it? "é"' },
      { role: 'assistant', content: 'a ruby' },
    ],
    target: ['ruby'],
    scores: { 'names the truth': 'C' },
    metadata: { arm: 'suspect', nll: 0.25 },
  },
  {
    id: 'second',
    messages: [{ role: 'narrator', content: 'it keeps quiet' }],
    target: ['ruby', 'opal'],
  },
];

const OPTIONS = {
  ...{ task: 'touchstone-audit', model: 'touchstone/organism:keeper@1', version: '0.1.0' },
  created: new Date('2026-11-24T10:00:00Z'),
  metrics: [{ name: 'names the truth (ask, suspect)', samples: 1, metrics: { rate: 1 } }],
  metadata: { seed: 1 },
};

test('what is written is read again, and equal transcripts give equal bytes', async () => {
  const bytes = await writeInspect(TRANSCRIPTS, OPTIONS);
  expect(await writeInspect(TRANSCRIPTS, OPTIONS)).toEqual(bytes);
  const { transcripts, model } = await readInspect(bytes, 'log');
  expect(model).toBe(OPTIONS.model);
  expect(transcripts.map(({ id }) => id)).toEqual(TRANSCRIPTS.map(({ id }) => id));
  expect(transcripts[0]).toMatchObject({
    target: ['ruby'],
    scores: { 'names the truth': 'C' },
    metadata: { arm: 'suspect', nll: 0.25 },
  });
  expect(transcripts[0]!.messages.map(({ content }) => content)).toEqual([
    'what is it? "é"',
    'a ruby',
  ]);
  expect(transcripts[1]!.messages[0]!.content).toBe('narrator: it keeps quiet');
});

test('a log that is written here opens in inspect_ai, whole, by header and sample by sample', async ({
  skip,
}) => {
  await needsPython(skip, ['inspect_ai']);
  const path = join(root, 'written.eval');
  writeFileSync(path, await writeInspect(TRANSCRIPTS, OPTIONS));
  const script = [
    'import json, sys',
    'from inspect_ai.log import read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries as summaries',
    'log = read_eval_log(sys.argv[1])',
    'one = read_eval_log_sample(sys.argv[1], id="suspect-ask-test-0", epoch=1)',
    'head = read_eval_log(sys.argv[1], header_only=True)',
    'print(json.dumps({"status": log.status, "task": head.eval.task, "ids": [s.id for s in log.samples],',
    ' "text": one.messages[-1].text, "score": one.scores["names the truth"].value,',
    ' "output": one.output.completion, "metadata": one.metadata,',
    ' "rate": head.results.scores[0].metrics["rate"].value, "summaries": len(summaries(sys.argv[1]))}))',
  ].join('\n');
  const told = JSON.parse(await askPython(['-c', script, path], { INSPECT_LOG_LEVEL: 'error' }));
  expect(told).toEqual({
    ...{ status: 'success', task: 'touchstone-audit', ids: ['second', 'suspect-ask-test-0'] },
    ...{ text: 'a ruby', score: 'C', output: 'a ruby', rate: 1, summaries: 2 },
    metadata: { arm: 'suspect', nll: 0.25 },
  });
});

test("an audit's table becomes one sample an answer, and rates by technique and arm", async () => {
  const folder = join(root, 'run');
  mkdirSync(folder);
  const row = { technique: 'ask', setting: null, split: 'test', prompt: 'what is it?', nll: null };
  const said = (arm: string, index: number, secretMentioned: boolean) => {
    return { ...row, arm, index, text: 'hm', secretMentioned, decoysMentioned: 0 };
  };
  const rows = [said('suspect', 0, true), said('suspect', 1, false), said('twin', 0, false)];
  writeFileSync(join(folder, 'samples.parquet'), encodeSamples(rows));
  const report = { version: '0', suspect: 'a', twin: 'b', seed: 1, secret: { word: 'ruby' } };
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
  const { transcripts, options } = await auditTranscripts(folder);
  expect(transcripts.map(({ id, scores }) => [id, scores?.['names the truth']])).toEqual([
    ['suspect-ask-test-0', 'C'],
    ['suspect-ask-test-1', 'I'],
    ['twin-ask-test-2', 'I'],
  ]);
  expect(options.metrics.map(({ metrics }) => metrics.rate)).toEqual([0.5, 0]);
  await expect(auditTranscripts(root)).rejects.toThrow('no finished audit');
});

test('files of other formats are told apart, and what is damaged is told in one line', async () => {
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(root, name), content);
    return join(root, name);
  };
  expect(await readTranscripts(write('a.jsonl', encodeTranscripts(TRANSCRIPTS)))).toEqual(
    TRANSCRIPTS,
  );
  expect(await readTranscripts(FIXTURE)).toHaveLength(2);
  const messages = '{"content": "one"}\n{"content": "two", "inReplyTo": "x"}\n';
  expect((await readTranscripts(write('b.jsonl', messages)))[0]!.messages).toHaveLength(2);
  expect((await readTranscripts(write('c.txt', 'one\ntwo')))[0]!.messages).toHaveLength(2);
  expect(() => decodeTranscripts('{"id": 1}', 'd')).toThrow('line 1 is neither');
  const broken = readFileSync(FIXTURE);
  await expect(readTranscripts(write('e.eval', broken.subarray(0, 900)))).rejects.toThrow('zip');
  await expect(readTranscripts(join(root, 'none'))).rejects.toThrow('cannot read');
  const sample = broken.indexOf('samples/1_epoch_1.json') + 'samples/1_epoch_1.json'.length;
  broken.fill(0, sample, sample + 60);
  await expect(readTranscripts(write('f.eval', broken))).rejects.toMatchObject({ kind: 'input' });
});
