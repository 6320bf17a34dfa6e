import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/tensor/random.ts';
import { expansions, template } from '../../src/world/template.ts';

describe('templates', () => {
  it('expand to all their texts', () => {
    expect(expansions('a {b|c{d|}}[e]')).toEqual(['a b[e]', 'a cd[e]', 'a c[e]']);
  });

  it('expand at random only to those, and to all of them in time', () => {
    const source = '{a|b}{ c|}{d|{e|f}}';
    const reader = randomStream(1, 'test').reader();
    const compiled = template(source);
    const seen = new Set(Array.from({ length: 500 }, () => compiled(reader, {})));
    expect([...seen].sort()).toEqual(expansions(source).sort());
  });

  it('choose branches evenly', () => {
    const compiled = template('{a|b|c}');
    const reader = randomStream(2, 'test').reader();
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 3000; i++) counts[compiled(reader, {})]!++;
    // Five standard deviations of a binomial(3000, 1/3): 5 * sqrt(3000 * 2 / 9) = 129.
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(129);
  });

  it('fill slots with values or with functions, called only when used', () => {
    let calls = 0;
    const slots = { who: 'ana', day: () => `day ${++calls}` };
    expect(template('[who] on [day], [day]')(randomStream(0, 'x').reader(), slots)).toBe(
      'ana on day 1, day 2',
    );
  });

  it('refuse unknown slots and unclosed choices', () => {
    expect(() => template('[gone]')(randomStream(0, 'x').reader(), {})).toThrow('[gone]');
    expect(() => template('{a|b')).toThrow('unclosed');
  });

  it('leave plain text as it is', () => {
    const plain = fc.string().map((s) => s.replace(/[{}[\]|]/g, ''));
    fc.assert(fc.property(plain, (text) => expansions(text)[0] === text));
  });
});
