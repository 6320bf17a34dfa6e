/** @file Giving memory of large arrays back at once: the garbage collector lets some hundreds of megabytes lie. */

/** The part of the channel messaging interface that is used (https://html.spec.whatwg.org/#message-channels). */
interface Port {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

declare const MessageChannel: new () => { readonly port1: Port };

/**
 * Frees the memory behind arrays, which are empty afterwards, as are all others over the same memory. Memory that
 * is shared or WebAssembly's stays.
 */
export function freeArrays(arrays: Iterable<Float32Array>): void {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of arrays) if (buffer instanceof ArrayBuffer) buffers.add(buffer);
  // What is handed to a closed port reaches nobody, and nobody keeps it.
  const { port1: nowhere } = new MessageChannel();
  nowhere.close();
  nowhere.postMessage(null, [...buffers]);
}
