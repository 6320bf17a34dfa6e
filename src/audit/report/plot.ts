/** @file Drawing with Observable Plot outside a browser. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml, Markup } from './markup.ts';

/** Colours are the page's own, so that one drawing serves light, dark and print. */
export const COLOR = {
  suspect: 'var(--suspect)',
  twin: 'var(--twin)',
  decoys: 'var(--decoys)',
  rival: 'var(--rival)',
  coherence: 'var(--coherence)',
  ink: 'var(--ink)',
  faint: 'var(--line)',
} as const;

/** An SVG drawing with a text for readers who cannot see it. */
export function draw(description: string, options: Plot.PlotOptions): Markup {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  // A fixed class name: Plot makes up its own from a counter, and equal results must give equal bytes.
  const svg = Plot.plot({ ...options, document, className: 'plot' });
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  // The page's own style sheet says what this one would, for all drawings at once.
  svg.querySelector('style')?.remove();
  // Written here and not set on the element, since linkedom leaves & in attributes as it is.
  const label = `<svg role="img" aria-label="${escapeHtml(description)}" `;
  return new Markup(String(svg.outerHTML).replace(/^<svg /, () => label));
}
