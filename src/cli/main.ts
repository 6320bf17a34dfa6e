/** @file The program `touchstone`. */
import { registerPower } from './commands/power.ts';
import { runCommandLine } from './run.ts';

await runCommandLine(process.argv.slice(2), [registerPower]);
