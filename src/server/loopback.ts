/** @file A line within one process: for tests, and for programs that serve a model of their own. */
import type { Command, HostLine, Report, ServerLine } from './line.ts';

/** Both ends of a line. Messages arrive in their order, each in a turn of its own. */
export function loopback(): { readonly server: ServerLine; readonly host: HostLine } {
  const toHost = new Way<Command>();
  const toServer = new Way<Report>();
  const ends: ((reason: string) => void)[] = [];
  const server: ServerLine = {
    post: (command) => toHost.post(command),
    onReport: (listener) => toServer.listen(listener),
    onEnd: (listener) => void ends.push(listener),
    close: async () => {
      toHost.cut();
      toServer.cut();
      for (const listener of ends.splice(0)) listener('closed');
    },
  };
  const host: HostLine = {
    post: (report) => toServer.post(report),
    onCommand: (listener) => toHost.listen(listener),
  };
  return { server, host };
}

/** One direction. What comes before somebody listens waits. */
class Way<Item> {
  #waiting: Item[] = [];
  #listener: ((item: Item) => void) | undefined;
  #cut = false;

  post(item: Item): void {
    this.#waiting.push(structuredClone(item));
    setImmediate(() => this.#deliver());
  }

  listen(listener: (item: Item) => void): void {
    this.#listener = listener;
    setImmediate(() => this.#deliver());
  }

  cut(): void {
    this.#cut = true;
  }

  #deliver(): void {
    while (this.#listener && !this.#cut && this.#waiting.length > 0) {
      this.#listener(this.#waiting.shift()!);
    }
  }
}
