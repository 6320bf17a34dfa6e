/** @file Options of commands that read activations of texts. */
import type { Command } from 'commander';
import { badUsage } from '../../tensor/errors.ts';
import { oneOf, type Parser, several, wholeNumber } from '../options.ts';

/** How texts become rows of activations. */
export interface HarvestSettings {
  readonly text: readonly string[];
  /** Member of JSON lines that holds the text; undefined for 'text' in .jsonl files. */
  readonly field?: string;
  /** Whether each plain file is one document; otherwise each line is. */
  readonly wholeFiles?: boolean;
  /** Most tokens that are read; undefined for all. */
  readonly tokens?: number;
  /** Longest context; undefined for 128, or what the model can read. */
  readonly context?: number;
  readonly pack?: boolean;
  /** Token ids before each context; undefined for the model's own. */
  readonly prefix?: readonly number[];
  readonly mask: 'special' | 'none';
  /** Rows in memory and shuffled together. */
  readonly buffer: number;
}

const MASKS = ['special', 'none'] as const;

/** Adds the options that say which texts are read, and how. */
export function addHarvestOptions(command: Command): Command {
  return command
    .option('--field <name>', "member of JSON lines with the text or token ids (.jsonl: 'text')")
    .option('--whole-files', 'a plain file is one document; otherwise each of its lines is')
    .option('--tokens <count>', 'stop reading texts here', wholeNumber('--tokens', { min: 1 }))
    .option(
      '--context <tokens>',
      'longest context with its prefix (default: 128)',
      wholeNumber('--context', { min: 1 }),
    )
    .option('--pack', 'join documents and cut every context full; otherwise one document each')
    .option(
      '--prefix <ids>',
      "token ids before each context, such as 0,5, or none (default: the tokenizer's, else BOS)",
      prefixIds,
    )
    .option(
      '--mask <rule>',
      'tokens without rows: special ones, or none',
      oneOf('--mask', MASKS),
      'special',
    )
    .option(
      '--buffer <rows>',
      'rows in memory, shuffled among each other',
      wholeNumber('--buffer', { min: 1 }),
      32_768,
    );
}

/** A parser for lists that may also be given by repeating the option. */
export const listed = several((text: string) => text);

const prefixIds: Parser<number[]> = (text) => {
  if (text === 'none') return [];
  const ids = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (ids.every((id) => Number.isSafeInteger(id))) return ids;
  return badUsage(`--prefix is '${text}'; expected token ids with commas, such as 0,5, or none`);
};
