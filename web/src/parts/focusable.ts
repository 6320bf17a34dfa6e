/** @file Makes what scrolls reachable by keys, so that arrows scroll it. */

export function focusable(element: HTMLElement): void {
  element.tabIndex = 0;
}
