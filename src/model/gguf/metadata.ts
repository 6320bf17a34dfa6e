/** @file Typed access to a GGUF file's metadata; what is wrong is named by its key. */
import { badInput } from '../../tensor/errors.ts';
import { show } from '../json.ts';
import type { MetadataValue } from './reader.ts';

/** The metadata of one file. */
export class Metadata {
  /** What messages call the file. */
  readonly name: string;
  readonly #values: ReadonlyMap<string, MetadataValue>;

  constructor(name: string, values: ReadonlyMap<string, MetadataValue>) {
    this.name = name;
    this.#values = values;
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  /** A value as it is, for those that may be of several kinds. */
  raw(key: string): MetadataValue | undefined {
    return this.#values.get(key);
  }

  text(key: string): string | undefined {
    return this.#one(key, 'a text', (value) => typeof value === 'string') as string | undefined;
  }

  flag(key: string): boolean | undefined {
    const known = (value: MetadataValue) => typeof value === 'boolean';
    return this.#one(key, 'true or false', known) as boolean | undefined;
  }

  number(key: string): number | undefined {
    const known = (value: MetadataValue) => Number.isFinite(value);
    return this.#one(key, 'a finite number', known) as number | undefined;
  }

  /** A whole number that is not negative. */
  count(key: string): number | undefined {
    const known = (value: MetadataValue) => Number.isSafeInteger(value) && Number(value) >= 0;
    return this.#one(key, 'a whole number', known) as number | undefined;
  }

  texts(key: string): readonly string[] | undefined {
    return this.#many(key, 'texts', (value) => typeof value === 'string') as string[] | undefined;
  }

  numbers(key: string): readonly number[] | undefined {
    return this.#many(key, 'finite numbers', Number.isFinite) as number[] | undefined;
  }

  /** Refuses a value. */
  refuse(key: string, expected: string, hint?: string): never {
    badInput(`${this.name}: ${key} is ${show(this.#values.get(key))}, expected ${expected}`, hint);
  }

  #one(key: string, expected: string, known: (value: MetadataValue) => boolean) {
    const value = this.#values.get(key);
    if (value !== undefined && !known(value)) this.refuse(key, expected);
    return value;
  }

  #many(key: string, expected: string, known: (value: unknown) => boolean) {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.refuse(key, `an array of ${expected}`);
    const wrong = value.findIndex((entry) => !known(entry));
    if (wrong >= 0)
      badInput(`${this.name}: ${key}.${wrong} is ${show(value[wrong])}, expected ${expected}`);
    return value;
  }
}
