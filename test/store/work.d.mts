/** @file Types of work.mjs. */
import type { RunSpec, SampleRow } from '../../src/store/index.ts';

export declare const SPEC: RunSpec;
export declare function pieceOf(key: string): { i: number; values: number[]; text: string };
export declare function rowsOf(values: ReturnType<typeof pieceOf>[]): SampleRow[];
