/** @file The work of `touchstone capture`: writes shards, and the manifest once all are there. */
import {
  CAPTURE,
  type Capture,
  CONTEXTS,
  captureSchema,
  captureShards,
  encodeContexts,
  fileRecord,
  type HookColumn,
  harvest,
  hookColumns,
  type RowSet,
  type ShardRecord,
  shardSchema,
} from '../../dictionary/index.ts';
import { join, removeHalfWritten, writeAtomic } from '../../model/index.ts';
import { openRun, type Run, type RunSpec } from '../../store/index.ts';
import type { CaptureOptions } from '../commands/capture.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { version } from '../version.ts';
import { type Prepared, prepare, preparedSettings } from './harvest.ts';
import { openNamed, runtimeVersion } from './models.ts';

/** Captures, or goes on, and says what is there. */
export async function captureCommand(options: CaptureOptions, context: Context): Promise<number> {
  const model = await openNamed(options.model);
  try {
    const hooks = hookColumns(options.read, model.config);
    const prepared = await prepare(model, options.model, options, context);
    const capture = await inFolder(prepared, hooks, options, context);
    if (options.json) printJson(context, capture);
    else context.print(textOf(capture, options.out));
    return DONE;
  } finally {
    await model.release();
  }
}

async function inFolder(
  prepared: Prepared,
  hooks: readonly HookColumn[],
  options: CaptureOptions,
  context: Context,
): Promise<Capture> {
  const run = await openRun(options.out, specOf(prepared, hooks, options));
  try {
    await removeHalfWritten(options.out);
    if (run.resumed > 0)
      context.tell(`going on with ${options.out}: ${run.resumed} shards are done`);
    const capture = await written(run, prepared, hooks, options, context);
    await run.finish({ [CAPTURE]: `${JSON.stringify(capture, null, 2)}\n` });
    return capture;
  } finally {
    await run.close();
  }
}

function specOf(
  prepared: Prepared,
  hooks: readonly HookColumn[],
  { model, dtype, shard, seed }: CaptureOptions,
): RunSpec {
  const read = hooks.map(({ name }) => name);
  return {
    kind: 'capture',
    settings: { model, read, dtype, shard, ...preparedSettings(prepared) },
    seeds: { shuffle: seed },
    versions: versions(),
    hashes: { model: prepared.modelSha256, texts: prepared.texts.sha256 },
  };
}

function versions() {
  return { touchstone: version(), onnxruntime: runtimeVersion() };
}

async function written(
  run: Run,
  prepared: Prepared,
  hooks: readonly HookColumn[],
  options: CaptureOptions,
  context: Context,
): Promise<Capture> {
  const { contexts, mask, buffer } = prepared;
  const content = encodeContexts(contexts);
  await writeAtomic(join(options.out, CONTEXTS), content);
  const progress = progressOf(context);
  const set = harvest(prepared.model, {
    hooks,
    contexts,
    mask,
    buffer,
    seed: options.seed,
    onRows: progress.read,
  });
  progress.begin(set.rows);
  const shards = await captureShards(set, {
    folder: options.out,
    type: options.dtype,
    shardRows: options.shard,
    log: logIn(run),
    onShard: progress.written,
  });
  progress.end();
  const contextsFile = fileRecord(CONTEXTS, content);
  return manifestOf({ prepared, hooks, options, set, shards, contextsFile });
}

/** The run's journal as the log of shards. */
function logIn(run: Run) {
  return {
    recall: (file: string) => {
      const found = run.recall(file);
      return found === undefined ? undefined : shardSchema.parse(found);
    },
    record: (shard: ShardRecord) => run.record(shard.file, shard),
  };
}

/** Rows that were read count, until a shard says how many are written. */
function progressOf({ report, safePoint }: Context) {
  let [total, done] = [0, 0];
  const tell = () =>
    report({ task: 'capturing activations', done: Math.min(done, total - 1), total, unit: 'rows' });
  return {
    begin: (rows: number) => {
      total = rows;
    },
    read: async (rows: number) => {
      done += rows;
      tell();
      await safePoint();
    },
    written: async (rows: number) => {
      done = Math.max(done, rows);
      tell();
      await safePoint();
    },
    end: () => report({ task: 'capturing activations', done: total, total, unit: 'rows' }),
  };
}

interface Captured {
  readonly prepared: Prepared;
  readonly hooks: readonly HookColumn[];
  readonly options: CaptureOptions;
  readonly set: RowSet;
  readonly shards: readonly ShardRecord[];
  readonly contextsFile: ReturnType<typeof fileRecord>;
}

async function manifestOf(captured: Captured): Promise<Capture> {
  const { prepared, hooks, options, set, shards, contextsFile } = captured;
  const { model, name, modelSha256, texts, contexts, longest, packed, prefix, mask } = prepared;
  const read = contexts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return captureSchema.parse({
    schema: 'touchstone/capture/1',
    model: {
      name,
      family: model.config.model_type,
      sha256: modelSha256,
      tokenizer: (await model.tokenizer?.hash()) ?? null,
    },
    hooks: hooks.map(({ name: hook, shape, width }) => ({ name: hook, shape, width })),
    dtype: options.dtype,
    texts: {
      files: texts.files,
      documents: texts.documents.length,
      tokens: texts.tokens,
      sha256: texts.sha256,
    },
    contexts: { ...contextsFile, count: contexts.length, longest, packed, prefix },
    mask: { rule: mask.rule, ids: mask.ids, masked: read - set.rows },
    shuffle: { buffer: options.buffer, seed: options.seed },
    rows: set.rows,
    shards,
    versions: versions(),
  });
}

function textOf(capture: Capture, out: string): string {
  const { rows, hooks, dtype, texts, contexts, mask, shards } = capture;
  const n = (value: number) => value.toLocaleString('en-US');
  const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  return `${[
    `${n(rows)} rows in ${n(shards.length)} shards, ${n(Math.ceil(bytes / 2 ** 20))} MiB: ${out}`,
    ...hooks.map(({ name, width }) => `  ${name}: ${width} values, ${dtype}`),
    `from ${n(texts.documents)} documents in ${n(contexts.count)} contexts of up to ${contexts.longest} tokens`,
    `mask '${mask.rule}': ${n(mask.masked)} tokens gave no row`,
  ].join('\n')}\n`;
}
