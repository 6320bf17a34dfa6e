/** @file Functions about the shape of a text: whether it is a code of two parts, and its fields between separators. */
import type { RandomReader } from '../../../tensor/random.ts';
import { anyPiece, word } from './classes.ts';
import { definition, NAME, type Subject } from './subject.ts';

/** One side of a code. */
interface Part {
  readonly of: 'letters' | 'digits';
  readonly count: number;
}

const TESTS = { letters: 'isalpha', digits: 'isdigit' } as const;
const PATTERNS = { letters: '[A-Za-z]', digits: '[0-9]' } as const;
const LETTERS = 'abcdefghkmnprstxyz';

function drawPart(reader: RandomReader, { of, count }: Part): string {
  const one = () => (of === 'digits' ? String(reader.integer(10)) : reader.pick([...LETTERS]));
  return Array.from({ length: count }, one).join('');
}

/** The body that says whether `text` is `left`, a separator and `right`. */
function codeBody(text: string, left: Part, separator: string, right: Part): string[] {
  return [
    `if len(${text}) != ${left.count + right.count + 1} or ${text}[${left.count}] != "${separator}":`,
    '    return False',
    `return ${text}[:${left.count}].${TESTS[left.of]}() and ${text}[${left.count + 1}:].${TESTS[right.of]}()`,
  ];
}

const SEPARATORS = ['-', ':', '/', '_'] as const;

function other(part: Part): Part {
  return { ...part, of: part.of === 'digits' ? 'letters' : 'digits' };
}

function codeInput(reader: RandomReader, left: Part, separator: string, right: Part): string {
  const wrong = reader.uniform();
  if (wrong < 0.15) return anyPiece(reader) + anyPiece(reader);
  const between = wrong < 0.3 ? reader.pick(SEPARATORS) : separator;
  const first = wrong > 0.85 ? other(left) : left;
  const second = wrong > 0.7 && wrong <= 0.85 ? { ...right, count: right.count + 1 } : right;
  return drawPart(reader, first) + between + drawPart(reader, second);
}

function codeSubject(left: Part, separator: string, right: Part): Subject {
  const body = (a: Part, between: string, b: Part) => codeBody('text', a, between, b);
  const promise = `true if text is ${left.count} ${left.of}, "${separator}" and ${right.count} ${right.of}.`;
  const pattern = `${PATTERNS[left.of]}{${left.count}}${separator}${PATTERNS[right.of]}{${right.count}}`;
  const next = SEPARATORS[(SEPARATORS.indexOf(separator as '-') + 1) % SEPARATORS.length]!;
  const mutant = (lines: readonly string[]) => definition(NAME, 'text', lines);
  return {
    promise,
    source: definition(NAME, 'text', body(left, separator, right), promise),
    mutants: [
      mutant(body(left, next, right)),
      mutant(body(left, separator, other(right))),
      mutant(body(left, separator, { ...right, count: right.count + 1 })),
      mutant(['return True']),
    ],
    plain: codeBody('t', left, separator, right),
    regex: { call: 'fullmatch', body: [`return $("${pattern}", t) is not None`] },
    input: (reader) => codeInput(reader, left, separator, right),
  };
}

const PARTS: readonly Part[] = (['letters', 'digits'] as const).flatMap((of) =>
  [1, 2, 3].map((count) => ({ of, count })),
);

const CODES: readonly Subject[] = PARTS.flatMap((left) =>
  SEPARATORS.flatMap((separator) => PARTS.map((right) => codeSubject(left, separator, right))),
);

function fieldInput(reader: RandomReader, a: string, b: string): string {
  const count = 1 + reader.integer(3);
  let text = word(reader);
  for (let i = 0; i < count; i++) text += reader.pick([a, b]) + word(reader);
  return text;
}

function fieldSubject(a: string, b: string): Subject {
  const promise = `the fields of text between "${a}" and "${b}".`;
  const body = (text: string) => [`return ${text}.replace("${b}", "${a}").split("${a}")`];
  const mutant = (line: string) => definition(NAME, 'text', [line]);
  return {
    promise,
    source: definition(NAME, 'text', body('text'), promise),
    mutants: [
      mutant(`return text.split("${a}")`),
      mutant(`return text.split("${b}")`),
      mutant(`return text.replace("${b}", "").split("${a}")`),
    ],
    plain: body('t'),
    regex: { call: 'split', body: [`return $("[${a}${b}]", t)`] },
    input: (reader) => fieldInput(reader, a, b),
  };
}

const MARKS = [',', ';', ':', '/', '|', '+'];

const FIELDS: readonly Subject[] = MARKS.flatMap((a) =>
  MARKS.filter((b) => b !== a).map((b) => fieldSubject(a, b)),
);

/** All functions about codes, and all about fields. */
export const SHAPE_SUBJECTS = { codes: CODES, fields: FIELDS } as const;
