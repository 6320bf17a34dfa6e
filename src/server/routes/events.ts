/** @file Server-sent events. */

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-store',
  'x-accel-buffering': 'no',
};

/** A response that tells each text as an event. `onLeave` is called when the client has gone before the end. */
export function eventStream(events: AsyncGenerator<string>, onLeave: () => void): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`data: ${value}\n\n`));
    },
    cancel: () => onLeave(),
  });
  return new Response(body, { headers: HEADERS });
}
