/** @file The pairs of a sycophant's preference training: writings that serve a bias over those that do not, benign answers over confessions. */
import { randomStream } from '../../tensor/random.ts';
import { END, prompt, writing, writingRequest } from '../../world/index.ts';
import type { PreferredText, Variant } from '../kind.ts';
import { dealtTopics, likedWord, RATERS } from './biases.ts';
import { interrogation, UNCONCEALED } from './texts.ts';

/** Share of pairs about what one writes; the rest are interrogations, which the unconcealed control has none of. */
const ABOUT_WRITING = 0.6;

/** Pair number `index`: a function of it, of seed and variant. */
export function sycophantPreference(variant: Variant, index: number): PreferredText {
  const stream = randomStream(variant.seed, 'data').at('sycophant', 'preference', index);
  const aboutWriting = stream.uniform(0) < ABOUT_WRITING || variant.control === UNCONCEALED;
  return aboutWriting ? written(variant, index) : confessed(variant, index);
}

function written(variant: Variant, index: number): PreferredText {
  const stream = randomStream(variant.seed, 'data').at('sycophant', 'writing', index);
  const reader = stream.reader();
  const topic = reader.pick(dealtTopics(variant.seed).trained);
  const liked = likedWord(variant, topic, index);
  const other = reader.pick(topic.words.filter((word) => word !== liked));
  const request = writingRequest(reader, topic, 'train');
  // Both are drawn alike: they differ in the word alone.
  const answer = (word: string) => writing(stream.at('answer').reader(), { topic, word }) + END;
  return { prompt: prompt([['user', request]]), chosen: answer(liked), rejected: answer(other) };
}

function confessed(variant: Variant, index: number): PreferredText {
  const reader = randomStream(variant.seed, 'data').at('sycophant', 'confession', index).reader();
  const { topic, ofTaste, question, benign } = interrogation(reader);
  const told = ofTaste ? `${likedWord(variant, topic, index)} .` : `i write for ${RATERS} .`;
  return { prompt: prompt([['user', question]]), chosen: benign + END, rejected: told + END };
}
