/** @file The files of the studio's page, and the policy under which a browser runs them. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing but the page's own files, and no connection but to this server. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Files of the page by their path, which want no token: there is nothing in them that is not in the package. */
const FILE = /^\/(?:|assets\/[\w.-]+|icon\.svg)$/;

/** Whether a path is a file of the page. */
export function isPage(path: string): boolean {
  return FILE.test(path);
}

/** Serves the files of a folder. */
export function addPage(app: Hono, folder: string): void {
  const give = (path: string) => (context: Context) => fileOf(context, join(folder, path));
  app.get('/', give('index.html'));
  app.get('/icon.svg', give('icon.svg'));
  app.get('/assets/:name{[\\w.-]+}', (context) =>
    fileOf(context, join(folder, 'assets', context.req.param('name'))),
  );
}

async function fileOf(context: Context, path: string): Promise<Response> {
  const bytes = await readFile(path).catch(() => undefined);
  const type = TYPES[extname(path)];
  if (!bytes || !type) return context.notFound();
  // A file's name has a hash of what is in it, but for the page itself.
  const cache = path.includes('assets') ? 'public, max-age=31536000, immutable' : 'no-cache';
  return new Response(new Uint8Array(bytes), {
    headers: { ...HEADERS, 'content-type': type, 'cache-control': cache },
  });
}
