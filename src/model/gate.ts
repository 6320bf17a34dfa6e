/**
 * @file Where a thread may be stopped. A process that ends while one of its threads is inside ONNX Runtime
 * aborts, so it lets each come to a rest first.
 */

/** Places of the shared state: whether the thread is to stop, and whether it is at work. */
const [STOP, WORKING] = [0, 1];
/** How long an ending process waits for its threads: compiling a program is the longest that one works without rest. */
const PATIENCE_MS = 5000;

/** The thread's side. It counts as working until it first leaves: it is loading. */
export class Gate {
  readonly #state: Int32Array;
  #depth = 1;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  enter(): void {
    this.#depth++;
    this.#set(1);
    this.rest();
  }

  /** Stays here for good if the process is ending. */
  rest(): void {
    if (Atomics.load(this.#state, STOP) === 0) return;
    this.#set(0);
    Atomics.wait(this.#state, STOP, 1);
  }

  leave(): void {
    if (--this.#depth === 0) this.#set(0);
  }

  #set(working: 0 | 1): void {
    Atomics.store(this.#state, WORKING, working);
    if (working === 0) Atomics.notify(this.#state, WORKING);
  }
}

/** The state of a thread that is being started. */
export function newState(): Int32Array {
  const state = new Int32Array(new SharedArrayBuffer(8));
  state[WORKING] = 1;
  return state;
}

/** Lets threads come to a rest and stay there. */
export function stopAll(states: Iterable<Int32Array>): void {
  const deadline = Date.now() + PATIENCE_MS;
  const all = [...states];
  for (const state of all) Atomics.store(state, STOP, 1);
  for (const state of all) Atomics.wait(state, WORKING, 1, Math.max(0, deadline - Date.now()));
}
