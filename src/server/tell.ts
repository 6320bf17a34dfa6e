/** @file A problem as the answer to a request. */
import type { Context } from 'hono';
import { errorBody, Problem } from './problem.ts';

/** Answers with a problem, in OpenAI's form. */
export function tell(context: Context, problem: Problem): Response {
  const { retryAfterSeconds: after } = problem.fields;
  const headers = {
    ...(after !== undefined && { 'retry-after': String(after) }),
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
  };
  return context.newResponse(JSON.stringify(errorBody(problem)), problem.status as 400, {
    'content-type': 'application/json',
    ...headers,
  });
}

/** No such route. */
export function tellUnknown(context: Context): Response {
  const message = `no ${context.req.method} of this path; /openapi.json lists what there is`;
  return tell(context, new Problem(404, message, { code: 'not_found' }));
}
