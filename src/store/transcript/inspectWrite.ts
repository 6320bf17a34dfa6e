/** @file Transcripts written as a log of Inspect (`.eval`, version 2), which its viewer and its Python open. */
import { createHash } from 'node:crypto';
import { packArchive } from './archive.ts';
import type { Message, Transcript } from './transcript.ts';

export interface InspectOptions {
  readonly task: string;
  readonly model: string;
  /** When the run was made. */
  readonly created: Date;
  readonly version: string;
  /** Of all transcripts: metrics by the name of what scored, beside the number of samples. */
  readonly metrics: readonly InspectScore[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface InspectScore {
  readonly name: string;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The bytes of a log. Equal transcripts and options give equal bytes. */
export async function writeInspect(
  transcripts: readonly Transcript[],
  options: InspectOptions,
): Promise<Uint8Array> {
  const start = startOf(transcripts, options);
  const samples = transcripts.map((one) => sampleOf(one, options));
  const summaries = samples.map(
    ({ id, epoch, input, target, metadata, scores, uuid, messages }) => {
      const counts = { completed: true, message_count: messages.length };
      return { id, epoch, input, target, metadata, scores, model_usage: {}, uuid, ...counts };
    },
  );
  return packArchive(
    [
      ['_journal/start.json', start],
      ...samples.map((one) => [`samples/${fileName(one.id)}_epoch_1.json`, one] as const),
      ['_journal/summaries/1.json', summaries],
      ['summaries.json', summaries],
      ['header.json', headerOf(start, transcripts.length, options)],
    ],
    options.created,
  );
}

function startOf(
  transcripts: readonly Transcript[],
  { task, model, created, version, metadata }: InspectOptions,
) {
  const ids = transcripts.map(({ id }) => id);
  const own = (of: string) => idOf(task, model, of, String(created.getTime()));
  return {
    version: 2,
    eval: {
      eval_id: own('eval'),
      run_id: own('run'),
      created: created.toISOString(),
      task,
      task_id: own('task'),
      task_version: 0,
      task_attribs: {},
      task_args: {},
      dataset: { name: task, samples: ids.length, sample_ids: ids, shuffled: false },
      model,
      model_args: {},
      config: { epochs: 1 },
      packages: { touchstone: version },
      metadata,
    },
    plan: { name: 'plan', steps: [], config: {} },
  };
}

function headerOf(
  start: ReturnType<typeof startOf>,
  count: number,
  { created, metrics }: InspectOptions,
) {
  const at = created.toISOString();
  return {
    ...start,
    status: 'success',
    results: {
      total_samples: count,
      completed_samples: count,
      scores: metrics.map(({ name, samples, metrics: values }) => ({
        ...{ name, scorer: name, scored_samples: samples, params: {} },
        metrics: Object.fromEntries(
          Object.entries(values).map(([metric, value]) => [
            metric,
            { name: metric, value, params: {} },
          ]),
        ),
      })),
    },
    stats: { started_at: at, completed_at: at, model_usage: {} },
  };
}

function sampleOf(
  { id, messages, target = [], scores = {}, metadata = {} }: Transcript,
  { model }: InspectOptions,
) {
  const own = messages.map((message, i) => messageOf(message, `${id}/${i}`, model));
  const answer = own.at(-1)!;
  const asked = answer.role === 'assistant' ? own.slice(0, -1) : own;
  return {
    ...{ id, epoch: 1, target: target.length === 1 ? target[0]! : target, metadata },
    input: asked.length === 1 ? asked[0]!.content : asked,
    messages: own,
    output: {
      model,
      choices: answer.role === 'assistant' ? [{ message: answer, stop_reason: 'stop' }] : [],
      completion: answer.role === 'assistant' ? answer.content : '',
    },
    scores: Object.fromEntries(
      Object.entries(scores).map(([name, value]) => [name, { value, answer: answer.content }]),
    ),
    ...{ store: {}, events: [], model_usage: {}, attachments: {}, uuid: idOf(id, 'sample') },
  };
}

const ROLES = ['system', 'user', 'assistant'];

/** Inspect knows these roles; who else speaks is told before what is said. */
function messageOf({ role = 'user', content }: Message, key: string, model: string) {
  const known = ROLES.includes(role);
  const text = known ? content : `${role}: ${content}`;
  const spoken = { id: idOf(key), role: known ? role : 'user', content: text };
  return role === 'assistant' ? { ...spoken, source: 'generate', model } : spoken;
}

/** 22 characters, as Inspect's own identities have. */
function idOf(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(parts.join('\n')).digest('base64');
  return digest.replace(/[^A-Za-z0-9]/g, '').slice(0, 22);
}

function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9._ -]+/g, '_');
}
