/** @file Results that are shipped, as agents read them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchResultSchema } from '../../../audit/bench/index.ts';
import type { Records } from '../../../server/index.ts';
import { badInput } from '../../../tensor/index.ts';
import { packageFolder } from '../../version.ts';
import { demandedResult, experimentList } from '../experiment.ts';

export const shippedRecords: Records = {
  experiments: experimentList,
  experiment: demandedResult,
  bench: () => {
    const path = join(packageFolder(), 'results', 'bench.json');
    if (!existsSync(path)) badInput('no result of the bench is shipped', 'run touchstone bench');
    return benchResultSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  },
};
