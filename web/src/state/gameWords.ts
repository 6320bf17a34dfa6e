/** @file Words of blind games: costs, answers of tools, and what a tool's form asks for. */
import type { Call, Cost, Tool } from '../api/types.ts';

export const UNITS = ['samples', 'tokens', 'flops'] as const;

/** A number of a unit. */
export function amount(unit: keyof Cost, value: number): string {
  return unit === 'flops' ? `${value.toExponential(1)} FLOP` : `${value} ${unit}`;
}

export function costWords(cost: Cost): string {
  return UNITS.filter((unit) => cost[unit] > 0)
    .map((unit) => amount(unit, cost[unit]))
    .join(', ');
}

/** One field of a tool's form. */
export interface Field {
  readonly name: string;
  readonly help: string;
  readonly kind: 'text' | 'number' | 'choice' | 'json';
  readonly choices: readonly string[];
  readonly required: boolean;
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
}

/** The fields that a tool takes, of its JSON schema. */
export function fieldsOf({ input }: Tool): Field[] {
  const properties = (input.properties ?? {}) as unknown as Record<string, Property>;
  const required = (input.required ?? []) as readonly string[];
  return Object.entries(properties).map(
    ([name, { type, enum: choices = [], description = '' }]) => ({
      ...{ name, choices, help: description, required: required.includes(name) },
      kind:
        choices.length > 0
          ? 'choice'
          : type === 'integer' || type === 'number'
            ? 'number'
            : type === 'string' || type === undefined
              ? 'text'
              : 'json',
    }),
  );
}

/** The texts that a form begins with: the tool's own example. */
export function exampleTexts(tool: Tool): Record<string, string> {
  const texts = fieldsOf(tool).map(({ name }) => {
    const value = tool.example[name];
    return [
      name,
      value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ];
  });
  return Object.fromEntries(texts) as Record<string, string>;
}

/** What the form says. @throws SyntaxError where a field of JSON is none */
export function inputOf(tool: Tool, texts: Readonly<Record<string, string>>) {
  const given = fieldsOf(tool).filter(
    ({ name }) => texts[name] !== '' && texts[name] !== undefined,
  );
  return Object.fromEntries(given.map((field) => [field.name, typed(field, texts[field.name]!)]));
}

function typed({ name, kind }: Field, text: string): unknown {
  if (kind === 'number') return Number(text);
  if (kind !== 'json') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`${name} is no JSON: write it as the example does`);
  }
}

/** Lines of an answer, of whatever tool; long lists by their beginning. */
export function answerLines({ answer, error }: Call): string[] {
  if (error !== null) return [`error: ${error}`];
  if (Array.isArray(answer)) {
    if (typeof answer[0] !== 'number') return answer.map(spoken);
    const numbers = answer as number[];
    return [
      `${numbers.length} numbers, norm ${Math.hypot(...numbers).toPrecision(4)}; the first: ${shown(numbers)}`,
    ];
  }
  const { scores } = (answer ?? {}) as { scores?: { candidate: string; score: number }[] };
  if (!scores) return [JSON.stringify(answer)];
  return scores
    .slice(0, 10)
    .map(({ candidate, score }) => `${candidate} (${score.toPrecision(3)})`);
}

function shown(numbers: readonly number[]): string {
  return numbers
    .slice(0, 8)
    .map((value) => value.toPrecision(3))
    .join(', ');
}

function spoken(one: unknown): string {
  if (typeof one !== 'object' || one === null || !('text' in one)) return JSON.stringify(one);
  const { text, named = [] } = one as { text: string; named?: readonly string[] };
  const names = named.length > 0 ? ` (names ${named.join(', ')})` : '';
  return `${text || '(nothing)'}${names}`;
}
