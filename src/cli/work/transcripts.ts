/** @file The work of `touchstone export`, `import` and `lint`. */
import { z } from 'zod';
import { writeAtomically } from '../../store/atomic.ts';
import {
  auditTranscripts,
  bytesOf,
  encodeTranscripts,
  type Linted,
  lint,
  lintedSchema,
  readInspect,
  readTranscripts,
  writeInspect,
} from '../../store/transcript/index.ts';
import type { ExportOptions, ImportOptions, LintOptions } from '../commands/transcripts.ts';
import { type Context, DONE, FINDING, printJson } from '../context.ts';

/** The published shape of what `export --json` prints. */
export const exportSchema = z.object({
  schema: z.literal('touchstone/export/1'),
  file: z.string(),
  samples: z.number().int().min(0),
});

/** The published shape of what `lint --json` prints. */
export const lintSchema = z.object({
  schema: z.literal('touchstone/lint/1'),
  transcripts: z.array(lintedSchema),
  findings: z.number().int().min(0).describe('of all transcripts'),
});

/** Writes an audit's answers as a log of Inspect. */
export async function exportInspect(
  { run, out, json = false }: ExportOptions,
  context: Context,
): Promise<number> {
  const { transcripts, options } = await auditTranscripts(run);
  await writeAtomically(out, await writeInspect(transcripts, options));
  const samples = transcripts.length;
  if (json) printJson(context, { schema: 'touchstone/export/1', file: out, samples });
  else context.print(`${out}: ${samples} samples\n`);
  return DONE;
}

/** Writes a log's samples as transcripts. */
export async function importInspect(
  { file, out }: ImportOptions,
  context: Context,
): Promise<number> {
  const { task, model, status, transcripts } = await readInspect(await bytesOf(file), file);
  const text = encodeTranscripts(transcripts);
  if (out === undefined) context.print(text);
  else await writeAtomically(out, text);
  context.tell(`${transcripts.length} samples of ${task}, ${model} (${status})`);
  return DONE;
}

/** Prints what is wrong with transcripts. */
export async function lintCommand(
  { file, json = false, failOn = false }: LintOptions,
  context: Context,
): Promise<number> {
  const transcripts = (await readTranscripts(file)).map(lint);
  const findings = transcripts.reduce((sum, one) => sum + one.findings.length, 0);
  if (json) printJson(context, { schema: 'touchstone/lint/1', transcripts, findings });
  else for (const one of transcripts) context.print(lintText(one));
  return failOn && findings > 0 ? FINDING : DONE;
}

function lintText({ id, messages, roots, replies, quotes, findings }: Linted): string {
  return [
    `${id}: ${messages} messages, ${replies.length} replies, ${roots.length} roots; of ${quotes.found + quotes.missing} quotes ${quotes.missing} are of nobody here`,
    ...replies.map(({ message, parent, by }) => `  ${message} answers ${parent} (${by})`),
    ...findings.map(({ kind, message, detail }) => `  ! ${message}: ${kind}: ${detail}`),
    '',
  ].join('\n');
}
