/** @file Logs of Inspect (`.eval`) read as transcripts. */
import { z } from 'zod';
import { badInput } from '../../tensor/index.ts';
import { openArchive } from './archive.ts';
import type { Message, Transcript } from './transcript.ts';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });

const messageSchema = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(part)]),
  id: z.string().nullish(),
});

const sampleSchema = z.looseObject({
  id: z.union([z.string(), z.number()]),
  epoch: z.number().int(),
  target: z.union([z.string(), z.array(z.string())]).default([]),
  messages: z.array(messageSchema),
  scores: z.record(z.string(), z.looseObject({ value: z.json() })).nullish(),
  metadata: z.record(z.string(), z.json()).nullish(),
  error: z.looseObject({ message: z.string() }).nullish(),
  attachments: z.record(z.string(), z.string()).default({}),
});

const headerSchema = z.looseObject({
  version: z.number().int(),
  status: z.string(),
  eval: z.looseObject({ task: z.string(), model: z.string() }),
});

/** What a log says of itself, and its samples. */
export interface InspectLog {
  readonly task: string;
  readonly model: string;
  readonly status: string;
  readonly transcripts: readonly Transcript[];
}

/** @throws TouchstoneError where it is no log of Inspect's version 2 */
export async function readInspect(bytes: Uint8Array, path: string): Promise<InspectLog> {
  const archive = await openArchive(bytes, path);
  const header = archive.names.includes('header.json')
    ? shaped(headerSchema, await archive.json('header.json'), `${path}: header.json`)
    : await startOf(archive, path);
  const names = archive.names.filter((name) => /^samples\/.+\.json$/.test(name));
  const transcripts: Transcript[] = [];
  for (const name of names) {
    const sample = shaped(sampleSchema, await archive.json(name), `${path}: ${name}`);
    transcripts.push(transcriptOf(sample));
  }
  const { task, model } = header.eval;
  return { task, model, status: header.status, transcripts };
}

/** A log whose run was cut short has no header yet. */
async function startOf(archive: Awaited<ReturnType<typeof openArchive>>, path: string) {
  const start = await archive.json('_journal/start.json');
  const value = { status: 'started', ...(start as object) };
  return shaped(headerSchema, value, `${path}: _journal/start.json`);
}

function shaped<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return badInput(`${where}: ${path.map(String).join('.')}: ${message}`);
}

function transcriptOf(sample: z.infer<typeof sampleSchema>): Transcript {
  const { id, epoch, target, scores, metadata, error, attachments } = sample;
  const values = Object.entries(scores ?? {}).map(([name, { value }]) => [name, value] as const);
  return {
    id: epoch === 1 ? String(id) : `${id} (epoch ${epoch})`,
    messages: sample.messages.map((message) => messageOf(message, attachments)),
    target: [target].flat(),
    scores: Object.fromEntries(values),
    metadata: { ...metadata, ...(error && { error: error.message }) },
  };
}

function messageOf(
  { role, content, id }: z.infer<typeof messageSchema>,
  attachments: Readonly<Record<string, string>>,
): Message {
  const text =
    typeof content === 'string'
      ? content
      : content.flatMap(({ text: own }) => own ?? []).join('\n');
  // Long texts are kept once, under their hash.
  const hash = /^attachment:\/\/([0-9a-f]+)$/.exec(text)?.[1];
  const whole = hash === undefined ? text : (attachments[hash] ?? text);
  return { role, content: whole, ...(id != null && { id }) };
}
