/** @file Transcripts as lines of JSON: messages in order, and what is known of them. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { badInput } from '../../tensor/index.ts';

export const messageSchema = z.looseObject({
  /** Who speaks: a role, or a name. */
  role: z.string().optional(),
  from: z.string().optional(),
  content: z.string(),
  id: z.string().optional(),
  inReplyTo: z.string().optional(),
  references: z.array(z.string()).optional(),
  date: z.string().optional(),
  subject: z.string().optional(),
});

/** One line of a file of transcripts. */
export const transcriptSchema = z.object({
  id: z.string(),
  messages: z.array(messageSchema).min(1),
  target: z.array(z.string()).optional(),
  scores: z
    .record(z.string(), z.json())
    .optional()
    .describe('values by the name of what scored them'),
  metadata: z.record(z.string(), z.json()).optional(),
});

export type Message = z.infer<typeof messageSchema>;
export type Transcript = z.infer<typeof transcriptSchema>;

/** Transcripts as JSON lines. */
export function encodeTranscripts(transcripts: readonly Transcript[]): string {
  return transcripts.map((one) => `${JSON.stringify(one)}\n`).join('');
}

/** The text of a file. @throws TouchstoneError where it cannot be read */
export async function bytesOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) =>
    badInput(`cannot read ${path}: ${error.code ?? error.message}`),
  );
}

/**
 * JSON lines: each a transcript, or each a message of one transcript.
 *
 * @throws TouchstoneError naming the line that is neither
 */
export function decodeTranscripts(text: string, path: string): Transcript[] {
  const lines = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [{ line, i }]));
  const values = lines.map(({ line, i }) => ({ value: parsed(line, path, i + 1), i: i + 1 }));
  const transcripts: Transcript[] = [];
  const messages: Message[] = [];
  for (const { value, i } of values) {
    const whole = transcriptSchema.safeParse(value);
    const single = messageSchema.safeParse(value);
    if (whole.success) transcripts.push(whole.data);
    else if (single.success) messages.push(single.data);
    else
      badInput(
        `${path}: line ${i} is neither a transcript nor a message`,
        'expected {"id", "messages": [{"role", "content"}]}, or {"role", "content"} with id and inReplyTo',
      );
  }
  if (messages.length > 0) transcripts.push({ id: path, messages });
  if (transcripts.length === 0) badInput(`${path} holds no transcript`);
  return transcripts;
}

function parsed(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return badInput(`${path}: line ${number} is no JSON`, 'expected one JSON object a line');
  }
}
