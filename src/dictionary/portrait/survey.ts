/** @file The one pass over all texts that every portrait of a dictionary is made from. */
import { type RandomStream, randomStream } from '../../tensor/index.ts';
import { activeRows, type Reading } from './active.ts';
import { Census } from './census.ts';
import { Collection } from './collection.ts';
import { Firings } from './firings.ts';
import { asRate, Halves } from './rates.ts';

/** What the pass leaves: sizes depend on the dictionary, not on the texts. */
export interface Survey {
  readonly census: Census;
  readonly collection: Collection;
  readonly firings: Firings;
  readonly halves: Halves;
  /** Where further random numbers come from. */
  readonly stream: RandomStream;
}

/** Passes all texts through model and dictionary once. */
export async function survey(
  reading: Reading,
  seed: number,
  progress: (done: number, total: number) => Promise<void>,
): Promise<Survey> {
  const { dictionary, corpus } = reading;
  const stream = randomStream(seed, 'portrait');
  const order = stream.at('places');
  const census = new Census(dictionary.size);
  const collection = new Collection(dictionary.size, order);
  const firings = new Firings(order);
  let done = 0;
  for await (const active of activeRows(reading)) {
    census.add(active, corpus);
    collection.add(active, corpus);
    firings.add(active);
    done += active.places.length;
    await progress(done, corpus.rows);
  }
  census.finish();
  return { census, collection, firings, halves: new Halves(stream.at('halves')), stream };
}

/** A latent's density as a rate. */
export function densityOf({ census }: Survey, latent: number) {
  return asRate(census.density(latent), census.fired[latent]!, census.rows);
}
