/** @file Amounts of bytes in words. */

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** '512 bytes', '1.34 GB': powers of 1000. */
export function bytes(amount: number): string {
  const power = amount < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(amount) / 3));
  const scaled = amount / 1000 ** power;
  return `${power === 0 ? scaled : scaled.toPrecision(3)} ${UNITS[power]}`;
}
