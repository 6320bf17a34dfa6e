/** @file Sets of constructs for tests of the code world. */
import fc from 'fast-check';
import { CONSTRUCTS, eachConstruct, type Uses } from '../../../src/world/code/index.ts';

/** Any of the 512 sets of constructs. */
export const anyUses: fc.Arbitrary<Uses> = fc
  .subarray([...CONSTRUCTS])
  .map((used) => eachConstruct((construct) => used.includes(construct)));

export const NONE: Uses = eachConstruct(() => false);
