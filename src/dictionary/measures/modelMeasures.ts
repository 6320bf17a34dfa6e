/** @file Measures of what a model makes of reconstructions: losses and divergences, beside ablation to 0 and to the mean. */
import { type Measure, over, type Value } from './formula.ts';

function recovered(without: number, spliced: number, original: number): Value {
  return over(without - spliced, without - original, 'the model does as well without');
}

/** What the model makes of reconstructions. Nats a token. */
export const MODEL: readonly Measure[] = [
  {
    name: 'ce_recovered',
    group: 'model',
    formula: '(CE_zero - CE_spliced) / (CE_zero - CE_original)',
    source:
      'SAELens: ce_loss_score; dictionary_learning: frac_recovered; SAEBench: loss recovered. 0 instead of the activation',
    value: ({ ceZero, ceSpliced, ceOriginal }) => recovered(ceZero, ceSpliced, ceOriginal),
  },
  {
    name: 'ce_recovered_from_mean',
    group: 'model',
    formula: '(CE_mean - CE_spliced) / (CE_mean - CE_original)',
    source: 'the same, with the mean activation instead of 0: a harder baseline',
    value: ({ ceMean, ceSpliced, ceOriginal }) => recovered(ceMean, ceSpliced, ceOriginal),
  },
  {
    name: 'ce_increase',
    group: 'model',
    formula: 'CE_spliced - CE_original',
    source: 'nats a token',
    value: ({ ceSpliced, ceOriginal, tokens }) => (ceSpliced - ceOriginal) / tokens,
  },
  {
    name: 'ce_original',
    group: 'model',
    formula: 'CE of the model as it is',
    source: 'nats a token',
    value: ({ ceOriginal, tokens }) => ceOriginal / tokens,
  },
  {
    name: 'ce_zero',
    group: 'model',
    formula: 'CE with 0 instead of the activation',
    source: 'nats a token',
    value: ({ ceZero, tokens }) => ceZero / tokens,
  },
  {
    name: 'ce_mean',
    group: 'model',
    formula: 'CE with the mean activation instead',
    source: 'nats a token',
    value: ({ ceMean, tokens }) => ceMean / tokens,
  },
  {
    name: 'kl',
    group: 'model',
    formula: 'KL(original || spliced)',
    source: 'SAELens: kl_div_with_sae',
    value: ({ klSpliced, tokens }) => klSpliced / tokens,
  },
  {
    name: 'kl_recovered',
    group: 'model',
    formula: '(KL_zero - KL_spliced) / KL_zero',
    source: 'SAELens: kl_div_score',
    value: ({ klZero, klSpliced }) => recovered(klZero, klSpliced, 0),
  },
  {
    name: 'kl_recovered_from_mean',
    group: 'model',
    formula: '(KL_mean - KL_spliced) / KL_mean',
    source: 'the same, with the mean activation instead of 0',
    value: ({ klMean, klSpliced }) => recovered(klMean, klSpliced, 0),
  },
];
