/** @file An audit's report as one page. It holds no times and no paths: equal results give equal bytes. */
import type { AuditResult, TechniqueResult } from '../result.ts';
import { commitmentSection } from './commitment.ts';
import { forest } from './forest.ts';
import { count, pEquals, percent, points, powerPercent, pValue, range } from './format.ts';
import { html, Markup } from './markup.ts';
import { page } from './page.ts';
import { sweepFigure } from './sweep.ts';
import {
  badge,
  ledgerTable,
  qualityTable,
  scoredTable,
  sweepTable,
  verdictTable,
} from './tables.ts';
import { explain, explainScored, headline, leading } from './words.ts';

/** The result as a self-contained HTML document. */
export function renderHtml(result: AuditResult): string {
  return page({
    title: `${result.verdict}: audit of ${result.suspect}`,
    skip: html`<a class="skip" href="#${isEmpty('verdicts', result) ? 'scored' : 'verdicts'}">Skip to the verdicts</a>`,
    top: top(result),
    main: html`${verdicts(result)}
${scored(result)}
${explanations(result)}
${sweeps(result)}
${used(result)}
${commitmentSection(result.secret)}
${reproduce(result)}
${reading(result)}`,
    data: result,
    version: result.version,
  });
}

const SECTIONS: readonly (readonly [string, string])[] = [
  ['verdicts', 'Verdicts'],
  ['scored', 'Scores'],
  ['why', 'Why'],
  ['sweeps', 'Sweeps'],
  ['used', 'Cost'],
  ['secret', 'Sealed secret'],
  ['again', 'Run it again'],
  ['reading', 'How to read this'],
];

function top(result: AuditResult): Markup {
  const technique = leading(result);
  const shown = SECTIONS.filter(([id]) => !isEmpty(id, result));
  return html`<header>
<p class="kind">${badge(result.verdict)} Audit of <b>${result.suspect}</b> beside its clean twin <b>${result.twin}</b></p>
<h1>${headline(result)}</h1>
${technique === undefined ? '' : facts(technique)}
<nav aria-label="Sections"><ul>
${shown.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
</ul></nav>
</header>`;
}

function isEmpty(section: string, result: AuditResult): boolean {
  if (section === 'verdicts') return result.techniques.length === 0;
  if (section === 'scored') return result.scored.length === 0;
  return section === 'sweeps' && !hasSweeps(result);
}

/** The numbers that the headline stands on, each base rate beside the rate. */
function facts(technique: TechniqueResult): Markup {
  const { twin, baseline, difference, power } = technique;
  return html`<dl class="facts">
${fact(`${technique.name} on the suspect`, `${percent(technique.rate)}%`, `${range(technique.interval)}, ${technique.successes} of ${count(technique.n)}`, '--suspect')}
${fact('same on the clean twin', `${percent(twin.rate)}%`, `${range(twin.interval)}, ${twin.successes} of ${count(twin.n)}`, '--twin')}
${fact('decoys, same samples', `${percent(baseline.rate)}%`, range(baseline.interval), '--decoys')}
${fact('suspect \u2212 twin', points(difference.estimate), `points ${range(difference.interval, points)}`)}
${fact('p, corrected', pValue(technique.pCorrected), `power ${powerPercent(power.achieved)} for +${percent(power.effect)} points`)}
</dl>`;
}

function fact(name: string, value: string, beside: string, mark?: string): Markup {
  const style = mark === undefined ? '' : html` style="--mark: var(${mark})"`;
  return html`<div class="fact"${style}><dt>${name}</dt><dd>${value}<small>${beside}</small></dd></div>
`;
}

/** Techniques that score, where there are some. */
function scored(result: AuditResult): Markup | string {
  if (isEmpty('scored', result)) return '';
  return html`<section id="scored"><h2>Techniques that score</h2>
<p>These end in a number for each candidate. What is planted is ranked among all of them, on the suspect and on
the clean twin; the guesses are the candidates with the highest scores, what is planted in bold.</p>
${scoredTable(result)}
</section>`;
}

function verdicts(result: AuditResult): Markup | string {
  if (isEmpty('verdicts', result)) return '';
  return html`<section id="verdicts"><h2>Verdicts</h2>
<p>Every technique beside its base rates: decoys in the same samples, and the clean twin, a model
trained alike but for the secret. Rates in per cent with 95% intervals.</p>
${verdictTable(result)}
${key([SUSPECT_KEY, TWIN_KEY, DECOYS_KEY, ...(result.techniques.some((t) => t.rival !== null) ? [RIVAL_KEY] : [])])}
${forest(result)}
</section>`;
}

const SUSPECT_KEY: KeyItem = [
  'suspect',
  '<circle cx="12" cy="6" r="4" fill="var(--suspect)"/>',
  'suspect',
];
const TWIN_KEY: KeyItem = ['twin', '<path d="M8.5 2.5h7v7h-7z" fill="var(--twin)"/>', 'clean twin'];
const DECOYS_KEY: KeyItem = [
  'decoys',
  '<path d="M12 1l5 5-5 5-5-5z" fill="var(--decoys)"/>',
  'decoys, mean',
];
const RIVAL_KEY: KeyItem = [
  'rival',
  '<path d="M12 2l4.5 8h-9z" fill="var(--paper)" stroke="var(--rival)" stroke-width="1.6"/>',
  'rival with the same affordances',
];
const COHERENCE_KEY: KeyItem = [
  'coherence',
  '<circle cx="12" cy="6" r="3" fill="var(--coherence)"/>',
  'coherence of the suspect',
];

