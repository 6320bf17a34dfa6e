/** @file A scale of colours that reads the same for all eyes: dark blue over grey to yellow, even in lightness. */

/** After Cividis (Nunez, Anderton, Renslow 2018), at five points. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [0, 34, 78],
  [65, 77, 107],
  [124, 123, 120],
  [188, 175, 111],
  [254, 232, 56],
];

/** A share from 0 to 1 as [red, green, blue]. */
export function shade(share: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(place));
  const rest = place - low;
  const mix = (i: 0 | 1 | 2) => Math.round(STOPS[low]![i] * (1 - rest) + STOPS[low + 1]![i] * rest);
  return [mix(0), mix(1), mix(2)];
}

export function css([red, green, blue]: readonly [number, number, number]): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Black or white, whichever is read better on the shade of a share. */
export function inkOn(share: number): string {
  return share > 0.5 ? '#000' : '#fff';
}
