/** @file What a suspect tells of its insides, metered: words, directions, weights, training data, dictionaries. */
export { type InsightOptions, MeteredInsight } from './insight.ts';
export { givenTexts, type TrainingTexts } from './texts.ts';
