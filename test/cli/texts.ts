/** @file Texts of the generated world as a file, for commands that read activations. */
import { writeFileSync } from 'node:fs';
import { worldText } from '../../src/world/index.ts';

/** Writes `count` texts as JSON lines. */
export function writeTexts(path: string, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ text: worldText(5, i) }));
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
