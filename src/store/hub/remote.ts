/**
 * @file The hub over HTTP. Plain fetch rather than a client library: revisions are resolved once, and files
 * then asked for by commit, so that one model is one snapshot.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { badInput, TouchstoneError } from '../../tensor/errors.ts';
import { type Environment, type Repository, spellRepository } from './repository.ts';

/** How a hub is reached. */
export interface Hub {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token?: string | undefined;
  /** Milliseconds before the first repeat; each further one waits twice as long. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
}

const REPEATS = 5;
const REDIRECTS = 8;
export const DEFAULT_ENDPOINT = 'https://huggingface.co';

/** HF_ENDPOINT, or Hugging Face's own. @throws TouchstoneError where it is no URL */
export function endpointOf(env: Environment): string {
  const text = env.HF_ENDPOINT || DEFAULT_ENDPOINT;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    badInput(
      `HF_ENDPOINT is '${text}'`,
      `expected an http or https address, such as ${DEFAULT_ENDPOINT}`,
    );
  return text.replace(/\/+$/, '');
}

/** Whether HF_HUB_OFFLINE forbids the network. */
export function isOffline(env: Environment): boolean {
  return /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? '');
}

/** A file of a repository. */
export interface RemoteFile {
  /** Path in the repository, with forward slashes. */
  readonly path: string;
  readonly size: number;
  /** What its content hashes to, which also names it in the cache: SHA-256, or git's SHA-1 of a blob. */
  readonly digest: { readonly algorithm: 'sha256' | 'git-sha1'; readonly hex: string };
}

const revisionJson = z.looseObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const treeJson = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    size: z.number().int().min(0).default(0),
    oid: z.string().optional(),
    lfs: z.looseObject({ oid: z.string(), size: z.number().int().min(0) }).nullish(),
  }),
);

/** The commit that a revision stands for now. */
export async function resolveRevision(hub: Hub, repository: Repository): Promise<string> {
  const { id, revision } = repository;
  const url = `${hub.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
  return (await askJson(hub, repository, url, revisionJson)).json.sha;
}

/** All files at a commit. */
export async function listFiles(
  hub: Hub,
  repository: Repository,
  commit: string,
): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  let url: string | undefined =
    `${hub.endpoint}/api/models/${repository.id}/tree/${commit}?recursive=true`;
  while (url !== undefined) {
    const page: Page<z.infer<typeof treeJson>> = await askJson(hub, repository, url, treeJson);
    for (const entry of page.json) if (entry.type === 'file') files.push(fileOf(entry, url));
    url = page.next;
  }
  return files;
}

function fileOf(entry: z.infer<typeof treeJson>[number], url: string): RemoteFile {
  const { path, lfs, oid, size } = entry;
  const hex = lfs?.oid ?? oid ?? '';
  const odd = path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (odd || /[\\:\0]/.test(path)) badInput(`${url} lists the file '${path}', which lies nowhere`);
  if (!(lfs ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hex))
    badInput(`${url} gives '${path}' the hash '${hex}'`, 'is HF_ENDPOINT a hub?');
  return {
    path,
    size: lfs?.size ?? size,
    digest: { algorithm: lfs ? 'sha256' : 'git-sha1', hex },
  };
}

/** A checked answer, and where it continues. */
interface Page<T> {
  readonly json: T;
  readonly next: string | undefined;
}

async function askJson<T>(
  hub: Hub,
  repository: Repository,
  url: string,
  shape: z.ZodType<T>,
): Promise<Page<T>> {
  const response = await ask(hub, repository, url);
  const text = await response.text();
  const parsed = shape.safeParse(parseOr(text));
  if (!parsed.success)
    return badInput(
      `${url} answered something else than a hub does: ${text.slice(0, 80).replace(/\s+/g, ' ')}`,
      'check HF_ENDPOINT',
    );
  const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  return { json: parsed.data, next: link === undefined ? undefined : sameHost(link, url) };
}

/** The next page, which must be the same hub's: it gets the token. */
function sameHost(link: string, url: string): string {
  const next = new URL(link, url);
  if (next.origin !== new URL(url).origin)
    badInput(`${url} continues on another host, ${next.origin}`);
  return next.href;
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks for a file's bytes from `start` on. Status 206 gives them, 200 the whole file, 416 says that there are none. */
export function askFile(
  hub: Hub,
  repository: Repository,
  commit: string,
  path: string,
  start: number,
): Promise<Response> {
  const place = path.split('/').map(encodeURIComponent).join('/');
  const url = `${hub.endpoint}/${repository.id}/resolve/${commit}/${place}`;
  return ask(hub, repository, url, start > 0 ? { range: `bytes=${start}-` } : {});
}

/** A successful answer, or one of status 416; asks again where the network or the server falters. */
async function ask(
  hub: Hub,
  repository: Repository,
  url: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  for (let repeat = 0; ; repeat++) {
    const answer = await follow(hub, url, headers).catch((error: unknown) => error as Error);
    hub.signal?.throwIfAborted();
    if (answer instanceof Response && (answer.ok || answer.status === 416)) return answer;
    const passing = !(answer instanceof Response) || answer.status >= 500 || answer.status === 429;
    if (answer instanceof TouchstoneError) throw answer;
    if (!passing || repeat === REPEATS) throw refusal(hub, repository, url, answer);
    await wait(hub.patience * 2 ** repeat, undefined, { signal: hub.signal });
  }
}

/** Follows redirects. The token goes to the endpoint alone, never to where it points. */
async function follow(hub: Hub, url: string, headers: Record<string, string>): Promise<Response> {
  let at = new URL(url);
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const ours = at.origin === new URL(hub.endpoint).origin;
    const authorization = ours && hub.token ? { authorization: `Bearer ${hub.token}` } : {};
    const response = await fetch(at, {
      // Compressed answers would count other bytes than ranges do.
      headers: {
        'user-agent': 'touchstone',
        'accept-encoding': 'identity',
        ...headers,
        ...authorization,
      },
      redirect: 'manual',
      signal: hub.signal ?? null,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    at = new URL(location, at);
  }
  return badInput(`${url} redirects more than ${REDIRECTS} times`);
}

function refusal(
  { endpoint, token }: Hub,
  repository: Repository,
  url: string,
  answer: Response | Error,
): TouchstoneError {
  const name = spellRepository(repository);
  if (!(answer instanceof Response)) {
    const cause = (answer.cause as Error | undefined)?.message ?? answer.message;
    return new TouchstoneError('failed', `cannot reach ${new URL(url).origin}: ${cause}`, {
      hint: 'what was fetched is kept: run the same command again to go on',
      cause: answer,
    });
  }
  const code = answer.headers.get('x-error-code');
  const said = `${answer.status}${code ? ` ${code}` : ''}`;
  const page = `${endpoint}/${repository.id}`;
  if (code === 'RevisionNotFound')
    return input(`${page} has no revision '${repository.revision}' (${said})`, `see ${page}/refs`);
  if (answer.status === 401 || answer.status === 403) {
    const remedy = token
      ? `ask for access on ${page} with the account that the token belongs to`
      : `ask for access on ${page}, then set HF_TOKEN to a token of that account`;
    return input(`${name} is gated, private, or not there (${said})`, remedy);
  }
  if (answer.status === 404)
    return input(`${url} is not there (${said})`, `is '${name}' spelled right?`);
  return new TouchstoneError('failed', `${url} answered ${said}`, { hint: 'try again later' });
}

function input(message: string, hint: string): TouchstoneError {
  return new TouchstoneError('input', message, { hint });
}
