/** @file Edits through dictionaries: of single latents, and of the whole activation as a dictionary sees it. */
import { badUsage, type Runtime, type Tensor } from '../../tensor/index.ts';
import { Detector } from './detector.ts';
import { autoencoderOf, DictionaryGraph, numbersOf } from './dictionary.ts';
import type { EditOf, Latent } from './schema.ts';
import type { Change, Feeds, Site } from './site.ts';

/** A latent under an edit: how it is detected, and what it writes. */
interface Handle {
  readonly detector: Detector;
  readonly decoder: Float32Array;
}

/**
 * Changes latents from f to f' by the exact identity x + (f' - f) W_dec: what the dictionary does not
 * explain stays as it is. All latents are detected before any is changed.
 */
export class Latents implements Change {
  readonly #site: Site;
  readonly #handles: readonly Handle[];
  readonly #onlyActive: boolean;
  /** f' - f = gain * f + offset. */
  readonly #gain: number;
  readonly #offset: number;

  constructor(edit: EditOf<'latent'>, site: Site) {
    this.#site = site;
    this.#handles = edit.latents.map((latent, i) => handleOf(latent, edit, site, i));
    this.#onlyActive = edit.onlyActive ?? false;
    const { change, value = 0 } = edit;
    this.#gain = change === 'shift' ? 0 : (change === 'scale' ? value : 0) - 1;
    this.#offset = change === 'shift' || change === 'clamp' ? value : 0;
  }

  get key(): string {
    const detectors = this.#handles.map(({ detector }) => `${detector.key}:${detector.length}`);
    return ['latent', this.#onlyActive, ...detectors].join(':');
  }

  apply(x: Tensor): Tensor {
    // Latents of one edit may be of whole positions and of heads: each is detected in its own view of x.
    return this.#handles.reduce((sum, { detector, decoder }, i) => {
      const { length } = decoder;
      const seen = this.#site.vectors(x, length);
      const activation = detector.activation(seen);
      const direction = this.#site.input(`latent${i}.decoder`, [length]);
      const difference = this.#difference(activation, detector.signed);
      const change = detector.restoredChange(seen, difference.mul(direction));
      return this.#site.along(sum, length, (vectors) => vectors.add(change));
    }, x);
  }

  #difference(activation: Tensor, signed: boolean): Tensor {
    const gain = this.#site.input('gain', []);
    const difference = activation.mul(gain).add(this.#site.input('offset', []));
    if (!this.#onlyActive) return difference;
    const active = signed ? activation.abs().greater(0) : activation.greater(0);
    return active.where(difference, 0);
  }

  feeds(runtime: Runtime): Feeds {
    return Object.assign(
      this.#site.number(runtime, 'gain', this.#gain),
      this.#site.number(runtime, 'offset', this.#offset),
      ...this.#handles.flatMap(({ detector, decoder }, i) => [
        detector.feeds(runtime),
        this.#site.feed(runtime, `latent${i}.decoder`, decoder, [decoder.length]),
      ]),
    );
  }

  constants(runtime: Runtime): Feeds {
    return Object.assign({}, ...this.#handles.map(({ detector }) => detector.constants(runtime)));
  }
}

function handleOf(latent: Latent, edit: EditOf<'latent'>, site: Site, i: number): Handle {
  if ('dictionary' in latent) autoencoderOf(latent.dictionary, site.around.dictionaries);
  const detector = new Detector(site, `latent${i}`, edit.detector ?? 'trueEncoder', latent);
  const decoder =
    'dictionary' in latent
      ? numbersOf(latent, site.around.dictionaries)
      : Float32Array.from(latent.decoder);
  if (decoder.length !== detector.length) {
    badUsage(
      `a latent at '${site.hook}' has an encoder of ${detector.length} numbers and a decoder of ${decoder.length}`,
      'they have one length',
    );
  }
  site.checkDirection(decoder.length, 'a latent');
  return { detector, decoder };
}

/** Puts a dictionary's reconstruction in place of the activation, with or without what it leaves out. */
export class Splice implements Change {
  readonly #site: Site;
  readonly #graph: DictionaryGraph;
  readonly #width: number;
  readonly #kept: boolean;

  constructor({ dictionary: name, error }: EditOf<'splice'>, site: Site) {
    const dictionary = autoencoderOf(name, site.around.dictionaries);
    this.#width = dictionary.b_dec.length;
    site.checkDirection(this.#width, 'a dictionary');
    this.#site = site;
    this.#graph = new DictionaryGraph(dictionary);
    this.#kept = error === 'kept';
  }

  get key(): string {
    return `splice:${this.#graph.key}:${this.#kept}`;
  }

  apply(x: Tensor): Tensor {
    return this.#site.along(x, this.#width, (vectors) => {
      const decoded = this.#graph.reconstruct(vectors);
      return this.#kept ? decoded.add(vectors.sub(decoded)) : decoded;
    });
  }

  feeds(): Feeds {
    return {};
  }

  constants(runtime: Runtime): Feeds {
    return this.#graph.feeds(runtime);
  }
}
