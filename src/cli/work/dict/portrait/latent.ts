/** @file One latent on the page. */
import { percent } from '../../../../audit/report/format.ts';
import { html, Markup } from '../../../../audit/report/index.ts';
import type { Example, LatentPortrait, Portrait } from '../../../../dictionary/index.ts';
import { figure, meanText, rateOfN, rateText, ruleWords, scoreText, visible } from './words.ts';

/** Examples from which on a latent's page shows what it reads: more than this share of the strongest is inked anew. */
const STRONG = 0.6;

/** A latent as an element that opens. @param linked latents that the page has */
export function latentMarkup(
  one: LatentPortrait,
  portrait: Portrait,
  linked: ReadonlySet<number>,
): Markup {
  const { latent, density, ruleScore, ablation, max } = one;
  const gist = gistOf(one);
  const data = {
    density: density.rate,
    max,
    kl: ablation?.divergence.mean,
    rule: ruleScore?.balancedAccuracy,
  };
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${value ?? 0}"`);
  return html`<details class="latent" id="latent-${latent}" data-text="${searchText(one)}"${new Markup(attributes.join(''))}>
<summary><span class="number">${latent}</span><span class="rate">${percent(density.rate)}% of tokens</span>${bars(one.histogram.counts, `activations of latent ${latent}`)}<span class="gist">${gist}</span></summary>
<div class="inside">
${facts(one)}
${explanation(one)}
<div class="two"><div>${examples(one, 'top')}</div><div>${examples(one, 'quantile')}</div></div>
<div class="two"><div>${rule(one)}</div><div>${ablated(one)}${logits(one)}${company(one, portrait, linked)}</div></div>
</div></details>
`;
}

/** What the closed line says. */
function gistOf({ explanation: said, rule: own, examples: [first] }: LatentPortrait): string {
  if (said?.text) return visible(said.text);
  if (own) return ruleWords(own, 4);
  return first ? visible(first.tokens[first.peak]!) : 'never active';
}

/** What the filter looks through. */
function searchText({ latent, explanation: said, uses, rule: own }: LatentPortrait): string {
  const grams = [...(own?.grams ?? []), ...uses].map(({ text }) => text);
  return [`#${latent}`, said?.text ?? '', ...new Set(grams)].join(' \u00b7 ').toLowerCase();
}

/** A histogram as a small drawing. */
export function bars(counts: readonly number[], label: string, large = false): Markup {
  const most = Math.max(...counts, 1);
  const width = Math.max(counts.length, 1);
  const drawn = counts.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(4, (100 * count) / most);
    return `<path d="M${i + 0.08} ${(100 - height).toFixed(1)}h.84V100h-.84z"/>`;
  });
  const svg = `<svg class="bars${large ? ' large' : ''}" viewBox="0 0 ${width} 100" preserveAspectRatio="none" fill="currentColor" role="img" aria-label="`;
  return html`${new Markup(svg)}${label}">${new Markup(drawn.join(''))}</svg>`;
}

function facts({ density, mean, max, ablation, ruleScore }: LatentPortrait): Markup {
  const ablationFact = ablation
    ? fact(
        'KL when ablated, nats',
        figure(ablation.divergence.mean),
        `another of equal strength ${figure(ablation.other.divergence.mean)}`,
      )
    : '';
  const ruleFact = ruleScore
    ? fact(
        'its token rule detects',
        `${percent(ruleScore.balancedAccuracy)}%`,
        `chance 50%, ${scoreText(ruleScore).replace(/^\S+ /, '')}`,
      )
    : '';
  return html`<dl class="facts">
${fact('active at', `${percent(density.rate)}%`, `${rateText(density).replace(/^\S+ /, '')} of ${density.n.toLocaleString('en-US')} tokens`)}
${fact('activation', figure(mean), `mean where active; max ${figure(max)}`)}
${ablationFact}${ruleFact}</dl>`;
}

function fact(name: string, value: string, beside: string): Markup {
  return html`<div class="fact"><dt>${name}</dt><dd>${value}<small>${beside}</small></dd></div>
`;
}

function explanation({ explanation: said }: LatentPortrait): Markup | string {
  if (!said) return '';
  const { text, failure, score, shuffled } = said;
  const control = shuffled
    ? `; with the explanation of latent ${shuffled.latent} ${scoreText(shuffled.score)}`
    : '';
  return html`<h3>Explanation</h3><p class="said">${text ?? `None: ${failure}.`}</p>
<p><small>Detects ${scoreText(score)} of ${score.sensitivity.n} active and ${score.specificity.n} silent held-out texts${control}; chance 50%.${score.refused + score.malformed > 0 ? ` ${score.refused} refused and ${score.malformed} malformed answers count as wrong.` : ''}</small></p>`;
}

