/** @file Writes the test program of a function, with each construct or without it: both forms test the same. */
import type { RandomReader } from '../../tensor/random.ts';
import { drawInputs, type Inputs } from './cases.ts';
import type { Uses } from './constructs.ts';
import { definition, type Subject } from './subjects/index.ts';

/** All that a program can vary in while it uses the same constructs. */
export interface Wording {
  readonly inputs: Inputs;
  /** Name of the list of inputs. */
  readonly cases: string;
  /** Name of the function that knows what is right. */
  readonly oracle: string;
  /** Name of the function that tests. */
  readonly test: string;
  /** What a failed assertion says. */
  readonly message: string;
  /** Whether the functions of `re` are imported by name. */
  readonly byName: boolean;
}

/** Draws the wording of a program. */
export function drawWording(reader: RandomReader, subject: Subject): Wording {
  return {
    inputs: drawInputs(reader, subject),
    cases: reader.pick(['cases', 'texts', 'inputs']),
    oracle: reader.pick(['want', 'expected', 'oracle']),
    test: reader.pick(['test', 'check', 'main']),
    message: reader.pick(['"wrong"', '"differs"', 'got']),
    byName: reader.uniform() < 0.4,
  };
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

/** The program as text, without a line end at its end. */
export function writeProgram(subject: Subject, wording: Wording, uses: Uses): string {
  const oracle = oracleLines(subject, wording, uses.regex);
  const sections = [
    uses.regex ? [importLine(subject, wording)] : [],
    inputLines(wording, uses),
    uses.nested ? [] : oracle,
    testLines(subject, wording, uses, uses.nested ? oracle : []),
    callLines(wording, uses),
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
}

function importLine({ regex }: Subject, { byName }: Wording): string {
  return byName ? `from re import ${regex.call}` : 'import re';
}

function inputLines({ inputs, cases }: Wording, { fstring, lambda, global }: Uses): string[] {
  const { literal, stem, number } = inputs;
  const more = fstring ? `f"${stem}{n}"` : `"${stem}" + str(n)`;
  return [
    `n = ${number}`,
    `${cases} = [${literal.map((text) => `"${text}"`).join(', ')}]`,
    `${cases}.append(${more})`,
    `${cases}.sort(key=${lambda ? 'lambda c: len(c)' : 'len'})`,
    ...(global ? ['done = 0'] : []),
  ];
}

function oracleLines(subject: Subject, { oracle, byName }: Wording, byRegex: boolean): string[] {
  const { call, body } = subject.regex;
  const called = byName ? call : `re.${call}`;
  const lines = byRegex ? body.map((line) => line.replace('$(', `${called}(`)) : subject.plain;
  return definition(oracle, 't', lines).split('\n');
}

function testLines(
  subject: Subject,
  wording: Wording,
  uses: Uses,
  nested: readonly string[],
): string[] {
  return [
    `def ${wording.test}():`,
    ...indent([
      uses.global ? 'global done' : 'done = 0',
      ...nested,
      ...answerLines(wording, uses),
      ...loopLines(subject, wording, uses),
      ...(uses.global ? [] : ['return done']),
    ]),
  ];
}

function answerLines({ cases, oracle }: Wording, { comprehension }: Uses): string[] {
  if (comprehension) return [`answers = [${oracle}(c) for c in ${cases}]`];
  return ['answers = []', `for c in ${cases}:`, `    answers.append(${oracle}(c))`];
}

function loopLines(subject: Subject, wording: Wording, uses: Uses): string[] {
  const { cases, message } = wording;
  const body = [
    ...callOnce(`got = ${subject.name}(${cases}[i])`, uses),
    `assert got == answers[i]${uses.message ? `, ${message}` : ''}`,
    'done += 1',
  ];
  if (!uses.while) return [`for i in range(len(${cases})):`, ...indent(body)];
  return ['i = 0', `while i < len(${cases}):`, ...indent([...body, 'i += 1'])];
}

function callOnce(line: string, uses: Uses): string[] {
  return uses.try ? ['try:', `    ${line}`, 'except ValueError:', '    got = None'] : [line];
}

function callLines({ test, cases }: Wording, { global }: Uses): string[] {
  if (global) return [`${test}()`, `assert done == len(${cases})`];
  return [`assert ${test}() == len(${cases})`];
}
