/** @file How far one curve lies above another: the area between them, by the width of the range that both have. */

/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The value at x by lines between the neighbouring points; undefined outside of them. */
export function valueAt(points: readonly Point[], x: number): number | undefined {
  const sorted = points.toSorted((a, b) => a.x - b.x);
  for (const [i, right] of sorted.entries()) {
    const left = sorted[i - 1];
    if (right.x === x) return right.y;
    if (left && left.x <= x && x < right.x) {
      return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
    }
  }
  return undefined;
}

/**
 * The integral of a - b over the range of x that both curves have, divided by its width: the mean height of a above
 * b. Exact for curves of straight pieces. Undefined where they have no common range.
 */
export function areaBetween(a: readonly Point[], b: readonly Point[]): number | undefined {
  const low = Math.max(...[a, b].map((points) => Math.min(...points.map(({ x }) => x))));
  const high = Math.min(...[a, b].map((points) => Math.max(...points.map(({ x }) => x))));
  if (!(low < high)) return undefined;
  const inside = [...a, ...b].map(({ x }) => x).filter((x) => x > low && x < high);
  const places = [...new Set([low, ...inside, high])].sort((p, q) => p - q);
  const heights = places.map((x) => valueAt(a, x)! - valueAt(b, x)!);
  let area = 0;
  for (let i = 1; i < places.length; i++) {
    area += ((heights[i]! + heights[i - 1]!) / 2) * (places[i]! - places[i - 1]!);
  }
  return area / (high - low);
}
