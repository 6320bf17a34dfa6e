/** @file Writes the published JSON schemas of what `--json` prints: node dist/scripts/schemas.js */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { auditResultSchema } from '../src/audit/result.ts';

/** Each published schema's text by its path in the repository. */
export const SCHEMAS: Readonly<Record<string, string>> = {
  'schemas/audit-result.schema.json': schemaText(auditResultSchema, 'Touchstone audit result'),
};

function schemaText(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema);
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(SCHEMAS)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
