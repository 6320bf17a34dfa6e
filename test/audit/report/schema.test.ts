/** @file The published JSON schemas. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../../scripts/schemas.ts';

test.each(Object.entries(SCHEMAS))(
  '%s is current (write it with scripts/schemas.ts)',
  (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);
