/** @file The work of `touchstone model add|list|remove`: models of the hub in the cache on this machine. */
import { z } from 'zod';
import {
  type Added,
  addModel,
  cacheFolder,
  endpointOf,
  isOffline,
  listSnapshots,
  parseRepository,
  readToken,
  removeModel,
  type Snapshot,
  spellRepository,
} from '../../store/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { ModelAddOptions, ModelListOptions, ModelRemoveOptions } from '../commands/model.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { bytes } from './bytes.ts';

const filesSchema = z.array(
  z.object({ path: z.string(), bytes: z.number().int().describe('-1: its content is gone') }),
);

/** The published shape of what `model add --json` prints. */
export const modelAddSchema = z.object({
  schema: z.literal('touchstone/model-add/1'),
  id: z.string(),
  revision: z.string().describe('as it was asked for'),
  commit: z.string(),
  path: z.string().describe('the folder to open'),
  files: filesSchema,
  fetchedBytes: z.number().int().describe('what came over the network this time'),
});

/** The published shape of what `model list --json` prints. */
export const modelListSchema = z.object({
  schema: z.literal('touchstone/model-list/1'),
  cache: z.string(),
  models: z.array(
    z.object({
      id: z.string(),
      commit: z.string(),
      revisions: z.array(z.string()).describe('branches and tags that stand for the commit here'),
      path: z.string(),
      bytes: z.number().int(),
      files: filesSchema,
    }),
  ),
});

/** The published shape of what `model remove --json` prints. */
export const modelRemovalSchema = z.object({
  schema: z.literal('touchstone/model-removal/1'),
  id: z.string(),
  commits: z.array(z.string()),
  freedBytes: z.number().int(),
});

/** Milliseconds before a request is repeated the first time. */
const PATIENCE_MS = 500;

/** Fetches a model. */
export async function addToCache(
  { id, gguf, json }: ModelAddOptions,
  context: Context,
): Promise<number> {
  const { env } = process;
  const repository = parseRepository(id);
  const endpoint = endpointOf(env);
  if (isOffline(env))
    badInput(`${spellRepository(repository)} cannot be fetched: HF_HUB_OFFLINE is set`, 'unset it');
  const hub = {
    endpoint,
    token: await readToken(env),
    patience: PATIENCE_MS,
    signal: context.signal,
  };
  const { report } = context;
  const added = await addModel(repository, { hub, cache: cacheFolder(env), gguf, report });
  if (json) printJson(context, { schema: 'touchstone/model-add/1', ...added });
  else context.print(addedText(added));
  return DONE;
}

function addedText({ path, commit, files, fetchedBytes, ...repository }: Added): string {
  const all = bytes(files.reduce((sum, file) => sum + file.bytes, 0));
  const fetched = fetchedBytes === 0 ? 'all were there' : `${bytes(fetchedBytes)} fetched`;
  const name = spellRepository(repository);
  return `${name} at ${commit.slice(0, 12)}: ${files.length} files, ${all} (${fetched})\n${path}\n`;
}

/** Prints what is in the cache. */
export async function listCache({ json }: ModelListOptions, context: Context): Promise<number> {
  const cache = cacheFolder(process.env);
  const models = await listSnapshots(cache);
  if (json) printJson(context, { schema: 'touchstone/model-list/1', cache, models });
  else if (models.length === 0)
    context.print(`no models in ${cache}; fetch one with 'touchstone model add ORG/NAME'\n`);
  else for (const model of models) context.print(`${listLine(model)}\n`);
  return DONE;
}

function listLine({ id, commit, revisions, bytes: size, files }: Snapshot): string {
  const names = revisions.length > 0 ? revisions.join(', ') : 'no branch';
  return `${id} at ${commit.slice(0, 12)} (${names}): ${files.length} files, ${bytes(size)}`;
}

/** Removes a model, or one revision of it. */
export async function removeFromCache(
  { id, json }: ModelRemoveOptions,
  context: Context,
): Promise<number> {
  const repository = parseRepository(id);
  const revision = id.includes('@') ? repository.revision : undefined;
  const cache = cacheFolder(process.env);
  const removed = await removeModel(cache, repository.id, revision);
  if (!removed) return badInput(`'${id}' is not in ${cache}`, "see 'touchstone model list'");
  const { commits, bytes: freedBytes } = removed;
  const report = { schema: 'touchstone/model-removal/1', id: repository.id, commits, freedBytes };
  if (json) printJson(context, report);
  else context.print(`removed ${id}: ${bytes(freedBytes)} freed\n`);
  return DONE;
}
