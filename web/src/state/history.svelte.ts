/** @file A value with its past: every settled change can be taken back. */

export class History<Value> {
  #steps = $state.raw<readonly Value[]>([]);
  #at = $state(0);

  constructor(first: Value) {
    this.#steps = [first];
  }

  get now(): Value {
    return this.#steps[this.#at]!;
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#steps.length - 1;
  }

  /** Settles a change; what was taken back before is gone. */
  push(value: Value): void {
    if (JSON.stringify(value) === JSON.stringify(this.now)) return;
    this.#steps = [...this.#steps.slice(0, this.#at + 1), value];
    this.#at++;
  }

  /** Changes the last step itself: one move of a slider is one step. */
  replace(value: Value): void {
    this.#steps = [...this.#steps.slice(0, this.#at), value];
  }

  undo(): void {
    if (this.canUndo) this.#at--;
  }

  redo(): void {
    if (this.canRedo) this.#at++;
  }
}
