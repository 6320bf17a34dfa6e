/** @file An audit's result as text for a terminal and as a page, and what other reports are made of. */
export { renderHtml } from './html.ts';
export { html, Markup, printable } from './markup.ts';
export { page } from './page.ts';
export { COLOR, draw } from './plot.ts';
export { renderTerminal, type TerminalOptions } from './terminal.ts';
