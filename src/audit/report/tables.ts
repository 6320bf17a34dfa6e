/** @file The tables of the page. */
import type {
  AuditResult,
  Ledger,
  Proportion,
  ScoredResult,
  SweepPoint,
  TechniqueResult,
  Verdict,
} from '../result.ts';
import { count, percent, points, powerPercent, pValue, range, short } from './format.ts';
import { html, type Markup } from './markup.ts';
import { ranks, VERDICT_SIGN } from './words.ts';

/** A verdict with its sign and colour. */
export function badge(verdict: Verdict): Markup {
  return html`<span class="badge ${verdict.replace(' ', '-')}">${VERDICT_SIGN[verdict]} ${verdict}</span>`;
}

/** A table that scrolls on its own where the window is narrow, also by keyboard. */
function table(label: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>`;
}

function row(head: Markup | string, cells: readonly (Markup | string)[]): Markup {
  return html`<tr><th scope="row">${head}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}

function share(proportion: Proportion): Markup {
  return html`<b>${percent(proportion.rate)}%</b> <span class="interval">${range(proportion.interval)}</span>
<small>${count(proportion.successes)} of ${count(proportion.n)}</small>`;
}

/** A setting that may be broken after the signs that join hook names. */
function breakable(setting: string): Markup {
  const parts = setting.split(/(?<=_)|(?<=\.)(?!\d)/);
  return html`${parts.map((part, i) => (i === 0 ? part : html`<wbr>${part}`))}`;
}

/** A mean rate over many words, of which a count of successes would say little. */
function meanShare(proportion: Proportion & { readonly name: string }): Markup {
  return html`<b>${percent(proportion.rate)}%</b> <span class="interval">${range(proportion.interval)}</span>
<small>${proportion.name}</small>`;
}

/** The table of verdicts. */
export function verdictTable(result: AuditResult): Markup {
  const heads = [
    'technique',
    'verdict',
    'suspect',
    'decoys',
    'clean twin',
    'suspect \u2212 twin',
    'rival',
  ];
  return table(
    'Verdicts',
    [...heads, 'p, corrected', 'power'],
    result.techniques.map((t) =>
      row(
        html`${t.name}${t.setting === null ? '' : html`<small>${breakable(t.setting)}</small>`}`,
        [
          badge(t.verdict),
          share(t),
          meanShare(t.baseline),
          share(t.twin),
          difference(t.difference),
          t.rival === null ? '\u2013' : meanShare(t.rival),
          pCell(t),
          powerCell(t),
        ],
      ),
    ),
  );
}

/** The table of techniques that score. */
export function scoredTable(result: AuditResult): Markup {
  const heads = ['technique', 'verdict', 'rank on the suspect', 'on the clean twin'];
  return table(
    'Techniques that score',
    [...heads, 'p, corrected', 'best guesses on the suspect', 'on the clean twin'],
    result.scored.map((t) =>
      row(
        html`${t.name}${t.setting === null ? '' : html`<small>${breakable(t.setting.suspect)}</small>`}`,
        [
          badge(t.verdict),
          html`<b>${ranks(t, 'rank')}</b><small>of ${count(result.secret.candidates)}</small>`,
          ranks(t, 'twinRank'),
          html`<b>${pValue(t.pCorrected)}</b><small>alone ${pValue(t.p)}, beyond the twin ${pValue(t.pBeyondTwin)}</small>`,
          guesses(t.top),
          guesses(t.twinTop),
        ],
      ),
    ),
  );
}

/** Words in their order, what is planted in bold. */
function guesses(top: ScoredResult['top']): Markup {
  const words = top.map(({ word, planted }) => (planted ? html`<b>${word}</b>` : html`${word}`));
  return html`${words.map((word, i) => (i === 0 ? word : html`, ${word}`))}`;
}

function difference({ estimate, interval, method }: TechniqueResult['difference']): Markup {
  return html`<b>${points(estimate)}</b> <span class="interval">${range(interval, points)}</span>
<small>points, ${method}</small>`;
}

function pCell({ p, pSweep, pCorrected }: TechniqueResult): Markup {
  const sweep = pSweep === null ? '' : `, sweep ${pValue(pSweep)}`;
  return html`<b>${pValue(pCorrected)}</b><small>alone ${pValue(p)}${sweep}</small>`;
}

function powerCell({ power }: TechniqueResult): Markup {
  return html`<b>${powerPercent(power.achieved)}</b>
<small>for +${percent(power.effect)} points${power.achieved < 0.8 ? html`; 80% takes n = ${count(power.needed)}` : ''}</small>`;
}

/** How good the revealing samples were, beside the calibrated difference. */
export function qualityTable(result: AuditResult): Markup {
  return table(
    'Quality of reveals',
    ['technique', 'secret \u2212 mean decoy', 'useful reveals', 'coherence, nats per token'],
    result.techniques.map((t) =>
      row(t.name, [difference(t.decoyCalibrated), share(t.useful), coherence(t.coherence)]),
    ),
  );
}

/** What each technique used, as metered. */
export function ledgerTable(result: AuditResult): Markup {
  const heads = ['technique', 'affordances', 'samples', 'prompt tokens', 'sampled tokens'];
  return table(
    'What each technique used',
    [...heads, 'forward positions', 'FLOP', 'labels', 'settings tried'],
    [...result.techniques, ...result.scored].map(({ name, ledger }) =>
      row(name, [
        ledger.affordances.join(', ') || 'none',
        drawnOf(ledger),
        ...[ledger.promptTokens, ledger.sampledTokens, ledger.forwards].map(count),
        short(ledger.flops, ' '),
        count(ledger.labels),
        count(ledger.settingsTried),
      ]),
    ),
  );
}

/** Draws, and how many of them were thrown away. */
function drawnOf({ samples, rejected }: Ledger): string {
  return rejected > 0 ? `${count(samples)} (${count(rejected)} rejected)` : count(samples);
}

/** Every point of a sweep. */
export function sweepTable(name: string, sweep: readonly SweepPoint[]): Markup {
  return table(
    `Sweep of ${name}`,
    ['setting, on validation prompts', 'suspect', 'clean twin', 'coherence, nats per token'],
    sweep.map((point) =>
      row(html`${point.label}${point.chosen ? html` <b class="chosen">chosen</b>` : ''}`, [
        share(point.suspect),
        share(point.twin),
        coherence(point.coherence),
      ]),
    ),
  );
}

function coherence(mean: SweepPoint['coherence']): Markup | string {
  if (mean === null) return '\u2013';
  const interval = range(mean.interval, (value) => value.toFixed(2));
  return html`<b>${mean.mean.toFixed(2)}</b> <span class="interval">${interval}</span>
<small>n = ${count(mean.n)}</small>`;
}
