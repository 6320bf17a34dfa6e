/** @file The JSON of a request, read no further than it may be long. */
import type { Context } from 'hono';
import { badRequest, Problem } from './problem.ts';

/** @throws Problem where the body is too large, no JSON, or of another type: a form of a web page is none */
export async function jsonOf(context: Context, mostBytes: number): Promise<unknown> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new Problem(415, 'expected a body of content-type application/json');
  const text = await textOf(context.req.raw, mostBytes);
  try {
    return JSON.parse(text);
  } catch {
    return badRequest('the body is not JSON');
  }
}

async function textOf(request: Request, mostBytes: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) tooLarge(mostBytes);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    // What comes in pieces does not say how long it is.
    if (size > mostBytes) tooLarge(mostBytes);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function tooLarge(bytes: number): never {
  throw new Problem(413, `the body is larger than ${bytes} bytes`, { code: 'body_too_large' });
}
