/** @file Style of the page of a dictionary, beside that of all reports. */
export const PORTRAIT_STYLE = `
:root { --heat: #ffa94d; --heat-ink: #1b1f24; }
@media (prefers-color-scheme: dark) { :root { --heat: #b85c00; --heat-ink: #fff; } }
@media print { :root { --heat: #ffa94d; --heat-ink: #000; } }
.tools { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: 1rem 0; }
.tools[hidden] { display: none; }
.tools label { display: grid; gap: .15rem; color: var(--soft); font-size: .8125rem; }
.tools input, .tools select, .tools button { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: .35rem .6rem; max-width: 100%; }
.tools input { width: min(22rem, 80vw); }
.tools output { color: var(--soft); font-size: .875rem; }
details.latent { margin: 0; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 3.4rem; }
details.latent:last-of-type { border-bottom: 1px solid var(--line); }
details.latent > summary { display: grid; grid-template-columns: 4.5rem 6.5rem 5.5rem minmax(0, 1fr); gap: .2rem 1rem; align-items: center; padding: .6rem .2rem; color: var(--ink); list-style: none; }
details.latent > summary::-webkit-details-marker { display: none; }
details.latent > summary:hover { background: var(--panel); }
details.latent[open] > summary { background: var(--panel); border-bottom: 1px solid var(--line); }
summary .number { font-weight: 650; font-variant-numeric: tabular-nums; }
summary .number::before { content: "\\25b8"; display: inline-block; width: 1rem; color: var(--soft); transition: transform .12s; }
[open] > summary .number::before { transform: rotate(90deg); }
summary .rate { color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
summary .gist { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: .9375rem; }
[open] > summary .gist { white-space: normal; }
svg.bars { display: block; width: 100%; height: 1.5rem; color: var(--accent); }
svg.bars.large { height: 4.5rem; max-width: 34rem; }
.inside { padding: .2rem .2rem 1.6rem; }
.inside h3 { margin-top: 1.2rem; }
.examples { margin: .4rem 0; padding: 0; list-style: none; }
.examples li { display: grid; grid-template-columns: 4.2rem minmax(0, 1fr); gap: .8rem; padding: .28rem 0; border-top: 1px solid var(--line); }
.examples li:first-child { border-top: 0; }
.examples .value { text-align: right; color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; line-height: 1.8; }
.examples .text { overflow-wrap: anywhere; white-space: pre-wrap; line-height: 1.7; }
.band { margin: .7rem 0 0; color: var(--soft); font-size: .8125rem; }
mark { color: inherit; border-radius: 3px; padding: .08em 0; background: color-mix(in srgb, var(--heat) calc(var(--s) * 1%), transparent); }
mark.strong { color: var(--heat-ink); }
mark.peak { box-shadow: 0 0 0 1.5px var(--suspect); font-weight: 600; }
.chips { display: flex; flex-wrap: wrap; gap: .3rem .4rem; margin: .3rem 0; padding: 0; list-style: none; }
.chips li { display: inline-flex; gap: .45rem; align-items: baseline; padding: .05rem .5rem; background: var(--panel); border: 1px solid var(--line); border-radius: 4px; font-size: .875rem; max-width: 100%; overflow-wrap: anywhere; }
.chips b { font-weight: 500; white-space: pre-wrap; }
.chips small { display: inline; font-variant-numeric: tabular-nums; white-space: nowrap; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 2.5rem; }
.said { font-size: 1.0625rem; }
@media (max-width: 36rem) {
  details.latent > summary { grid-template-columns: 4.2rem 1fr 5rem; }
  summary .gist { grid-column: 1 / -1; padding-left: 1rem; color: var(--soft); }
  .examples li { grid-template-columns: 3rem minmax(0, 1fr); gap: .5rem; }
}
@media print { .tools { display: none; } details.latent { content-visibility: visible; } }
`;

/** Filters and sorts the list; without it the list is whole and in the order of the choice. */
export const PORTRAIT_SCRIPT = `
(() => {
  const tools = document.getElementById('tools');
  const list = document.getElementById('list');
  if (!tools || !list) return;
  const all = [...list.children];
  const find = tools.querySelector('input');
  const order = tools.querySelector('select');
  const told = tools.querySelector('output');
  const show = () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const one of all) {
      one.hidden = wanted !== '' && !one.dataset.text.includes(wanted);
      if (!one.hidden) shown++;
    }
    told.textContent = shown === all.length ? all.length + ' latents' : shown + ' of ' + all.length + ' latents';
  };
  const sort = () => {
    const key = order.value;
    const by = (one) => Number(one.dataset[key] || 0);
    const sorted = key === 'chosen' ? all : [...all].sort((a, b) => by(b) - by(a));
    list.append(...sorted);
  };
  const reach = () => {
    const one = document.getElementById(location.hash.slice(1));
    if (one && one.localName === 'details') { one.open = true; one.scrollIntoView(); }
  };
  find.addEventListener('input', show);
  order.addEventListener('change', sort);
  window.addEventListener('hashchange', reach);
  tools.hidden = false;
  show();
  reach();
})();
`;
