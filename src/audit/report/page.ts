/** @file A page that needs nothing else: no network, the data inside; no scripts but one of its own that it can do without. */
import { createHash } from 'node:crypto';
import { embeddedJson, html, Markup } from './markup.ts';
import { STYLE } from './style.ts';

/** The page forbids itself everything but its own style sheet, and its own script where it has one. */
function policyOf(script: string | undefined): string {
  const own = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  if (script === undefined) return own;
  return `${own}; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/** What a page shows. */
export interface Page {
  readonly title: string;
  /** A link past the header, for keyboards. */
  readonly skip: Markup;
  readonly top: Markup;
  readonly main: Markup;
  /** What the page was made of, as JSON. */
  readonly data: unknown;
  /** This program's. */
  readonly version: string;
  /** Rules beside those that all pages share. */
  readonly style?: string;
  /** Makes the page handier; all is readable without it. It must not hold the end of a script element. */
  readonly script?: string;
}

/** A self-contained HTML document. */
export function page({ title, skip, top, main, data, version, style = '', script }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policyOf(script))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(STYLE + style)}</style>
</head>
<body>
${skip}
${top}
<main>
${main}
</main>
<footer><p>Written by touchstone ${version}. The data of this page are inside it as JSON, in the element
with the id <code>result</code>.</p></footer>
<script type="application/json" id="result">${embeddedJson(data)}</script>
${script === undefined ? '' : new Markup(`<script>${script}</script>\n`)}</body>
</html>
`.text;
}
