/**
 * @file The page's style sheet. Light, dark and print differ in their colours alone, which are chosen
 * to be told apart in every common kind of colour blindness (after Okabe and Ito 2008, "Color universal
 * design"); shapes, dashes and words tell them apart as well.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0;
  --suspect: #c64a00; --twin: #0067a5; --decoys: #6e7781; --rival: #007a5a; --coherence: #8a3f74;
  --accent: #0067a5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --panel: #1a2027; --ink: #e8ebee; --soft: #a3acb6; --line: #343c46;
    --suspect: #ff9a4d; --twin: #5ab4e8; --decoys: #a7b0ba; --rival: #35c9a0; --coherence: #df8fc4;
    --accent: #5ab4e8;
  }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --panel: #fff; --ink: #000; --soft: #444; --line: #ccc;
    --suspect: #c64a00; --twin: #0067a5; --decoys: #6e7781; --rival: #007a5a; --coherence: #8a3f74;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.2rem; }
footer { padding: 1.5rem 1.25rem 3rem; color: var(--soft); font-size: .875rem; }
.kind { margin: 0; line-height: 1.9; color: var(--soft); font-size: .875rem; letter-spacing: .02em; }
h1 { margin: .7rem 0 .6rem; max-width: 46rem; font-size: clamp(1.45rem, 1.1rem + 1.6vw, 2.1rem); line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 2.6rem 0 .4rem; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 1.6rem 0 .3rem; font-size: 1rem; overflow-wrap: anywhere; }
p { max-width: 46rem; margin: .5rem 0; overflow-wrap: anywhere; }
small { display: block; color: var(--soft); font-size: .8125rem; line-height: 1.35; }
a { color: var(--accent); }
a.skip { position: absolute; left: -100rem; }
a.skip:focus { left: 1rem; top: .5rem; padding: .3rem .6rem; background: var(--paper); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav { margin-top: 1rem; font-size: .9375rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0; padding: 0; list-style: none; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.2rem 0 .4rem; }
.fact { padding: .7rem .9rem .75rem; background: var(--panel); border: 1px solid var(--line); border-top: 3px solid var(--mark, var(--line)); border-radius: 4px; }
.fact dt { color: var(--soft); font-size: .8125rem; line-height: 1.3; }
.fact dd { margin: .1rem 0 0; font-size: 1.5rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.fact small { font-weight: 400; }

.badge { display: inline-block; padding: .05rem .55rem; border: 1px solid currentColor; border-radius: 99px; font-size: .875rem; font-weight: 600; white-space: nowrap; }
.found { color: var(--suspect); }
.not-found { color: var(--twin); }
.undecided { color: var(--soft); border-style: dashed; }
.bad { padding: .6rem .9rem; border: 2px solid var(--suspect); border-radius: 4px; font-weight: 600; }

.scroll { overflow-x: auto; margin: .8rem 0; border-block: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; }
td:last-child, th:last-child { padding-right: .25rem; }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 500; vertical-align: bottom; white-space: nowrap; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; min-width: 9rem; }
tbody th small { font-weight: 400; overflow-wrap: anywhere; }
td b { font-weight: 600; white-space: nowrap; }
.interval { color: var(--soft); white-space: nowrap; }
.chosen { padding: 0 .4rem; border: 1px solid currentColor; border-radius: 3px; font-size: .75rem; }

figure { margin: 0; }
figcaption { color: var(--soft); font-size: .875rem; line-height: 1.4; max-width: 34rem; }
svg.plot { display: block; width: 100%; height: auto; max-width: 34rem; color: var(--soft); overflow: visible; font-family: inherit; }
svg.plot text { white-space: pre; }
svg.plot [aria-label$="grid"] { stroke: var(--line); stroke-opacity: 1; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 1.5rem 2.5rem; margin: .8rem 0; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1.2rem 1.4rem; margin: .8rem 0; }
.panel svg.plot { max-width: 20rem; margin-top: .35rem; }
.panel figcaption { color: var(--ink); font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .4rem 0; padding: 0; list-style: none; font-size: .875rem; }
.key svg { width: 1.6rem; height: .8rem; margin-right: .4rem; vertical-align: -.05rem; }

details { margin: .6rem 0; }
summary { cursor: pointer; color: var(--accent); font-size: .9375rem; }
dl.terms { display: grid; grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr); gap: .35rem 1.4rem; max-width: 54rem; font-size: .9375rem; }
dl.terms dt { font-weight: 600; }
dl.terms dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
pre { max-width: 100%; overflow-x: auto; margin: .5rem 0; padding: .7rem .9rem; background: var(--panel); border: 1px solid var(--line); border-radius: 4px; }
@media (max-width: 36rem) {
  main, header, footer { padding-inline: 1rem; }
  dl.terms { grid-template-columns: 1fr; gap: 0; }
  dl.terms dd { margin-bottom: .6rem; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media print {
  html { font-size: 9.5pt; }
  body { font-size: 1rem; }
  main, header, footer { max-width: none; padding-inline: 0; }
  nav, .skip { display: none; }
  .scroll { overflow: visible; }
  table { font-size: .85rem; }
  small { font-size: .75rem; }
  h1 { font-size: 1.8rem; }
  thead th, td b, .interval { white-space: normal; }
  figure, tr, .fact { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .panels { grid-template-columns: repeat(4, 1fr); }
  .pair { grid-template-columns: 1fr 1fr; }
  .facts { grid-template-columns: repeat(5, 1fr); }
  details::details-content { content-visibility: visible; display: block; height: auto; }
}
`;
