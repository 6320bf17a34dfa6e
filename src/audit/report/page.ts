/** @file A page that needs nothing else: no network, no scripts, the data inside. */
import { embeddedJson, html, Markup } from './markup.ts';
import { STYLE } from './style.ts';

/** The page forbids itself everything but its own style sheet. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

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
}

/** A self-contained HTML document. */
export function page({ title, skip, top, main, data, version }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
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
</body>
</html>
`.text;
}
