/** @file What a function does with the characters of a kind: count, keep, drop, hide, list, find them, or say whether they are there. */
import { type CharacterClass, CLASSES, mixedText } from './classes.ts';
import { definition, NAME, type RegexForm, type Subject } from './subject.ts';

/** The names in a body, so that an oracle does not read like the function. */
interface Names {
  readonly text: string;
  readonly character: string;
}

/** A body: `over` is the text that is gone through, `test` the condition on a character. */
type Body = (names: Names, over: string, test: (character: string) => string) => readonly string[];

interface Operation {
  readonly promise: (of: CharacterClass) => string;
  readonly body: Body;
  readonly regex: (pattern: string) => RegexForm;
}

/** Gathers in a loop: what is there before it, what is done with a character, what comes out. */
function gathering(start: string, line: (character: string, test: string) => string[]): Body {
  return ({ character }, over, test) => [
    `out = ${start}`,
    `for ${character} in ${over}:`,
    ...line(character, test(character)).map((inner) => `    ${inner}`),
    'return out',
  ];
}

/** Says yes or no at the first character that settles it. */
function deciding(
  condition: (test: string) => string,
  then: string,
  otherwise: (text: string) => string,
): Body {
  return ({ text, character }, over, test) => [
    `for ${character} in ${over}:`,
    `    if ${condition(test(character))}:`,
    `        return ${then}`,
    `return ${otherwise(text)}`,
  ];
}

function atEnd(place: '0' | '-1'): Body {
  return ({ text }, over, test) => [`return len(${text}) > 0 and ${test(`${over}[${place}]`)}`];
}

const OPERATIONS: readonly Operation[] = [
  {
    promise: ({ name }) => `count the ${name} in text.`,
    body: gathering('0', (_, test) => [`if ${test}:`, '    out += 1']),
    regex: (p) => ({ call: 'findall', body: [`return len($("${p}", t))`] }),
  },
  {
    promise: ({ name }) => `keep only the ${name} of text.`,
    body: gathering('""', (c, test) => [`if ${test}:`, `    out += ${c}`]),
    regex: (p) => ({ call: 'findall', body: [`return "".join($("${p}", t))`] }),
  },
  {
    promise: ({ name }) => `text without its ${name}.`,
    body: gathering('""', (c, test) => [`if not ${test}:`, `    out += ${c}`]),
    regex: (p) => ({ call: 'sub', body: [`return $("${p}", "", t)`] }),
  },
  {
    promise: ({ name }) => `text with a star for each of its ${name}.`,
    body: gathering('""', (c, test) => [`out += "*" if ${test} else ${c}`]),
    regex: (p) => ({ call: 'sub', body: [`return $("${p}", "*", t)`] }),
  },
  {
    promise: ({ name }) => `the ${name} of text in a list.`,
    body: gathering('[]', (c, test) => [`if ${test}:`, `    out.append(${c})`]),
    regex: (p) => ({ call: 'findall', body: [`return $("${p}", t)`] }),
  },
  {
    promise: ({ name }) => `true if there are ${name} in text.`,
    body: deciding(
      (test) => test,
      'True',
      () => 'False',
    ),
    regex: (p) => ({ call: 'search', body: [`return $("${p}", t) is not None`] }),
  },
  {
    promise: ({ name }) => `true if text is made of ${name}.`,
    body: deciding(
      (test) => `not ${test}`,
      'False',
      (text) => `len(${text}) > 0`,
    ),
    regex: (p) => ({ call: 'fullmatch', body: [`return $("${p}+", t) is not None`] }),
  },
  {
    promise: ({ one }) => `true if text begins with a ${one}.`,
    body: atEnd('0'),
    regex: (p) => ({ call: 'match', body: [`return $("${p}", t) is not None`] }),
  },
  {
    promise: ({ one }) => `true if text ends with a ${one}.`,
    body: atEnd('-1'),
    regex: (p) => ({ call: 'search', body: [`return $("${p}$", t) is not None`] }),
  },
  {
    promise: ({ one }) => `the place of the first ${one} in text, or -1.`,
    body: ({ text }, over, test) => [
      `for i in range(len(${over})):`,
      `    if ${test(`${text}[i]`)}:`,
      '        return i',
      'return -1',
    ],
    regex: (p) => ({
      call: 'search',
      body: [`found = $("${p}", t)`, 'return found.start() if found else -1'],
    }),
  },
];

const OWN: Names = { text: 'text', character: 'c' };
const ORACLE: Names = { text: 't', character: 'x' };

/** The function of an operation on a kind of character. */
function subjectOf(operation: Operation, of: CharacterClass): Subject {
  const written = (over: string, test: (c: string) => string, promise?: string) =>
    definition(NAME, 'text', operation.body(OWN, over, test), promise);
  const other = CLASSES[(CLASSES.indexOf(of) + 1) % CLASSES.length]!;
  return {
    promise: operation.promise(of),
    source: written('text', of.test, operation.promise(of)),
    mutants: [
      written('text', (c) => `not ${of.test(c)}`),
      written('text', other.test),
      ...['text[1:]', 'text[:-1]']
        .map((over) => written(over, of.test))
        .filter((source) => source !== written('text', of.test)),
    ],
    plain: operation.body(ORACLE, 't', of.test),
    regex: operation.regex(of.pattern),
    input: (reader) => mixedText(reader, of),
  };
}

/** All functions that do something with the characters of a kind. */
export const OPERATION_SUBJECTS: readonly Subject[] = OPERATIONS.flatMap((operation) =>
  CLASSES.map((of) => subjectOf(operation, of)),
);
