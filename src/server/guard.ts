/** @file Who may come in: this machine's own programs, with the token. Browsers' pages may not, but for the server's own. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';

/** What a guard checks. */
export interface GuardOptions {
  readonly token: string;
  /** The port that is listened on. */
  readonly port: () => number;
  /** Whether a path wants no token. */
  readonly open: (path: string) => boolean;
  /** Whether a path is a page of the server's own: then it may be opened from anywhere, and may ask. */
  readonly page?: ((path: string) => boolean) | undefined;
}

/**
 * Refuses requests for another host, so that no name of a stranger's that resolves to this machine leads here (DNS
 * rebinding), those that a page of another origin makes, and those without the token.
 */
export function guard({ token, port, open, page }: GuardOptions): MiddlewareHandler {
  const expected = digest(token);
  return async (context, next) => {
    const header = (name: string) => context.req.header(name);
    const { path } = context.req;
    checkHost(header('host'), port());
    const visit =
      header('sec-fetch-mode') === 'navigate' && header('sec-fetch-dest') === 'document';
    if (!(visit && page?.(path))) {
      const own = page ? `http://${header('host')}`.toLowerCase() : undefined;
      checkOrigin(header('origin'), header('sec-fetch-site'), own);
    }
    if (!open(path)) checkToken(header('authorization'), expected);
    await next();
  };
}

function checkHost(host: string | undefined, port: number): void {
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  if (host !== undefined && own.includes(host.toLowerCase())) return;
  throw new Problem(403, 'the Host header names another server', { code: 'foreign_host' });
}

/** Only browsers send an origin. @param own the server's, where it has a page */
function checkOrigin(origin: string | undefined, site: string | undefined, own?: string): void {
  const fromOwn = own !== undefined && site === 'same-origin' && (origin ?? own) === own;
  if (fromOwn || (origin === undefined && (site === undefined || site === 'none'))) return;
  throw new Problem(403, 'requests of web pages are not answered', { code: 'foreign_origin' });
}

function checkToken(authorization: string | undefined, expected: Buffer): void {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
  throw new Problem(401, 'the token is missing or wrong: send it as Authorization: Bearer TOKEN', {
    code: 'invalid_api_key',
  });
}

/** Of equal length for every token, so that comparing takes equally long. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
