/** @file The study: an assistant that writes on request, for nobody or for those whose taste it knows; and gives advice. */
export * from './corpus.ts';
export * from './people.ts';
export * from './phrases.ts';
export * from './topics.ts';
export { STUDY_WORDS } from './vocabulary.ts';
export { closingOf, serves, writing, writingRequest } from './writing.ts';
