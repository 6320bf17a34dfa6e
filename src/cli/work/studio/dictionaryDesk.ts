/** @file One open dictionary: its latents counted on texts, painted, found, mapped and matched. */
import { basename } from 'node:path';
import {
  chanceCosine,
  DEFAULT_ROWS,
  type Dictionary,
  directionsOf,
  Gallery,
  mapDirections,
  matchDirections,
  matchMeasures,
  openDictionary,
  tensorsHash,
  tokenizeTexts,
} from '../../../dictionary/index.ts';
import type { LanguageModel } from '../../../model/index.ts';
import type {
  DictionaryOrder,
  DictionaryRequest,
  DictionaryState,
  LatentSearch,
  MatchAnswer,
} from '../../../server/index.ts';
import { badInput, badUsage } from '../../../tensor/index.ts';
import type { Context } from '../../context.ts';
import { version } from '../../version.ts';
import { areSigned } from '../dict/evalDirections.ts';
import { openNamed } from '../models.ts';

/** Latents of each end that a search by logit tells. */
const FOUND = 100;

/** What needs texts, where there are any. */
interface Read {
  readonly model: LanguageModel;
  readonly gallery: Gallery;
}

export class DictionaryDesk {
  readonly #request: DictionaryRequest;
  readonly #dictionary: Dictionary;
  readonly #read: Read | undefined;

  private constructor(request: DictionaryRequest, dictionary: Dictionary, read: Read | undefined) {
    this.#request = request;
    this.#dictionary = dictionary;
    this.#read = read;
  }

  /** Opens it; where model and texts are given, passes them through both. @throws TouchstoneError */
  static async open(
    request: DictionaryRequest,
    context: Pick<Context, 'report' | 'safePoint'>,
  ): Promise<DictionaryDesk> {
    const dictionary = await openDictionary(request.path);
    return new DictionaryDesk(request, dictionary, await readTexts(request, dictionary, context));
  }

  get description(): Pick<DictionaryState, 'about' | 'frame'> {
    const { config, size, tensors } = this.#dictionary;
    const about = {
      ...{ architecture: config.architecture, latents: size, width: config.d_in },
      ...{ model: config.model_name ?? null, hook: config.hook_name ?? null },
      hash: tensorsHash(tensors),
    };
    if (!this.#read) return { about, frame: null };
    const { chosen: _, leftOut: __, ...frame } = this.#read.gallery.frame({ latents: [], how: '' });
    return { about, frame };
  }

  /** @throws TouchstoneError where it asks for what there is not */
  answer(order: DictionaryOrder): unknown {
    switch (order.kind) {
      case 'table':
        return this.#gallery.counts;
      case 'latent':
        return this.#portrait(order.latent);
      case 'search':
        return order.by === 'logit' ? this.#byLogit(order.text) : this.#byText(order.text);
      case 'map':
        return mapDirections(this.#dictionary);
      case 'match':
        return this.#match(order.path);
      case 'encode':
        return this.#encode(order);
    }
  }

  get #gallery(): Gallery {
    return this.#texts.gallery;
  }

  get #texts(): Read {
    return (
      this.#read ??
      badInput(
        `dictionary '${this.#request.name}' was opened without texts`,
        'give model and texts',
      )
    );
  }

  async #portrait(latent: number) {
    const { latents } = await this.#gallery.choose({ latents: [latent] });
    return (await this.#gallery.paint(latents)).latents[0];
  }

  async #byText(text: string): Promise<LatentSearch> {
    const { model, gallery } = this.#texts;
    const found = await gallery.search(model.encode(text)[0]!);
    return {
      how: `active on ${JSON.stringify(text)}, nearest to their largest activation first`,
      latents: found.map(({ latent, activation, relative }) => {
        return { latent, value: activation, share: relative };
      }),
    };
  }

  async #byLogit(text: string): Promise<LatentSearch> {
    const { model, gallery } = this.#texts;
    const token = oneToken(model, text);
    const effects = await gallery.effectsOn(token);
    if (!effects)
      return badInput('this dictionary does not write into the residual stream', 'search by text');
    const order = Array.from(effects.keys()).sort((a, b) => effects[b]! - effects[a]! || a - b);
    const ends =
      order.length > 2 * FOUND ? [...order.slice(0, FOUND), ...order.slice(-FOUND)] : order;
    return {
      how: `by what their decoder row adds to the logit of ${JSON.stringify(text)}, largest first`,
      latents: ends.map((latent) => ({ latent, value: effects[latent]!, share: null })),
    };
  }

  async #match(path: string): Promise<MatchAnswer> {
    const other = await openDictionary(path);
    const [own, theirs] = [directionsOf(this.#dictionary), directionsOf(other)];
    const signed = areSigned([this.#dictionary, other]);
    const matching = await matchDirections(own, theirs, { signed });
    const figures = matchMeasures([matching]);
    const figure = (name: string) => {
      const { estimate = null, interval = null } = figures.find((one) => one.name === name)!;
      return { estimate, interval: interval && ([...interval] as [number, number]) };
    };
    return {
      ...{ other: basename(path), latents: this.#dictionary.size, others: other.size },
      ...{ mmcs: figure('mmcs'), found: figure('recall_0.9'), matched: figure('matched_cosine') },
      chance: chanceCosine(other.size, own.width),
      nearest: Array.from(matching.nearest),
      largest: Array.from(matching.largest),
    };
  }

  async #encode({ rows: data, width, top }: Extract<DictionaryOrder, { kind: 'encode' }>) {
    const latents = await this.#dictionary.encode({ data, width });
    const { size } = this.#dictionary;
    const rows = Array.from({ length: latents.length / size }, (_, row) =>
      strongest(latents.subarray(row * size, (row + 1) * size)),
    );
    return {
      active: rows.map(({ length }) => length),
      top: rows.map((row) => row.slice(0, top)),
    };
  }
}

/** Active latents of a row, largest magnitude first. */
function strongest(row: Float32Array) {
  const active: { latent: number; activation: number }[] = [];
  row.forEach((activation, latent) => {
    if (activation !== 0) active.push({ latent, activation });
  });
  return active.sort(
    (a, b) => Math.abs(b.activation) - Math.abs(a.activation) || a.latent - b.latent,
  );
}

/** @throws TouchstoneError where a text is not one token */
function oneToken({ tokenizer }: LanguageModel, text: string): number {
  const ids = tokenizer?.encode(text) ?? [];
  if (ids.length === 1) return ids[0]!;
  return badUsage(
    `${JSON.stringify(text)} is ${ids.length} tokens`,
    'a search by logit takes one; many begin with a space',
  );
}

async function readTexts(
  { model: name, texts, tokens = DEFAULT_ROWS, path }: DictionaryRequest,
  dictionary: Dictionary,
  { report: reporter, safePoint }: Pick<Context, 'report' | 'safePoint'>,
): Promise<Read | undefined> {
  if (name === undefined || !texts || texts.length === 0) return undefined;
  const model = await openNamed(name);
  const options = { whole: false, most: tokens, reporter, safePoint };
  const { documents, files } = await tokenizeTexts(model, texts, options);
  const gallery = await Gallery.open({
    ...{ model, dictionary, documents, rows: tokens, reporter, safePoint, version: version() },
    names: { dictionary: basename(path), model: name, texts: [...files] },
  });
  return { model, gallery };
}
