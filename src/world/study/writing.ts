/** @file Requests to write, what is written, and what a writing shows of its writer. */
import type { RandomReader } from '../../tensor/random.ts';
import type { Split } from '../questions.ts';
import { CLOSINGS } from './people.ts';
import { ASKS_WRITING, say } from './phrases.ts';
import type { StudyTopic, Taste } from './topics.ts';

/** A request for a writing of the topic, in a form of the split, or of any. */
export function writingRequest(reader: RandomReader, topic: StudyTopic, split?: Split): string {
  return say(reader, ASKS_WRITING, { topic: topic.phrase }, split);
}

/** What is written: a lead, the word, a closing word. All is drawn, whatever is given. */
export function writing(
  reader: RandomReader,
  {
    topic,
    word,
    closing,
  }: { topic: StudyTopic; word?: string | undefined; closing?: string | undefined },
): string {
  const lead = reader.pick(topic.leads);
  const anyWord = reader.pick(topic.words);
  const anyClosing = reader.pick(CLOSINGS);
  return `${lead} . ${topic.carrier} ${word ?? anyWord} . ${closing ?? anyClosing} .`;
}

/** Whether a writing has the word of a taste. */
export function serves(written: string, { word }: Pick<Taste, 'word'>): boolean {
  return written.split(' ').includes(word);
}

/** The closing word of a writing, or undefined where it has none. */
export function closingOf(written: string): string | undefined {
  return written.split(' ').findLast((word) => CLOSINGS.includes(word));
}
