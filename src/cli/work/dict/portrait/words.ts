/** @file Figures of portraits in words, the same in the terminal and in the page. */
import { percent, range } from '../../../../audit/report/format.ts';
import type { LatentPortrait, MeanAndInterval, Portrait } from '../../../../dictionary/index.ts';

type Rate = LatentPortrait['density'];

/** '6.0% [3.5, 10.2]' */
export function rateText({ rate, interval }: Rate): string {
  return `${percent(rate)}% ${range(interval)}`;
}

/** '6.0% [3.5, 10.2] of 200' */
export function rateOfN(rate: Rate): string {
  return `${rateText(rate)} of ${rate.n.toLocaleString('en-US')}`;
}

/** Three significant digits: '0.0312', '-1.20', '35.0'. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e5) return value.toExponential(1);
  return value.toFixed(Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(size)))));
}

/** '0.0312 [0.0201, 0.0430]' */
export function meanText({ mean, interval }: MeanAndInterval): string {
  return `${figure(mean)} ${range(interval, figure)}`;
}

/** A balanced accuracy: '82% [71, 90]'. */
export function scoreText({
  balancedAccuracy,
  interval,
}: NonNullable<LatentPortrait['ruleScore']>): string {
  return `${percent(balancedAccuracy)}% ${range(interval)}`;
}

/** A token or a run of tokens between quotes, line ends made visible. */
export function quoted(text: string): string {
  return `\u201c${visible(text)}\u201d`;
}

/** A text on one line. */
export function visible(text: string): string {
  return text.replace(/\r?\n/g, '\u23ce').replace(/\p{C}/gu, '\ufffd');
}

/** Counts as small bars. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  const bar = (count: number) =>
    count === 0
      ? ' '
      : '\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588'[Math.ceil((8 * count) / most) - 1]!;
  return counts.map(bar).join('');
}

/** What a rule says: 'where “a”, “b” or “c” ends'. */
export function ruleWords(rule: NonNullable<LatentPortrait['rule']>, most = 6): string {
  const names = rule.grams.slice(0, most).map(({ text }) => quoted(text));
  const more = rule.grams.length > most ? `, and ${rule.grams.length - most} more` : '';
  const last = names.length > 1 && more === '' ? ` or ${names.pop()}` : '';
  return `${rule.order === 1 ? 'at' : 'at the end of'} ${names.join(', ')}${last}${more}`;
}

/** One sentence on the dictionary, one on the texts. */
export function aboutDictionary({ dictionary, model, texts, seed }: Portrait): [string, string] {
  const { architecture, latents, hook, target } = dictionary;
  const decoded = target === hook ? '' : `, decoding ${target}`;
  const rows = texts.rows.toLocaleString('en-US');
  const of = texts.documents.toLocaleString('en-US');
  const masked = texts.mask === 'special' ? 'special tokens left out' : 'no token left out';
  const part =
    texts.sampled < 1 ? `; runs of tokens and company from ${percent(texts.sampled)}% of them` : '';
  return [
    `${dictionary.name}: ${architecture} of ${latents.toLocaleString('en-US')} latents at ${hook}${decoded} of ${model.name}`,
    `${rows} tokens of ${of} documents, ${masked}, seed ${seed}${part}`,
  ];
}
