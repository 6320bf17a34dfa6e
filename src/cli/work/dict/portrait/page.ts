/** @file A dictionary as one page: what it is like on the whole, then latent by latent. */
import { percent } from '../../../../audit/report/format.ts';
import { html, type Markup, page } from '../../../../audit/report/index.ts';
import type { MeanAndInterval, Portrait } from '../../../../dictionary/index.ts';
import { bars, latentMarkup } from './latent.ts';
import { PORTRAIT_SCRIPT, PORTRAIT_STYLE } from './style.ts';
import { aboutDictionary, figure, rateText } from './words.ts';

/** The portrait as a self-contained HTML document. Equal portraits give equal bytes. */
export function renderPortraitPage(portrait: Portrait): string {
  const { dictionary, version } = portrait;
  return page({
    title: `${dictionary.name}: latents of a dictionary`,
    skip: html`<a class="skip" href="#list">Skip to the latents</a>`,
    top: top(portrait),
    main: html`${whole(portrait)}${latents(portrait)}${again(portrait)}${reading()}`,
    data: portrait,
    version,
    style: PORTRAIT_STYLE,
    script: PORTRAIT_SCRIPT,
  });
}

function top(portrait: Portrait): Markup {
  const { l0, silent, dense, ruleScore, explainer } = portrait;
  const [about, texts] = aboutDictionary(portrait);
  const share = (rate: typeof silent) => rateText(rate).replace(/^\S+ /, '');
  return html`<header>
<p class="kind">Latents of a dictionary</p>
<h1>${about}</h1>
<p>${texts}.</p>
<dl class="facts">
${fact('active latents of a token', figure(l0), 'L0, mean')}
${fact('silent latents', `${percent(silent.rate)}%`, `${share(silent)} of ${silent.n.toLocaleString('en-US')}`)}
${fact('active at over 10% of tokens', `${percent(dense.rate)}%`, `${share(dense)} of ${dense.n.toLocaleString('en-US')}`)}
${ruleScore ? fact('token rules detect', `${percent(ruleScore.mean)}%`, `${ends(ruleScore)}, mean of ${ruleScore.n}; chance 50%`) : ''}
${explainer?.score ? fact('explanations detect', `${percent(explainer.score.mean)}%`, `${ends(explainer.score)}, mean of ${explainer.score.n}; another latent's ${explainer.shuffled ? `${percent(explainer.shuffled.mean)}%` : 'not asked'}`) : ''}
</dl>
<nav aria-label="Sections"><ul><li><a href="#whole">All latents</a></li><li><a href="#latents">Latent by latent</a></li><li><a href="#again">Run it again</a></li><li><a href="#reading">How to read this</a></li></ul></nav>
</header>`;
}

function ends({ interval: [low, high] }: MeanAndInterval): string {
  return `[${percent(low)}, ${percent(high)}]`;
}

function fact(name: string, value: string, beside: string): Markup {
  return html`<div class="fact"><dt>${name}</dt><dd>${value}<small>${beside}</small></dd></div>
`;
}

function whole({ densities, silent }: Portrait): Markup {
  const counts = densities.map(({ latents: count }) => count);
  const first = densities[0]?.from;
  const caption =
    first === undefined
      ? 'No latent was active.'
      : `Latents by the share of tokens at which they are active, from ${percent(first)}% at the left to 100% at the right, in bins of half a decade; the fullest has ${Math.max(...counts).toLocaleString('en-US')}. ${silent.successes.toLocaleString('en-US')} silent latents are not drawn.`;
  return html`<section id="whole"><h2>All latents by density</h2>
<figure>${bars(counts, 'latents by density', true)}<figcaption>${caption}</figcaption></figure></section>`;
}

function latents(portrait: Portrait): Markup {
  const { latents: all, leftOut, chosen, explainer } = portrait;
  const linked = new Set(all.map(({ latent }) => latent));
  const failed = explainer
    ? ` ${explainer.model} explained ${explainer.explained}; ${explainer.refused} refusals and ${explainer.malformed} malformed answers count as wrong.`
    : '';
  return html`<section id="latents"><h2>Latent by latent</h2>
<p>${all.length.toLocaleString('en-US')} latents, ${chosen}; ${leftOut.toLocaleString('en-US')} others of the dictionary are left out.${failed}</p>
<div class="tools" id="tools" hidden><label>find a token, a word or #number<input type="search" autocomplete="off"></label>
<label>order<select><option value="chosen">as chosen</option><option value="density">most often active</option><option value="max">largest activation</option><option value="kl">largest effect when ablated</option><option value="rule">best token rule</option></select></label><output></output></div>
<div id="list">
${all.map((one) => latentMarkup(one, portrait, linked))}</div></section>`;
}

function again({ dictionary, model, texts, seed, version }: Portrait): Markup {
  return html`<section id="again"><h2>Run it again</h2>
<p>The same version, dictionary, model, texts and seed give the same page.</p>
<dl class="terms"><dt>version</dt><dd>touchstone ${version}</dd><dt>dictionary</dt><dd><code>${dictionary.hash}</code></dd>
<dt>model</dt><dd>${model.name}, ${model.parameters.toLocaleString('en-US')} parameters</dd>
<dt>texts</dt><dd>${texts.names.join(', ')}, contexts of up to ${texts.context} tokens</dd><dt>seed</dt><dd>${seed}</dd></dl></section>`;
}

const TERMS: readonly (readonly [string, string])[] = [
  ['active', 'A latent is active at a token where the dictionary gives it another value than 0.'],
  [
    'interval',
    '95%, over documents: tokens of one document resemble each other. Wilson with the sample size divided by the design effect for shares, a clustered bootstrap for means.',
  ],
  [
    'token rule',
    'The latent is active where one of at most twelve tokens (or runs of two or three) ends. Chosen by F1 on one half of the documents, measured on the other. An explanation that detects no better says no more than these tokens do.',
  ],
  [
    'detects',
    'Balanced accuracy in telling held-out texts with the latent active from texts where it is silent. 50% is chance.',
  ],
  [
    'without it',
    "The latent is taken away wherever it is active, by x - f W_dec, the dictionary's error kept; predictions are compared there. Beside it another latent, active at the same token and of the nearest strength |f| |W_dec|, is taken away.",
  ],
  [
    'writes towards',
    'The decoder row through the weights of the final norm and the unembedding, less the mean over the vocabulary: a direct path only, and says nothing of what later layers make of it.',
  ],
  [
    'chance cosine',
    'About the largest cosine that a direction would have with as many random ones, sqrt(2 ln m / d).',
  ],
];

function reading(): Markup {
  return html`<section id="reading"><h2>How to read this</h2><dl class="terms">${TERMS.map(
    ([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>
`,
  )}</dl></section>`;
}
