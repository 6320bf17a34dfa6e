/** @file What the decision rule of conditional-steering says of its numbers. */
import { inWords, overSeeds } from '../dictionaries/estimates.ts';
import type { Estimated, Finding } from '../statement.ts';
import type { Constrained, SteeringValue } from './pieces.ts';
import { compared, detectedOf, rateOf, steeredOf } from './rates.ts';
import { qualityOver } from './tables.ts';

type Outcome = Finding['outcome'];

/** Supported above, refuted below, undecided across. */
function beyond({ interval: [low, high] }: Estimated, bound: number): Outcome {
  return low > bound ? 'supported' : high <= bound ? 'refuted' : 'undecided';
}

const CLAIMS: readonly (readonly [arm: string, over: string, claim: string])[] = [
  [
    'latent per token',
    'prompt',
    'a latent that fires, edited per token, does better than a request in the prompt',
  ],
  [
    'latent per token',
    'constant means',
    'a latent that fires, edited per token, does better than a constant vector',
  ],
  [
    'conditional clamping',
    'constant means',
    'conditional clamping does better than a constant vector',
  ],
  [
    'latent per token',
    'probe-gated means',
    'a latent per token does better than a vector behind a probe, with the same labels',
  ],
  ['latent per token', 'logit ban', 'a latent per token does better than banned tokens'],
  ['latent per token', 'fine-tuned', 'a latent per token does better than fine-tuning'],
  [
    'rejection by block',
    'latent per token',
    'rejection by block does better than a latent per token, at its price',
  ],
  [
    'probe-gated means',
    'probe-gated random',
    "a vector behind a probe does better than a random one: what it does is its direction's doing",
  ],
  [
    'latent per token',
    'latent per token, rawDot',
    'the true encoder does better than the raw product',
  ],
  [
    'latent per input',
    'latent per input, prompt barred',
    'per input, letting the prompt fire does better: the commitment is made where the prompt ends',
  ],
  [
    'rejection by line',
    'rejection by line, published pattern',
    'a rule that sees the import does better than the published pattern, which sees uses',
  ],
];

export function conditionalFindings(values: readonly SteeringValue[]): Finding[] {
  return [
    ...CLAIMS.map(([arm, over, claim]) => dominance(values, arm, over, claim)),
    ...precisionFindings(values),
    ...effectFindings(values),
    ...compoundFindings(values),
  ];
}

function dominance(
  values: readonly SteeringValue[],
  arm: string,
  over: string,
  claim: string,
): Finding {
  const { violation, semantic, outcome } = compared(
    steeredOf(values, arm),
    steeredOf(values, over),
  );
  const said = { dominates: 'supported', 'is dominated': 'refuted', neither: 'undecided' } as const;
  return {
    claim,
    outcome: said[outcome],
    because: `${arm} less ${over}: violation ${inWords(violation)}, semantic pass ${inWords(semantic)}`,
  };
}

/** The published claim: more than 99.9 % of what fires is right. */
function precisionFindings(values: readonly SteeringValue[]): Finding[] {
  const of = detectedOf(values).filter(({ construct }) => construct === 'regex');
  return (['trueEncoder', 'probe'] as const).map((name): Finding => {
    const [precision, elsewhere] = ['precision', 'false elsewhere'].map((measure) =>
      qualityOver(of, name, measure),
    );
    const known = precision !== null && typeof precision === 'object' ? precision : undefined;
    const quiet =
      elsewhere !== null && typeof elsewhere === 'object' ? inWords(elsewhere!) : 'none';
    return {
      claim: `${name === 'probe' ? 'the probe' : 'the latent'}: more than 99.9 % of the positions where it fires come before a regular expression`,
      outcome: known ? beyond(known, 0.999) : 'undecided',
      because: `precision ${known ? inWords(known) : 'undefined'}, fires elsewhere at ${quiet} of positions`,
    };
  });
}

function effectFindings(values: readonly SteeringValue[]): Finding[] {
  return ['latent per token', 'probe-gated means', 'constant means', 'fine-tuned'].map(
    (arm): Finding => {
      const kl = overSeeds(steeredOf(values, arm).map(({ effects }) => effects.kl));
      const [low, high] = kl.interval;
      return {
        claim: `${arm}: leaves unrelated prompts alone (KL below 0.001 nats a token)`,
        outcome: high < 1e-3 ? 'supported' : low > 1e-3 ? 'refuted' : 'undecided',
        because: `KL elsewhere ${inWords(kl)}`,
      };
    },
  );
}

/** Whether semantic pass falls from few to many constraints more than that of the coder as it is. */
function compoundFindings(values: readonly SteeringValue[]): Finding[] {
  const constrained = values.filter((value): value is Constrained => value.kind === 'constrained');
  const counts = constrained.map(({ constraints }) => constraints);
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  const passes = (arm: string, count: number) =>
    constrained
      .filter((value) => value.arm === arm && value.constraints === count)
      .map(({ written }) => rateOf(written, 'semantic'));
  const falls = (arm: string) => {
    const [before, after] = [passes(arm, few), passes(arm, many)];
    return before.map((value, i) => value - after[i]!);
  };
  const plain = falls('nothing');
  return ['latent per token', 'probe-gated means', 'rejection by line'].map((arm): Finding => {
    const excess = overSeeds(falls(arm).map((value, i) => value - plain[i]!));
    return {
      claim: `${arm}: constraints compound: semantic pass falls from ${few} to ${many} of them by more than that of the coder as it is`,
      outcome: few === many ? 'undecided' : beyond(excess, 0),
      because: `falls by ${inWords(excess)} more`,
    };
  });
}
