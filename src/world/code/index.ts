/** @file The code world: functions, tests that are to be written for them, and an interpreter that says what a test is worth. */
export { blocksOf, linesOf, type Part } from './boundaries.ts';
export { checkProgram, type ProgramCheck } from './check.ts';
export { CHORE_KINDS, type Chore, type ChoreKind } from './chores.ts';
export {
  CONSTRUCTS,
  type Construct,
  constructsIn,
  constructsInText,
  eachConstruct,
  PUBLISHED_REGEX_DETECTOR,
  type RegexPlaces,
  regexPlaces,
  type Uses,
} from './constructs.ts';
export {
  CODE_WEIGHTS,
  type CodeExample,
  type CodeKind,
  codeExample,
  codeKind,
  codeText,
  heldOutChores,
} from './corpus.ts';
export type { Bounds } from './interpreter/machine.ts';
export { type Outcome, runProgram } from './interpreter/run.ts';
export {
  HEEDED,
  LEVELS,
  type Level,
  naturalRate,
  type Style,
  styleLine,
  styleOf,
} from './style.ts';
export { parseProgram } from './syntax/statements.ts';
export { CodeFault, type Statement } from './syntax/tree.ts';
export {
  type CodeTask,
  codeTask,
  type SolvedTask,
  solvedTask,
  type TaskOptions,
} from './task.ts';
