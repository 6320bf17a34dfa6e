/** @file Writes the test program of a function, with each construct or without it: both forms test the same. */
import type { RandomReader } from '../../tensor/random.ts';
import { drawInputs, type Inputs } from './cases.ts';
import type { Uses } from './constructs.ts';
import { definition, NAME, type Subject } from './subjects/index.ts';

/** All that a program can vary in while it uses the same constructs. */
export interface Wording {
  readonly inputs: Inputs;
  /** Whether the functions of `re` are imported by name. */
  readonly byName: boolean;
}

/** Draws the wording of a program. */
export function drawWording(reader: RandomReader, subject: Subject): Wording {
  return { inputs: drawInputs(reader, subject), byName: reader.uniform() < 0.4 };
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
    testLines(uses, uses.nested ? oracle : []),
    callLines(uses),
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
}

function importLine({ regex }: Subject, { byName }: Wording): string {
  return byName ? `from re import ${regex.call}` : 'import re';
}

function inputLines({ inputs }: Wording, { fstring, lambda, global }: Uses): string[] {
  const { literal, stem, number } = inputs;
  const more = fstring ? `f"${stem}{n}"` : `"${stem}" + str(n)`;
  return [
    `n = ${number}`,
    `cases = [${literal.map((text) => `"${text}"`).join(', ')}]`,
    `cases.append(${more})`,
    `cases.sort(key=${lambda ? 'lambda c: len(c)' : 'len'})`,
    ...(global ? ['done = 0'] : []),
  ];
}

function oracleLines(subject: Subject, { byName }: Wording, byRegex: boolean): string[] {
  const { call, body } = subject.regex;
  const called = byName ? call : `re.${call}`;
  const lines = byRegex ? body.map((line) => line.replace('$(', `${called}(`)) : subject.plain;
  return definition('want', 't', lines).split('\n');
}

function testLines(uses: Uses, nested: readonly string[]): string[] {
  return [
    'def test():',
    ...indent([
      uses.global ? 'global done' : 'done = 0',
      ...nested,
      ...answerLines(uses),
      ...loopLines(uses),
      ...(uses.global ? [] : ['return done']),
    ]),
  ];
}

function answerLines({ comprehension }: Uses): string[] {
  if (comprehension) return ['answers = [want(c) for c in cases]'];
  return ['answers = []', 'for c in cases:', '    answers.append(want(c))'];
}

function loopLines(uses: Uses): string[] {
  const body = [
    ...callOnce(`got = ${NAME}(cases[i])`, uses),
    `assert got == answers[i]${uses.message ? ', "wrong"' : ''}`,
    'done += 1',
  ];
  if (!uses.while) return ['for i in range(len(cases)):', ...indent(body)];
  return ['i = 0', 'while i < len(cases):', ...indent([...body, 'i += 1'])];
}

function callOnce(line: string, uses: Uses): string[] {
  return uses.try ? ['try:', `    ${line}`, 'except ValueError:', '    got = None'] : [line];
}

function callLines({ global }: Uses): string[] {
  if (global) return ['test()', 'assert done == len(cases)'];
  return ['assert test() == len(cases)'];
}