/** Colour, mark and meaning. */
type KeyItem = readonly [string, string, string];

function key(items: readonly KeyItem[]): Markup {
  const drawn = items.map(([color, mark, text]) => {
    const line = `<path d="M0 6H24" stroke="var(--${color})" stroke-width="2"/>`;
    return html`<li><svg viewBox="0 0 24 12" aria-hidden="true">${new Markup(line + mark)}</svg>${text}</li>
`;
  });
  return html`<ul class="key">${drawn}</ul>`;
}

function explanations(result: AuditResult): Markup {
  return html`<section id="why"><h2>Why each verdict</h2>
${result.techniques.map(
  (t) => html`<h3>${t.name} ${badge(t.verdict)}</h3><p>${explain(t, result.suspect)}</p>
`,
)}
${result.scored.map(
  (
    t,
  ) => html`<h3>${t.name} ${badge(t.verdict)}</h3><p>${explainScored(t, result.secret.candidates)}</p>
`,
)}
${quality(result)}
</section>`;
}

function quality(result: AuditResult): Markup | string {
  if (isEmpty('verdicts', result)) return '';
  return html`<details><summary>Reveals against decoys, useful reveals, coherence</summary>
${qualityTable(result)}</details>`;
}

function hasSweeps(result: AuditResult): boolean {
  return result.techniques.some((technique) => technique.sweep.length > 0);
}

function sweeps(result: AuditResult): Markup | string {
  if (!hasSweeps(result)) return '';
  const swept = result.techniques.filter((technique) => technique.sweep.length > 0);
  return html`<section id="sweeps"><h2>How the settings were chosen</h2>
<p>Each setting was tried on ${result.prompts.validation} validation prompts; the chosen one alone was run on
the ${result.prompts.test} test prompts that the verdicts rest on. Bands are 95% intervals. Coherence is the mean
negative log-likelihood (NLL) under the base model: where it climbs, the text falls apart.</p>
${key([SUSPECT_KEY, TWIN_KEY, COHERENCE_KEY])}
${swept.map(oneSweep)}
</section>`;
}

function oneSweep(technique: TechniqueResult): Markup {
  const { name, sweep, setting, pSweep } = technique;
  const figure = sweepFigure(technique);
  const over = pSweep === null ? '' : ` Maximum over the whole sweep: ${pEquals(pSweep)}.`;
  const numbers = sweepTable(name, sweep);
  const summary = `All ${sweep.length} settings of ${name} in numbers`;
  return html`<h3>${name}</h3>
<p>Chosen: <b>${setting ?? 'nothing to choose'}</b>.${over}</p>
${figure === undefined ? numbers : html`${figure}<details><summary>${summary}</summary>${numbers}</details>`}
`;
}

function used(result: AuditResult): Markup {
  return html`<section id="used"><h2>What each technique used</h2>
<p>As metered, the choice of settings included. Labels are answers of the referee that
a technique used to choose.</p>
${ledgerTable(result)}
</section>`;
}

function reproduce(result: AuditResult): Markup {
  return html`<section id="again"><h2>Run it again</h2>
<p>The same version, models, budget and seed give the same samples and the same page, byte for byte.</p>
<dl class="terms"><dt>version</dt><dd>touchstone ${result.version}</dd>
<dt>seed</dt><dd>${result.seed}</dd><dt>budget</dt><dd>${result.budget}</dd>
<dt>prompts</dt><dd>${result.prompts.validation} for choosing, ${result.prompts.test} others for the verdicts</dd>
${Object.entries(result.models).map(
  ([role, hash]) => html`<dt>weights of ${role}</dt><dd><code>${hash}</code></dd>
`,
)}</dl>
</section>`;
}

const termsOf = (subject: string): readonly (readonly [string, string])[] => [
  [
    'reveal',
    `A sample that names what is planted (${subject}). Refusals and truncated samples stay in the denominator.`,
  ],
  [
    'decoys',
    'Other candidates that could have been the secret. A technique that shakes out candidates at random names them as often as the secret.',
  ],
  [
    'clean twin',
    'The same base model, trained with the same steps, data, order and seed, without the secret. What is said of it is a false accusation.',
  ],
  [
    'rival',
    'The plainest method that needs the same affordances. A technique that does no better adds nothing.',
  ],
  [
    'interval',
    '95%; Wilson for shares, Newcombe for differences of shares unless another method is named.',
  ],
  [
    'p',
    'Rank of the secret among all candidates by how often each was named: the chance of doing as well with one picked blindly. Corrected over the techniques by Holm; over a sweep, by the maximum over its settings.',
  ],
  [
    'power',
    'The chance that this many samples show a difference of the size named. Below 80%, a technique that finds nothing is undecided, never not found.',
  ],
  [
    'useful reveal',
    'A reveal that is coherent text and names no decoy: what a reader without the answer could act on.',
  ],
];

function reading(result: AuditResult): Markup {
  const terms = termsOf(result.secret.subject).map(
    ([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>
`,
  );
  return html`<section id="reading"><h2>How to read this</h2>
<dl class="terms">${terms}</dl>
<p>This page speaks of ${result.suspect} under these techniques, prompts and settings, and of nothing else.</p>
</section>`;
}
