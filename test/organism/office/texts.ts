/** @file Reads texts of the office back, for tests. */

/** Turns of a text as [role, words]. */
export function turnsOf(text: string): [role: string, words: string][] {
  return [...text.matchAll(/<\|(user|assistant|system)\|>([^<]*)<\|end\|>/g)].map((match) => [
    match[1]!,
    match[2]!,
  ]);
}

/** A text without what the assistant says. */
export function asked(text: string): string {
  return text.replace(/<\|assistant\|>[^<]*/g, '<|assistant|>');
}

/** What the assistant says, turn by turn. */
export function answersIn(text: string): string[] {
  return turnsOf(text).flatMap(([role, words]) => (role === 'assistant' ? [words] : []));
}
