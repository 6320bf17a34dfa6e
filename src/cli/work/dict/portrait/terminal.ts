/** @file Portraits of latents for a terminal. */
import { percent } from '../../../../audit/report/format.ts';
import type { TerminalOptions } from '../../../../audit/report/index.ts';
import type { Portrait } from '../../../../dictionary/index.ts';
import { latentLines } from './latentText.ts';
import { paintOf, wrapped } from './paint.ts';
import { aboutDictionary, figure, rateText, sparkline, visible } from './words.ts';

/** The dictionary in short, then each latent. */
export function renderPortrait(portrait: Portrait, options: TerminalOptions): string {
  const paint = paintOf(options);
  const [dictionary, texts] = aboutDictionary(portrait);
  const { latents, leftOut, chosen, ruleScore, explainer } = portrait;
  const lines = [
    ...wrapped(visible(dictionary), paint.width).map(paint.bold),
    ...wrapped(texts, paint.width),
    ...wrapped(overview(portrait), paint.width),
    ...wrapped(
      `${latents.length} latents, ${visible(chosen)}; ${leftOut.toLocaleString('en-US')} left out`,
      paint.width,
    ).map(paint.dim),
    ...(ruleScore
      ? [
          `rules detect held-out texts: ${percentMean(ruleScore)}, mean of ${ruleScore.n} latents; chance 50%`,
        ]
      : []),
    ...(explainer ? wrapped(explained(explainer), paint.width) : []),
    ...latents.flatMap((latent) => ['', ...latentLines(latent, portrait, paint)]),
  ];
  return `${lines.join('\n')}\n`;
}

function percentMean({
  mean,
  interval: [low, high],
}: {
  mean: number;
  interval: number[];
}): string {
  return `${percent(mean)}% [${percent(low!)}, ${percent(high!)}]`;
}

function explained({
  model,
  score,
  shuffled,
  explained: n,
  refused,
  malformed,
}: Explainer): string {
  const own = score ? percentMean(score) : 'nothing';
  const control = shuffled ? `; another latent's explanation ${percentMean(shuffled)}` : '';
  return `explanations of ${visible(model)} detect ${own}${control}; ${n} explained, ${refused} refused, ${malformed} malformed (counted as wrong)`;
}
type Explainer = NonNullable<Portrait['explainer']>;

function overview({ l0, silent, dense, densities }: Portrait): string {
  const first = densities[0]?.from ?? 0;
  const bars = sparkline(densities.map(({ latents }) => latents));
  return `L0 ${figure(l0)}; silent ${rateText(silent)}; active at over 10% of tokens ${rateText(dense)}; densities ${first.toExponential(0)} ${bars} 1`;
}
