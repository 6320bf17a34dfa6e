/** @file All that is added up of one dictionary over rows; parts of a data set merge. */
import { badUsage } from '../../tensor/index.ts';
import type { DictionaryConfig } from '../kind.ts';
import { Firing } from './firing.ts';
import type { MeasuredDictionary, MeasureGroup } from './formula.ts';
import { addRows, type DecodedRows, type Origins } from './rows.ts';
import { addSums, noSums, type Sums, SumsByDocument } from './sums.ts';

/** Bits of one latent's value, where nothing else is said. */
export const VALUE_BITS = 8;

/** How rows are added up. */
export interface SumsOptions extends Origins {
  /** Bits that one latent's value is counted at. Default 8. */
  readonly valueBits?: number;
}

/** Sums of one dictionary. */
export class DictionarySums implements MeasuredDictionary {
  readonly config: DictionaryConfig;
  readonly valueBits: number;
  readonly byDocument: SumsByDocument;
  readonly firing: Firing;
  readonly #origins: Origins;
  #rows = 0;
  #groups = new Set<MeasureGroup>();

  constructor(config: DictionaryConfig, options: SumsOptions = {}) {
    const { valueBits = VALUE_BITS, about, mean } = options;
    this.config = config;
    this.valueBits = valueBits;
    this.byDocument = new SumsByDocument(config.d_out ?? config.d_in);
    this.firing = new Firing(config.d_sae);
    this.#origins = { about, mean };
  }

  get width(): number {
    return this.byDocument.width;
  }

  /** What has been added up. */
  get groups(): ReadonlySet<MeasureGroup> {
    return this.#groups;
  }

  /**
   * Adds rows, in any order and any number of parts.
   *
   * @throws TouchstoneError where shapes do not fit each other, or a number is not finite; then nothing is to be used
   */
  add(measurement: DecodedRows): void {
    const { x, latents, documents } = measurement;
    addRows(this.byDocument, measurement, this.#rows, this.#origins);
    const rows = x.data.length / x.width;
    if (latents) this.#addLatents(latents, rows, documents);
    this.#rows += rows;
    this.#groups.add('rows');
  }

  #addLatents(
    latents: NonNullable<DecodedRows['latents']>,
    rows: number,
    documents: DecodedRows['documents'],
  ): void {
    if (latents.width !== this.config.d_sae || latents.data.length !== rows * latents.width) {
      badUsage(
        `${latents.data.length / latents.width} rows of ${latents.width} latents`,
        `there are ${rows} rows, and the dictionary has ${this.config.d_sae} latents`,
      );
    }
    for (let row = 0; row < rows; row++) {
      const document = documents ? documents[row]! : this.#rows + row;
      const { l0, l1 } = this.firing.add(latents, row, document);
      const { sums } = this.byDocument.of(document);
      sums.l0 += l0;
      sums.l1 += l1;
    }
    this.#groups.add('latents');
  }

  /** Adds what a model made of some tokens of a document. */
  addModel(document: number, sums: Partial<Sums>): void {
    addSums(this.byDocument.of(document).sums, { ...noSums(), ...sums });
    this.#groups.add('model');
  }

  /** Adds the sums of other rows of the same dictionary. */
  merge(other: DictionarySums): void {
    if (other.width !== this.width) {
      badUsage(`sums of width ${other.width} with those of ${this.width}`, 'merge like');
    }
    this.byDocument.merge(other.byDocument);
    this.firing.merge(other.firing);
    this.#rows += other.#rows;
    for (const group of other.#groups) this.#groups.add(group);
  }

  /** The sums over all documents. */
  total(): Sums {
    const total = noSums();
    for (const sums of this.byDocument.finished()) addSums(total, sums);
    return total;
  }
}
