/** @file One latent for a terminal: where it is active, with what, what it writes and what it does. */
import { percent } from '../../../../audit/report/format.ts';
import type { Example, LatentPortrait, Portrait } from '../../../../dictionary/index.ts';
import { item, type Paint } from './paint.ts';
import {
  figure,
  meanText,
  quoted,
  rateOfN,
  rateText,
  ruleWords,
  scoreText,
  sparkline,
  visible,
} from './words.ts';

export function latentLines(one: LatentPortrait, portrait: Portrait, paint: Paint): string[] {
  const top = one.examples.filter(({ kind }) => kind === 'top');
  const quantiles = one.examples.filter(({ kind }) => kind === 'quantile');
  const strength = `mean ${figure(one.mean)}, max ${figure(one.max)}`;
  const bars = sparkline(one.histogram.counts);
  return [
    `${paint.bold(`latent ${one.latent}`)}  active at ${rateOfN(one.density)} tokens`,
    `  ${strength}  0 ${bars} ${figure(one.histogram.width * one.histogram.counts.length)}`,
    ...explanationLines(one, paint),
    ...ruleLines(one, paint),
    ...(top.length > 0
      ? [paint.dim('  strongest'), ...top.map((example) => exampleLine(example, one.max, paint))]
      : []),
    ...bandLines(quantiles, one.max, paint),
    ...logitLines(one, paint),
    ...ablationLines(one, paint),
    ...companyLines(one, portrait, paint),
  ];
}

function explanationLines({ explanation }: LatentPortrait, paint: Paint): string[] {
  if (!explanation) return [];
  const { text, failure, score, shuffled } = explanation;
  const control = shuffled
    ? `; that of latent ${shuffled.latent} ${scoreText(shuffled.score)}`
    : '';
  const said = text === null ? `none (${failure})` : quoted(text);
  return item('said', `${said}; detects ${scoreText(score)}${control}; chance 50%`, paint);
}

function ruleLines({ rule, ruleScore, uses }: LatentPortrait, paint: Paint): string[] {
  const listed = [1, 2, 3].flatMap((order) => {
    const own = uses.filter((use) => use.order === order).slice(0, 4);
    const texts = own.map(
      ({ text, active }) => `${quoted(text)} ${percent(active.rate)}% of ${active.n}`,
    );
    return own.length > 0
      ? item(order === 1 ? 'tokens' : `${order} tokens`, texts.join('  '), paint)
      : [];
  });
  if (!rule) return listed;
  const detects = ruleScore ? `; detects ${scoreText(ruleScore)}, chance 50%` : '';
  const words = `${ruleWords(rule)}: precision ${rateText(rule.precision)} (all tokens ${percent(rule.base.rate)}%), recall ${rateText(rule.recall)}${detects}`;
  return [...item('rule', words, paint), ...listed];
}

function bandLines(examples: readonly Example[], max: number, paint: Paint): string[] {
  let before = '';
  return examples.flatMap((example) => {
    const [low, high] = example.band!;
    const name = `  quantiles ${Math.round(100 * low)} to ${Math.round(100 * high)}%`;
    const head = name === before ? [] : [paint.dim(name)];
    before = name;
    return [...head, exampleLine(example, max, paint)];
  });
}

/** As much of an example as fits, its peak two thirds into the line. */
function exampleLine({ tokens, values, peak }: Example, max: number, paint: Paint): string {
  const room = Math.max(20, paint.width - 12);
  let [from, to, used] = [peak, peak + 1, visible(tokens[peak]!).length + 4];
  const size = (i: number) => visible(tokens[i]!).length + (values[i] === 0 ? 0 : 2);
  const left = () => from > 0 && used + size(from - 1) <= room;
  while (left() && used < (2 * room) / 3) used += size(--from);
  while (to < tokens.length && used + size(to) <= room) used += size(to++);
  while (left()) used += size(--from);
  const text = tokens
    .slice(from, to)
    .map((token, i) => {
      const at = from + i;
      const strength = max > 0 ? Math.abs(values[at]!) / max : 0;
      return strength === 0 ? visible(token) : paint.token(visible(token), strength, at === peak);
    })
    .join('');
  return `  ${figure(values[peak]!).padStart(8)}  ${text}`;
}

function logitLines({ logits }: LatentPortrait, paint: Paint): string[] {
  if (!logits) return [];
  const words = (effects: readonly { text: string; effect: number }[]) =>
    effects
      .slice(0, 6)
      .map(({ text, effect }) => `${quoted(text)} ${signed(effect)}`)
      .join('  ');
  return [
    ...item('promotes', words(logits.promoted), paint),
    ...item(
      'lowers',
      `${words(logits.suppressed)}  (deviation of all tokens ${figure(logits.deviation)})`,
      paint,
    ),
  ];
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}

function ablationLines({ ablation }: LatentPortrait, paint: Paint): string[] {
  if (!ablation) return [];
  const { divergence, other, difference, loss, places, documents, replaced, lowered, raised } =
    ablation;
  const stand = replaced > 0 ? ` (at ${replaced} places a random direction)` : '';
  const rise = loss ? `; loss ${signed(loss.mean)} [${loss.interval.map(signed).join(', ')}]` : '';
  const words = (effects: typeof lowered) =>
    effects
      .slice(0, 4)
      .map(({ text, effect }) => `${quoted(text)} ${signed(effect)}`)
      .join('  ');
  return [
    ...item(
      'ablated',
      `KL ${meanText(divergence)} nats; another latent of equal strength${stand} ${meanText(other.divergence)}; difference ${meanText(difference)}${rise}; ${places} places of ${documents} documents`,
      paint,
    ),
    ...item('', `log p: ${words(lowered)}  ${words(raised)}`, paint),
  ];
}

function companyLines(
  { neighbours, partners }: LatentPortrait,
  portrait: Portrait,
  paint: Paint,
): string[] {
  const near = neighbours.map(({ latent, cosine }) => `${latent} (${figure(cosine)})`).join('  ');
  const chance = `chance about ${figure(portrait.chanceCosine)}`;
  const together = partners
    .map(
      ({ latent, given, base }) => `${latent} at ${rateText(given)} (all tokens ${percent(base)}%)`,
    )
    .join('  ');
  return [
    ...(near ? item('near', `${near}  cosine; ${chance}`, paint) : []),
    ...(together ? item('with', together, paint) : []),
  ];
}
