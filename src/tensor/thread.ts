/** @file The port to threads: what starts them is handed in, as ONNX Runtime is. */

/** A thread beside this one. Messages are copied as `structuredClone` does; shared memory stays shared. */
export interface Thread {
  post(message: unknown): void;
  /** Gets every message from the thread, in order. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the thread has ended, whatever ended it. */
  onEnd(listener: (reason: Error) => void): void;
  /** Whether the program stays alive for the thread's sake. */
  hold(held: boolean): void;
}

/** Starts a thread that serves the one that started it. */
export type ThreadStarter = () => Thread;

/** The thread that started this one, as this one sees it. */
export interface Employer {
  post(message: unknown): void;
  /** Gets every message from the employer, in order. */
  onMessage(listener: (message: unknown) => void): void;
  /** Work begins; until it is left, the program waits for a rest before it ends. */
  enter(): void;
  /** Within work, at a moment when the thread may be stopped. */
  rest(): void;
  leave(): void;
  /** Takes no more messages: the thread ends with the work in hand. */
  close(): void;
}
