/** @file Methods of lists. */
import type { Methods } from './attributes.ts';
import { sortItems } from './builtins.ts';
import { raise } from './faults.ts';
import { namedOf } from './natives.ts';
import { itemsOf } from './operators.ts';
import { equal, NativeFunction, numberOf, type Sequence, type Value } from './values.ts';

function pop(self: Sequence, [place]: readonly Value[]): Value {
  const given = place === undefined ? -1 : numberOf(place)!;
  const at = given < 0 ? given + self.items.length : given;
  if (at < 0 || at >= self.items.length) return raise('IndexError', 'pop() of what is not there');
  return self.items.splice(at, 1)[0]!;
}

function sort(self: Sequence): NativeFunction {
  return new NativeFunction('sort', (given, machine) => {
    if (given.positional.length > 0) raise('TypeError', 'sort() takes named arguments only');
    self.items = sortItems(self.items, namedOf('sort', given, ['key', 'reverse']), machine);
    return null;
  });
}

export const LIST_METHODS: Methods<Sequence> = {
  append: [
    ['any'],
    (self, [item], machine) => {
      machine.sized(self.items.length + 1);
      self.items.push(item!);
      return null;
    },
  ],
  extend: [
    ['any'],
    (self, [more], machine) => {
      const items = [...itemsOf(more!)];
      machine.sized(self.items.length + items.length);
      self.items.push(...items);
      return null;
    },
  ],
  pop: [['int?'], pop],
  reverse: [
    [],
    (self) => {
      self.items.reverse();
      return null;
    },
  ],
  index: [
    ['any'],
    (self, [item]) => {
      const at = self.items.findIndex((own) => equal(own, item!));
      return at < 0 ? raise('ValueError', 'the item is not in the list') : at;
    },
  ],
  count: [['any'], (self, [item]) => self.items.filter((own) => equal(own, item!)).length],
  sort,
};
