/** @file An audit's answers as transcripts, from the table of its run folder. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { z } from 'zod';
import { badInput } from '../../tensor/index.ts';
import type { InspectOptions, InspectScore } from './inspectWrite.ts';
import type { Transcript } from './transcript.ts';

const rowSchema = z.looseObject({
  arm: z.string(),
  technique: z.string(),
  setting: z.string().nullable(),
  split: z.string(),
  prompt: z.string(),
  index: z.number(),
  text: z.string(),
  secretMentioned: z.boolean(),
  decoysMentioned: z.number(),
  nll: z.number().nullable(),
});

const reportSchema = z.looseObject({
  version: z.string(),
  suspect: z.string(),
  twin: z.string(),
  seed: z.number(),
  secret: z.looseObject({ word: z.string() }),
});

type Row = z.infer<typeof rowSchema>;

/** What the scores of a log are called. */
const NAMES_TRUTH = 'names the truth';

/** @throws TouchstoneError where the folder holds no finished audit */
export async function auditTranscripts(
  folder: string,
): Promise<{ transcripts: Transcript[]; options: InspectOptions }> {
  const { report, rows, created } = await finishedAudit(folder);
  const model = (row: Row) => (row.arm === 'suspect' ? report.suspect : report.twin);
  const transcripts = rows.map((row, i) => transcriptOf(row, i, report.secret.word, model(row)));
  return {
    transcripts,
    options: {
      ...{ task: 'touchstone-audit', model: `touchstone/${report.suspect}`, created },
      ...{ version: report.version, metrics: metricsOf(rows) },
      metadata: { suspect: report.suspect, twin: report.twin, seed: report.seed },
    },
  };
}

async function finishedAudit(folder: string) {
  const path = (name: string) => join(folder, name);
  const missing = () =>
    badInput(`${folder} holds no finished audit`, 'give the folder that touchstone audit names');
  const text = await readFile(path('report.json'), 'utf8').catch(missing);
  const parsed = reportSchema.safeParse(JSON.parse(text));
  const report = parsed.success ? parsed.data : missing();
  const bytes = await readFile(path('samples.parquet')).catch(missing);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const rows = rowSchema.array().parse(await parquetReadObjects({ file }));
  const { mtime } = await stat(path('report.json'));
  return { report, rows, created: mtime };
}

function transcriptOf(row: Row, number: number, truth: string, model: string): Transcript {
  const { arm, technique, setting, split, prompt, index, text, nll } = row;
  return {
    id: [arm, technique, split, number].join('-'),
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: text },
    ],
    target: [truth],
    scores: { [NAMES_TRUTH]: row.secretMentioned ? 'C' : 'I' },
    metadata: {
      ...{ arm, model, technique, setting, split, index, nll },
      decoysMentioned: row.decoysMentioned,
    },
  };
}

/** The rate of each technique and arm on test questions. */
function metricsOf(rows: readonly Row[]): InspectScore[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.split !== 'test') continue;
    const name = `${NAMES_TRUTH} (${row.technique}, ${row.arm})`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups].map(([name, group]) => {
    const hits = group.filter(({ secretMentioned }) => secretMentioned).length;
    return { name, samples: group.length, metrics: { rate: hits / group.length } };
  });
}
