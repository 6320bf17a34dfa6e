/** @file The desks of a server by the names of their models: one a model that is open. */
import { show } from '../model/index.ts';
import { Desk, type DeskLimits, type ServedModel } from './desk.ts';
import { Problem } from './problem.ts';

export class Desks {
  readonly #limits: DeskLimits;
  readonly #desks = new Map<string, Desk>();

  constructor(limits: DeskLimits, models: readonly ServedModel[] = []) {
    this.#limits = limits;
    for (const model of models) this.add(model);
  }

  get all(): readonly Desk[] {
    return [...this.#desks.values()];
  }

  /** A new desk; its model is not opened yet. */
  add(model: ServedModel): Desk {
    const desk = new Desk(model, this.#limits);
    this.#desks.set(model.name, desk);
    return desk;
  }

  /** Opens a model, if none is open under its name; one that cannot be opened leaves nothing. @throws Problem saying why */
  async open(model: ServedModel): Promise<void> {
    if (this.find(model.name)) return;
    const desk = this.add(model);
    try {
      await desk.open();
    } catch (error) {
      await this.remove(model.name);
      throw error;
    }
  }

  find(name: string): Desk | undefined {
    return this.#desks.get(name);
  }

  /** @throws Problem where no model of that name is open */
  named(name: string): Desk {
    const desk = this.find(name);
    if (desk) return desk;
    throw new Problem(
      404,
      `no model ${show(name)} is served here; GET /v1/models lists those that are`,
      { param: 'model', code: 'model_not_found' },
    );
  }

  /** Ends a model's process and forgets it. */
  async remove(name: string): Promise<void> {
    const desk = this.named(name);
    this.#desks.delete(name);
    await desk.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((desk) => desk.close()));
  }
}