function examples(one: LatentPortrait, kind: Example['kind']): Markup | string {
  const own = one.examples.filter((example) => example.kind === kind);
  if (own.length === 0) return '';
  const title = kind === 'top' ? 'Strongest' : 'At random, by strength';
  if (kind === 'top') return html`<h3>${title}</h3>${list(own, one.max)}`;
  const bands = [...new Set(own.map(({ band }) => band![0]))];
  return html`<h3>${title}</h3>${bands.map((low) => {
    const inside = own.filter(({ band }) => band![0] === low);
    const [from, to] = inside[0]!.band!;
    return html`<p class="band">quantiles ${Math.round(100 * from)} to ${Math.round(100 * to)}% of its activations</p>${list(inside, one.max)}`;
  })}`;
}

function list(own: readonly Example[], max: number): Markup {
  return html`<ol class="examples">${own.map(
    ({
      tokens,
      values,
      peak,
      document,
    }) => html`<li><span class="value" title="document ${document}">${figure(values[peak]!)}</span><span class="text">${tokens.map((token, i) => tokenMarkup(token, values[i]!, max, i === peak))}</span></li>
`,
  )}</ol>`;
}

function tokenMarkup(token: string, value: number, max: number, peak: boolean): Markup | string {
  if (value === 0) return visible(token);
  const share = max > 0 ? Math.abs(value) / max : 0;
  const names = [share > STRONG ? 'strong' : '', peak ? 'peak' : ''].filter((name) => name !== '');
  const named = names.length > 0 ? html` class="${names.join(' ')}"` : '';
  const lead = /^\s*/.exec(token)![0];
  const strength = Math.round(15 + 85 * share);
  return html`${visible(lead)}<mark${named} style="--s:${strength}" title="${figure(value)}">${visible(token.slice(lead.length))}</mark>`;
}

function rule({ rule: own, ruleScore, uses }: LatentPortrait): Markup {
  const said = own
    ? html`<p>Active ${ruleWords(own, 12)}: precision ${rateText(own.precision)} where all tokens have ${percent(own.base.rate)}%, recall ${rateText(own.recall)}.${ruleScore ? ` Detects ${scoreText(ruleScore)} of held-out texts; chance 50%.` : ''}</p>`
    : html`<p>No rule: too few documents have it active.</p>`;
  const lists = [1, 2, 3].map((order) => {
    const some = uses.filter((use) => use.order === order);
    if (some.length === 0) return '';
    const title = order === 1 ? 'Tokens' : `Runs of ${order} tokens`;
    return html`<p class="band">${title}: share of their occurrences with the latent active</p><ul class="chips">${some.map(({ text, active }) => chip(visible(text), `${percent(active.rate)}% of ${active.n}`))}</ul>`;
  });
  return html`<h3>Token rule</h3>${said}${lists}`;
}

function chip(text: string, beside: string): Markup {
  return html`<li><b>${text}</b><small>${beside}</small></li>`;
}

type Effects = NonNullable<LatentPortrait['logits']>['promoted'];

function effects(own: Effects, format: (effect: number) => string): Markup {
  return html`<ul class="chips">${own.map(({ text, effect }) => chip(visible(text), format(effect)))}</ul>`;
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}

function ablated({ ablation }: LatentPortrait): Markup | string {
  if (!ablation) return '';
  const { divergence, other, difference, loss, places, documents, replaced, lowered, raised } =
    ablation;
  const stand = replaced > 0 ? ` (a random direction at ${replaced} places)` : '';
  const rise = loss
    ? ` The next token's loss changes by ${signed(loss.mean)} [${loss.interval.map(signed).join(', ')}].`
    : '';
  return html`<h3>Without it</h3>
<p>KL ${meanText(divergence)} nats; without another latent of equal strength${stand} ${meanText(other.divergence)}; difference ${meanText(difference)}.${rise} ${places} places of ${documents} documents.</p>
<p class="band">next tokens that lose, and that gain, percentage points</p>
${effects(lowered, points)}${effects(raised, points)}`;
}

function points(effect: number): string {
  return signed(100 * effect);
}

function logits({ logits: own }: LatentPortrait): Markup | string {
  if (!own) return '';
  return html`<h3>Writes towards</h3>
<p class="band">logits for each 1 of activation, before the norm's scale; deviation over all tokens ${figure(own.deviation)}</p>
${effects(own.promoted, signed)}<p class="band">and away from</p>${effects(own.suppressed, signed)}`;
}

function company(
  { neighbours, partners }: LatentPortrait,
  { chanceCosine }: Portrait,
  linked: ReadonlySet<number>,
): Markup {
  const name = (latent: number) =>
    linked.has(latent) ? html`<a href="#latent-${latent}">${latent}</a>` : html`${latent}`;
  const near = neighbours.map(
    ({ latent, cosine }) => html`<li><b>${name(latent)}</b><small>${figure(cosine)}</small></li>`,
  );
  const together = partners.map(
    ({ latent, given, base }) =>
      html`<li><b>${name(latent)}</b><small>${rateOfN(given)}; all tokens ${percent(base)}%</small></li>`,
  );
  return html`<h3>Nearest directions</h3><p class="band">cosine of decoder rows; chance about ${figure(chanceCosine)}</p><ul class="chips">${near}</ul>
${together.length > 0 ? html`<h3>Active together</h3><p class="band">share of its tokens with the other active too</p><ul class="chips">${together}</ul>` : ''}`;
}
