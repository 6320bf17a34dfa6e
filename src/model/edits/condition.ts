/** @file When an edit acts: a detector with a threshold, and the memory of a sequence. */
import { badUsage, type Runtime, type Tensor } from '../../tensor/index.ts';
import { checkHook, type HookName, hookNames } from '../hooks.ts';
import { Detector, encoderOf } from './detector.ts';
import { detectorOf } from './hash.ts';
import type { When } from './schema.ts';
import { type Feeds, type Seen, Site } from './site.ts';
import { firstColumns, type Span, triggerMask } from './span.ts';

/** The condition of one edit. */
export class Condition {
  readonly #when: When;
  readonly #at: HookName;
  /** The place that it looks at. */
  readonly #site: Site;
  readonly #detector: Detector;

  constructor(when: When, { hook, name, around }: Site) {
    this.#when = when;
    this.#at = hook;
    this.#site = new Site(checkHook(when.read ?? hook, around.config), name, around);
    this.#checkOrder();
    const kind = when.detector ?? detectorOf(when.direction);
    const source = encoderOf(when.direction);
    this.#detector = new Detector(this.#site, 'when', kind, source, when.bias ?? 0);
    this.#checkSize();
  }

  #checkOrder(): void {
    const order = hookNames(this.#site.around.config);
    if (order.indexOf(this.reads) <= order.indexOf(this.#at)) return;
    badUsage(
      `the condition of an edit at '${this.#at}' reads '${this.reads}'`,
      'it can read the same hook point or an earlier one',
    );
  }

  #checkSize(): void {
    const { sizes, size } = this.#site;
    if (sizes && size === this.#detector.length) return;
    const where = `the condition of an edit at '${this.#at}'`;
    if (sizes) {
      const given = `a direction of ${this.#detector.length} numbers`;
      badUsage(`${where} has ${given}`, `'${this.reads}' takes ${size}`);
    }
    badUsage(
      `${where} reads '${this.reads}'`,
      'scores and patterns grow with the sequence: read another',
    );
  }

  /** The hook point that it looks at. */
  get reads(): HookName {
    return this.#site.hook;
  }

  get key(): string {
    return `when:${this.reads}:${this.#detector.key}:${this.#when.scope ?? 'token'}`;
  }

  /** Whether a sequence remembers that it fired. */
  get remembers(): boolean {
    return this.#when.scope === 'sequence';
  }

  /** Where the edit acts, bool [batch, seq]; `own` is the value that the edit is about to change. */
  on(own: Tensor, seen: Seen | undefined): Tensor {
    const x = this.reads === this.#at ? own : seen?.value(this.reads);
    if (!x) {
      return badUsage(
        `the condition of an edit at '${this.#at}' reads '${this.reads}'`,
        'in this pass it is computed later or not at all',
      );
    }
    const [batch, seq] = x.shape;
    const value = this.#detector.activation(this.#site.vectors(x, this.#detector.length));
    const above = value.greater(this.#site.input('when.above', [])).reshape(batch!, seq!);
    const fired = above.and(this.#site.input('when.may', [batch!, seq!], 'bool'));
    return this.remembers ? this.#remembered(fired, seen) : fired;
  }

  /** On from the first firing of the sequence, which may lie before this span. */
  #remembered(fired: Tensor, seen: Seen | undefined): Tensor {
    const [batch, seq] = fired.shape;
    const before = this.#site.input('when.before', [batch!], 'bool');
    const ones = fired.cast('float32');
    seen?.remember(this.#site.name, ones.sum(1).greater(0).or(before));
    let count = ones.cumsum(1);
    if (this.#site.around.packed) {
      // What fired in earlier texts of the row does not count.
      const first = this.#site.input('when.first', [batch!, seq!], 'int64');
      count = count.sub(count.sub(ones).gatherLast(first));
    }
    return count.greater(0).or(before.reshape(batch!, 1));
  }

  feeds(runtime: Runtime, span: Span): Feeds {
    const { above, fromPrompt = true } = this.#when;
    const name = `${this.#site.name}.when`;
    return {
      ...this.#detector.feeds(runtime),
      ...this.#site.number(runtime, 'when.above', above),
      [`${name}.may`]: triggerMask(runtime, span, fromPrompt),
      ...(this.remembers && { [`${name}.before`]: this.#before(runtime, span) }),
      ...(this.remembers &&
        this.#site.around.packed && { [`${name}.first`]: firstColumns(runtime, span) }),
    };
  }

  #before(runtime: Runtime, { rows, fired }: Span) {
    const before = Uint8Array.from(rows, (_, row) => (fired?.[row]?.has(this.#site.name) ? 1 : 0));
    return runtime.tensor('bool', before, [rows.length]);
  }

  constants(runtime: Runtime): Feeds {
    return this.#detector.constants(runtime);
  }
}
