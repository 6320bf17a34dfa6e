#!/usr/bin/env node
// Runs the built command line; in a clone, installs and builds first when that is due.
import { existsSync } from 'node:fs';

const clone = new URL('../src/cli/main.ts', import.meta.url);
if (existsSync(clone)) await import('../scripts/setup.mjs');
await import('../dist/src/cli/main.js');
