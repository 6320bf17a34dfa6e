/** @file Light or dark: as the system has it, unless the user says otherwise. */

const KEY = 'touchstone-theme';
export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return THEMES.find((one) => one === kept) ?? 'system';
}

export function setTheme(value: Theme): void {
  localStorage.setItem(KEY, value);
  show(value);
}

function show(value: Theme): void {
  if (value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
}

show(theme());
