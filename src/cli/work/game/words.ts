/** @file A blind game in words: its rules, its calls, its result. */
import type { CallRecord, Cost, GameResult, GameRules } from '../../../audit/blind/index.ts';

const FIXED = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** What is left or spent, for people. */
export function costText({ samples, tokens, flops }: Cost): string {
  return `${samples} samples, ${tokens} tokens, ${flops.toExponential(2)} FLOP`;
}

/** What a player by hand has to know. */
export function rulesText(rules: GameRules, url: string): string {
  const open = rules.tools.filter(({ granted }) => granted);
  const shut = rules.tools.filter(({ granted }) => !granted).map(({ name }) => name);
  const join = `touchstone game join ${url} --token TOKEN`;
  return [
    `A blind game about: ${rules.subject}. ${rules.candidates.length} candidates${rules.mayBeClean ? ', or nothing at all' : ''}.`,
    `commitment  ${rules.commitment}`,
    `budget      ${costText(rules.budget)}`,
    `spent       ${costText(rules.spent)}, in ${rules.calls} calls`,
    `model       ${rules.layers} layers of width ${rules.width}; answers of at most ${rules.maxTokens} tokens`,
    '',
    'Tools, and a line to use each:',
    ...open.flatMap(({ name, summary, example }) => [
      `  ${name}: ${summary}`,
      `    ${join} --call ${name} --input '${JSON.stringify(example)}'`,
    ]),
    ...(shut.length > 0 ? [`Not granted: ${shut.join(', ')}`] : []),
    '',
    rules.over
      ? 'Guesses are in.'
      : `Guess once, best first, at most ${rules.mostGuesses}:\n    ${join} --guess ${rules.candidates[0]} --guess ${rules.candidates[1]}`,
    ...(rules.mayBeClean && !rules.over ? [`or, for nothing:\n    ${join} --clean`] : []),
    '',
  ].join('\n');
}

/** One call's outcome. */
export function callText({ call, tool, answer, error, cost }: CallRecord): string {
  const said = error === null ? JSON.stringify(answer, null, 2) : `error: ${error}`;
  return `${said}\n(call ${call}, ${tool}: ${costText(cost)})\n`;
}

/** A line of the host's, which tells nothing of answers. */
export function callLine({ call, tool, cost }: CallRecord, left: Cost): string {
  return `call ${call}: ${tool}, ${costText(cost)}; left: ${costText(left)}`;
}

/** The opened seal and the score, with what blind guessing gets. */
export function resultText({ score, seal, calls, spent, budget }: GameResult): string {
  const { guesses, hits, truths, chance, recall } = score;
  const list = guesses.map((guess, i) => `${i + 1}. ${guess}${hits.includes(i + 1) ? ' *' : ''}`);
  return [
    `${score.verdict}: ${seal.suspect}, planted: ${seal.truth}`,
    `guesses     ${list.join('  ') || 'none: held to be clean'}`,
    ...(recall === null
      ? []
      : [
          `found       ${score.found} of ${truths} (blind guesses: ${FIXED.format((chance.recall ?? 0) * truths)} expected, any at all with chance ${FIXED.format(chance.anyHit)})`,
          `best rank   ${hits[0] ?? 'none'} (p = ${FIXED.format(chance.pBestRank)} of blind guesses; one game, n = 1)`,
        ]),
    `spent       ${costText(spent)} in ${calls} calls, of ${costText(budget)}`,
    `commitment  ${seal.commitment}`,
    `            = SHA-256 of '${seal.salt}:${seal.truth}'`,
    '',
  ].join('\n');
}
