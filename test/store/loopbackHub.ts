/** @file A hub on loopback that serves folders in memory as huggingface.co does, with its CDN on another port. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Files = Readonly<Record<string, Buffer>>;

/** One repository. */
export interface Hosted {
  /** Files by commit. */
  readonly commits: Readonly<Record<string, Files>>;
  /** Commits by branch or tag. */
  readonly refs: Readonly<Record<string, string>>;
  /** The token without which nothing is served. */
  readonly gated?: string;
  /** Sent instead of a file's content, to damage it. */
  readonly damaged?: Files;
  /** Paths listed besides the files. */
  readonly listed?: readonly string[];
}

/** A request that was answered. */
export interface Seen {
  readonly host: 'hub' | 'cdn';
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface LoopbackHub {
  readonly endpoint: string;
  readonly seen: Seen[];
  /** After how many bytes the next answers of the CDN are cut, one each. */
  cuts: number[];
  /** How many of the next requests get status 503. */
  stumble: number;
  /** Milliseconds that the CDN waits after each piece of 64 kB. */
  delay: number;
  close(): Promise<void>;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** What git calls a file: `git hash-object`. */
export const gitHash = (bytes: Buffer) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
/** Weights are in LFS, as on the hub. */
export const isLarge = (path: string) => /\.(safetensors|gguf|bin)$/.test(path);

/** Starts the two servers. */
export async function loopbackHub(repositories: Record<string, Hosted>): Promise<LoopbackHub> {
  const seen: Seen[] = [];
  const state = { cuts: [] as number[], stumble: 0, delay: 0 };
  const note = (host: Seen['host'], { url, headers }: IncomingMessage) =>
    seen.push({ host, path: url!, authorization: headers.authorization, range: headers.range });
  const cdn = await listening(
    createServer((request, response) => {
      note('cdn', request);
      const [, id, commit, path] = /^\/([^?]*)@(\w+)\/([^?]*)/.exec(
        decodeURIComponent(request.url!),
      )!;
      const { commits, damaged } = repositories[id!]!;
      void sendRange(request, response, damaged?.[path!] ?? commits[commit!]![path!]!, state);
    }),
  );
  const hub = await listening(
    createServer((request, response) => {
      note('hub', request);
      if (state.stumble > 0) {
        state.stumble--;
        response.writeHead(503).end();
      } else answer(repositories, request, response, addressOf(cdn));
    }),
  );
  return Object.assign(state, {
    endpoint: addressOf(hub),
    seen,
    close: async () => {
      for (const server of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  });
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(
  repositories: Record<string, Hosted>,
  request: IncomingMessage,
  response: ServerResponse,
  cdn: string,
): void {
  const url = new URL(request.url!, `http://${request.headers.host}`);
  const api = /^\/api\/models\/(.+?)\/(revision|tree)\/([^/]+)$/.exec(url.pathname);
  const file = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
  const id = api?.[1] ?? file?.[1] ?? '';
  const repository = repositories[id];
  const { authorization } = request.headers;
  const revision = decodeURIComponent(api?.[3] ?? file?.[2] ?? '');
  const commit = repository?.refs[revision] ?? revision;
  const files = repository?.commits[commit];
  if (!repository) refuse(response, 401, 'RepoNotFound');
  else if (repository.gated && authorization !== `Bearer ${repository.gated}`)
    refuse(response, 401, 'GatedRepo');
  else if (!files) refuse(response, 404, 'RevisionNotFound');
  else if (api?.[2] === 'revision') sendJson(response, { id, sha: commit, siblings: [] });
  else if (api) sendTree(response, url, repository, files);
  else sendFile(request, response, files, { id, commit, cdn, path: file![3]! });
}

/** Small files come from the hub itself, large ones from where it points. */
function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  files: Files,
  place: { id: string; commit: string; cdn: string; path: string },
): void {
  const { id, commit, cdn } = place;
  const path = decodeURIComponent(place.path);
  const bytes = files[path];
  if (!bytes) {
    refuse(response, 404, 'EntryNotFound');
    return;
  }
  response.setHeader('x-repo-commit', commit);
  if (isLarge(path)) {
    response.setHeader('x-linked-etag', `"${sha256(bytes)}"`);
    response.setHeader('location', `${cdn}/${id}@${commit}/${path}?signature=x`);
    response.writeHead(302).end();
  } else void sendRange(request, response, bytes, { cuts: [], delay: 0 });
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code }).end();
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Two entries a page, with a link to the next. */
function sendTree(response: ServerResponse, url: URL, repository: Hosted, files: Files): void {
  const entries = Object.entries(files).map(([path, bytes]) => ({
    type: 'file',
    path,
    size: bytes.length,
    oid: gitHash(bytes),
    ...(isLarge(path) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } }),
  }));
  for (const path of repository.listed ?? [])
    entries.push({ type: 'file', path, size: 1, oid: gitHash(Buffer.from('x')) });
  const from = Number(url.searchParams.get('cursor') ?? 0);
  if (from + 2 < entries.length) {
    const next = new URL(url);
    next.searchParams.set('cursor', String(from + 2));
    response.setHeader('link', `<${next.href}>; rel="next"`);
  }
  sendJson(response, entries.slice(from, from + 2));
}

async function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  state: { cuts: number[]; delay: number },
): Promise<void> {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start >= bytes.length && start > 0) {
    response.writeHead(416).end();
    return;
  }
  const rest = bytes.subarray(start);
  const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(start > 0 && range),
  });
  response.flushHeaders();
  const cut = state.cuts.shift();
  const sent = rest.subarray(0, cut);
  for (let at = 0; at < sent.length; at += 65536) {
    response.write(sent.subarray(at, at + 65536));
    if (state.delay > 0) await new Promise((resolve) => setTimeout(resolve, state.delay));
  }
  // What was written gets out before the line is cut.
  if (cut !== undefined) setTimeout(() => response.destroy(), 20);
  else response.end();
}
