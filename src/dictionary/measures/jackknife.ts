/** @file The jackknife: how far a figure moves where one cluster at a time is left out. */

/** (k - 1) / k times the sum of squares about the mean of k values, each with one cluster left out. */
export function jackknifeVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.length > 0 ? ((values.length - 1) / values.length) * squares : 0;
}
