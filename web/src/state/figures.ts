/** @file Numbers as the page writes them, and what differs between two values. */

interface Share {
  readonly n: number;
  readonly rate: number;
  readonly interval: readonly [number, number];
}

const points = (share: number) => String(Number((100 * share).toPrecision(3)));

/** A rate with its interval and n. */
export function percent({ rate, interval: [low, high], n }: Share): string {
  return `${points(rate)}% [${points(low)}, ${points(high)}], n = ${n}`;
}

/** A rate alone. */
export function rateOf({ rate }: Share): string {
  return `${points(rate)}%`;
}

/** A difference of shares in points, with its interval. */
export function pointsOf(estimate: number, [low, high]: readonly [number, number]): string {
  return `${points(estimate)} [${points(low)}, ${points(high)}]`;
}

export interface Difference {
  readonly at: string;
  readonly a: string;
  readonly b: string;
}

/** Every place at which two plain values differ. */
export function differences(a: unknown, b: unknown, at = ''): Difference[] {
  if (isBranch(a) && isBranch(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names.flatMap((name) =>
      differences(a[name], b[name], at === '' ? name : `${at}.${name}`),
    );
  }
  const [left, right] = [JSON.stringify(a) ?? 'absent', JSON.stringify(b) ?? 'absent'];
  return left === right ? [] : [{ at, a: left, b: right }];
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
