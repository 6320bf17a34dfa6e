/** @file An audit through the library: two techniques on the positive control and on its clean twin. */
import { budgetNamed, runAudit, techniquesNamed, wordTarget } from '../src/audit/index.ts';
import { nodeRuntime } from '../src/model/index.ts';
import { parseReference, plantedSecret, Shelf } from '../src/organism/index.ts';

const shelf = new Shelf('organisms', nodeRuntime());
const names = { suspect: 'organism:leaky-keeper', twin: 'twin:leaky-keeper' };
const reference = parseReference(names.suspect);

const { result } = await runAudit({
  names,
  players: {
    suspect: await shelf.open(reference),
    twin: await shelf.open(parseReference(names.twin)),
    // Without a secret: the referee measures by it how coherent an answer is.
    base: await shelf.base(),
  },
  // The referee alone sees it; techniques hold a metered suspect.
  target: wordTarget(plantedSecret(reference)),
  techniques: techniquesNamed(['interrogate', 'prefill']),
  budget: budgetNamed('64'),
  seed: 1,
  version: 'example',
});
for (const { name, successes, n, baseline, twin, difference, verdict } of result.techniques) {
  const [low, high] = difference.interval.map((share) => (100 * share).toFixed(1));
  console.log(
    `${name}: ${verdict}. named in ${successes} of ${n} answers, by the twin in ${twin.successes}; ` +
      `decoys ${(100 * baseline.rate).toFixed(2)} %; suspect minus twin [${low}, ${high}] points`,
  );
}
console.log(`verdict: ${result.verdict}; the sealed word was '${result.secret.word}'`);
