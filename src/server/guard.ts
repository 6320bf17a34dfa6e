/** @file Who may come in: this machine's own programs, with the token. Browsers' pages may not. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';

/** What a guard checks. */
export interface GuardOptions {
  readonly token: string;
  /** The port that is listened on. */
  readonly port: () => number;
  /** Paths that want no token. */
  readonly open: readonly string[];
}

/**
 * Refuses requests for another host, so that no name of a stranger's that resolves to this machine leads here (DNS
 * rebinding), those that a page of another origin makes, and those without the token.
 */
export function guard({ token, port, open }: GuardOptions): MiddlewareHandler {
  const expected = digest(token);
  return async (context, next) => {
    const header = (name: string) => context.req.header(name);
    checkHost(header('host'), port());
    checkOrigin(header('origin'), header('sec-fetch-site'));
    if (!open.includes(context.req.path)) checkToken(header('authorization'), expected);
    await next();
  };
}

function checkHost(host: string | undefined, port: number): void {
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  if (host !== undefined && own.includes(host.toLowerCase())) return;
  throw new Problem(403, 'the Host header names another server', { code: 'foreign_host' });
}

/** Only browsers send an origin, and no page is served here. */
function checkOrigin(origin: string | undefined, site: string | undefined): void {
  if (origin === undefined && (site === undefined || site === 'none')) return;
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
