/** @file An audit's result as text for a terminal and as a page. */
export { renderHtml } from './html.ts';
export { renderTerminal, type TerminalOptions } from './terminal.ts';
