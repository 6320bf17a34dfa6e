/** @file Methods of texts. */
import type { Methods } from './attributes.ts';
import { raise } from './faults.ts';
import { itemsOf } from './operators.ts';
import { numberOf, Sequence, textOf, typeName, type Value } from './values.ts';

/** Whether a text has a character, and all of them match. */
function consistsOf(pattern: RegExp): Methods<string>[string] {
  return [[], (self) => pattern.test(self)];
}

/** Whether a text has a letter of one case and none of the other. */
function cased(has: RegExp, lacks: RegExp): Methods<string>[string] {
  return [[], (self) => has.test(self) && !lacks.test(self)];
}

function split(self: string, [separator]: readonly Value[]): Value {
  if (separator === undefined || separator === null)
    return new Sequence(self.trim() === '' ? [] : self.trim().split(/[ \n\t]+/));
  if (typeof separator !== 'string')
    return raise('TypeError', `split() takes a text, not ${typeName(separator)}`);
  if (separator === '') return raise('ValueError', 'split() at nothing');
  return new Sequence(self.split(separator));
}

function join(self: string, [items]: readonly Value[]): string {
  const texts = [...itemsOf(items!)].map((item) =>
    typeof item === 'string' ? item : raise('TypeError', `join() of ${typeName(item)}`),
  );
  return texts.join(self);
}

function count(self: string, [part]: readonly Value[]): number {
  return part === '' ? self.length + 1 : self.split(textOf(part!)).length - 1;
}

function find(self: string, [part, from]: readonly Value[]): number {
  const start = numberOf(from ?? 0)!;
  const at = start < 0 ? Math.max(0, start + self.length) : start;
  return at > self.length ? -1 : self.indexOf(textOf(part!), at);
}

function strip(self: string, [characters]: readonly Value[]): string {
  const stripped = characters === undefined ? ' \n\t' : textOf(characters);
  const kept = self.split('').map((c) => !stripped.includes(c));
  return kept.includes(true) ? self.slice(kept.indexOf(true), kept.lastIndexOf(true) + 1) : '';
}

export const TEXT_METHODS: Methods<string> = {
  isdigit: consistsOf(/^[0-9]+$/),
  isalpha: consistsOf(/^[A-Za-z]+$/),
  isalnum: consistsOf(/^[A-Za-z0-9]+$/),
  isspace: consistsOf(/^[ \n\t]+$/),
  isupper: cased(/[A-Z]/, /[a-z]/),
  islower: cased(/[a-z]/, /[A-Z]/),
  upper: [[], (self) => self.toUpperCase()],
  lower: [[], (self) => self.toLowerCase()],
  startswith: [['text'], (self, [part]) => self.startsWith(textOf(part!))],
  endswith: [['text'], (self, [part]) => self.endsWith(textOf(part!))],
  replace: [
    ['text', 'text'],
    (self, [from, to], machine) => {
      const text = self.replaceAll(textOf(from!), () => textOf(to!));
      machine.sized(text.length);
      return text;
    },
  ],
  strip: [['text?'], strip],
  split: [['any?'], split],
  join: [
    ['any'],
    (self, given, machine) => {
      const text = join(self, given);
      machine.sized(text.length);
      return text;
    },
  ],
  find: [['text', 'int?'], find],
  index: [
    ['text', 'int?'],
    (self, given) => {
      const at = find(self, given);
      return at < 0 ? raise('ValueError', 'the text is not found') : at;
    },
  ],
  count: [['text'], count],
};
