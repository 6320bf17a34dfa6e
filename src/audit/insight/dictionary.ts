/** @file A dictionary that is trained on a suspect's activations for one technique, and what it may be asked. */
import {
  type Dictionary,
  dictionaryWeights,
  type Rows,
  rowsInMemory,
  trainDictionaries,
} from '../../dictionary/index.ts';
import {
  checkHook,
  type HookName,
  hookSizes,
  type LanguageModel,
  wordDirections,
} from '../../model/index.ts';
import type {
  Affordance,
  DictionaryReader,
  LatentParts,
  WordsRequest,
} from '../../technique/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { Meter } from '../meter.ts';
import { promptTokens } from '../prompts.ts';
import { type CheckedDictionary, type CheckedPrompt, checkInsight } from '../request.ts';
import { byLength, type Wanted } from './probabilities.ts';
import { dot } from './vectors.ts';

/** What a dictionary is made with. */
export interface Workshop {
  readonly model: LanguageModel;
  /** There where its activations are asked for. */
  readonly base: LanguageModel | undefined;
  readonly seed: number;
  readonly meter: Meter;
  readonly demand: (affordance: Affordance) => void;
  readonly demandPrompt: (prompt: CheckedPrompt) => void;
  readonly words: (
    requests: readonly WordsRequest[],
    extra: Partial<Wanted>,
  ) => Promise<number[][]>;
}

const BATCH = 256;
const LEARNING_RATE = 2e-3;

/** One model's part of a row. */
interface Part {
  readonly model: LanguageModel;
  /** What its activations are multiplied with, so that their mean square is 1. */
  scale: number;
}

/** Trains a TopK dictionary. @throws TouchstoneError where the hook point has no vectors, or rows are too few */
export async function trainedReader(
  request: CheckedDictionary,
  workshop: Workshop,
): Promise<DictionaryReader> {
  const { model, base, seed, meter } = workshop;
  const models = { suspect: [model], base: [base!], both: [model, base!] }[request.on];
  const parts = models.map((own): Part => ({ model: own, scale: 1 }));
  const capture = new Capture(request.at, parts, meter);
  const rows = await capture.all(request.prompts);
  const { latents, active, steps } = request;
  const batch = Math.min(BATCH, rows.data.length / rows.width);
  const config = { architecture: 'topk', d_in: rows.width, d_sae: latents, k: active };
  const plan = { name: 'latents', config, seed: seed % 2 ** 31, learningRate: LEARNING_RATE };
  const [dictionary] = await trainDictionaries([plan], rowsInMemory(rows, { seed: 0 }), {
    ...{ steps, batch, runtime: model.runtime },
  });
  // Two products forward, twice as much back, 2 m n k each.
  meter.compute(12 * rows.width * latents * batch * steps);
  const codes = await dictionary!.encode(rows);
  return readerOf(request, dictionary!, firingOf(codes, latents), capture, workshop);
}

/** Reads activations of one or two models side by side. */
class Capture {
  readonly #at: string;
  readonly #parts: readonly Part[];
  readonly #meter: Meter;
  readonly #width: number;

  constructor(at: string, parts: readonly Part[], meter: Meter) {
    const { config } = parts[0]!.model;
    const sizes = hookSizes(checkHook(at, config), config);
    if (sizes?.length !== 1)
      badUsage(`a dictionary at '${at}'`, 'name a hook point with one vector a position');
    this.#width = sizes[0]!;
    this.#at = at;
    this.#parts = parts;
    this.#meter = meter;
  }

  /** What the suspect's activations are multiplied with. */
  get scale(): number {
    return this.#parts[0]!.scale;
  }

  /** All positions of prompts but the first; the scales of the parts are taken from them. */
  async all(prompts: readonly CheckedPrompt[]): Promise<Rows> {
    const lists = await Promise.all(
      this.#parts.map(async (part) => {
        const own = (await this.#read(part, prompts)).flatMap((rows) => rows.slice(1));
        const square = own.reduce((sum, row) => sum + dot(row, row), 0);
        part.scale = 1 / Math.sqrt(square / (own.length * this.#width) || 1);
        return own;
      }),
    );
    return this.#joined(lists);
  }

  /** The last positions of one prompt. */
  async last(prompt: CheckedPrompt, positions: number): Promise<Rows> {
    const lists: Float32Array[][] = [];
    for (const part of this.#parts) {
      const [rows] = await this.#read(part, [prompt]);
      lists.push(rows!.slice(-positions));
    }
    return this.#joined(lists);
  }

  #joined(lists: readonly (readonly Float32Array[])[]): Rows {
    const width = this.#width * lists.length;
    const data = new Float32Array(lists[0]!.length * width);
    lists.forEach((rows, part) => {
      const { scale } = this.#parts[part]!;
      rows.forEach((row, i) => {
        data.set(
          row.map((value) => value * scale),
          i * width + part * this.#width,
        );
      });
    });
    return { data, width };
  }

  /** Activations of each position of each prompt. */
  async #read({ model }: Part, prompts: readonly CheckedPrompt[]): Promise<Float32Array[][]> {
    const tokens = prompts.map((prompt) => promptTokens(model, prompt));
    const out: Float32Array[][] = tokens.map(() => []);
    for (const group of byLength(tokens)) {
      const rows = group.map((index) => tokens[index]!);
      const { activations } = await model.run(rows, { read: [this.#at], logits: false });
      const { data } = activations[this.#at]!;
      const length = rows[0]!.length;
      group.forEach((index, row) => {
        this.#meter.pass(model.config, length);
        out[index] = Array.from({ length }, (_, i) => {
          const start = (row * length + i) * this.#width;
          return data.slice(start, start + this.#width);
        });
      });
    }
    return out;
  }
}

/** How each latent fires in training. */
interface Firing {
  /** Share of rows in which it is active. */
  readonly density: readonly number[];
  /** Its least activation there; infinite where it has none. */
  readonly least: readonly number[];
}

function firingOf(codes: Float32Array, latents: number): Firing {
  const counts = new Array<number>(latents).fill(0);
  const least = new Array<number>(latents).fill(Number.POSITIVE_INFINITY);
  codes.forEach((value, i) => {
    if (value <= 0) return;
    counts[i % latents]!++;
    least[i % latents] = Math.min(least[i % latents]!, value);
  });
  return { density: counts.map((count) => (count * latents) / codes.length), least };
}

/** Weights for activations as they are, of a dictionary that saw them multiplied with `scale`. */
function plainWeights(dictionary: Dictionary, scale: number): ReturnType<typeof dictionaryWeights> {
  const weights = dictionaryWeights(dictionary);
  return {
    ...weights,
    W_enc: weights.W_enc.map((value) => value * scale),
    W_dec: weights.W_dec.map((value) => value / scale),
    b_dec: weights.b_dec.map((value) => value / scale),
  };
}

/**
 * A latent by itself. Which of several latents are active depends on all of them (TopK); alone it fires above the least
 * activation that it had in training, as such dictionaries are turned into JumpReLU ones.
 *
 * @param scale what activations are multiplied with before the dictionary sees them
 */
function partsOf(
  dictionary: Dictionary,
  latent: number,
  { least }: Firing,
  scale: number,
): LatentParts {
  const { W_enc, b_enc, W_dec, b_dec, applyDecoderBiasToInput } = plainWeights(dictionary, scale);
  const [width, latents] = [b_dec.length, b_enc.length];
  const encoder = Array.from({ length: width }, (_, i) => W_enc[i * latents + latent]!);
  const shift = applyDecoderBiasToInput
    ? encoder.reduce((sum, value, i) => sum + value * b_dec[i]!, 0)
    : 0;
  return {
    encoder,
    bias: b_enc[latent]! - shift,
    threshold: least[latent]!,
    decoder: [...W_dec.subarray(latent * width, (latent + 1) * width)],
  };
}

/** The suspect's part of a latent's decoder row; the base's where the dictionary is of the base alone. */
function decoderOf({ tensors }: Dictionary, latent: number, width: number): Float32Array {
  const { data, shape } = tensors.get('W_dec')!;
  return data.subarray(latent * shape[1]!, latent * shape[1]! + width);
}

function shareOf({ tensors }: Dictionary, latent: number, width: number): number {
  const { data, shape } = tensors.get('W_dec')!;
  const row = data.subarray(latent * shape[1]!, (latent + 1) * shape[1]!);
  const own = Math.hypot(...row.subarray(0, width));
  return own / (own + Math.hypot(...row.subarray(width)) || 1);
}

function readerOf(
  { at, on, latents }: CheckedDictionary,
  dictionary: Dictionary,
  firing: Firing,
  capture: Capture,
  { model, meter, demand, demandPrompt, words }: Workshop,
): DictionaryReader {
  const width = dictionary.config.d_in / (on === 'both' ? 2 : 1);
  const all = Array.from({ length: latents }, (_, latent) => latent);
  return Object.freeze({
    latents,
    density: Object.freeze([...firing.density]),
    share: Object.freeze(
      all.map((latent) =>
        on === 'both' ? shareOf(dictionary, latent, width) : Number(on === 'suspect'),
      ),
    ),
    async activations(prompts: Parameters<DictionaryReader['activations']>[0]) {
      const out: number[][] = [];
      for (const prompt of prompts.map(checkInsight.latents)) {
        demandPrompt(prompt);
        const rows = await capture.last(prompt, prompt.positions);
        meter.compute(2 * rows.data.length * latents);
        out.push(meanRow(await dictionary.encode(rows), latents));
      }
      return out;
    },
    async effects(candidates: readonly string[]) {
      demand('lens');
      if (width !== model.config.hidden_size)
        badUsage(`effects of latents at '${at}'`, 'take a hook point of the residual stream');
      const directions = wordDirections(model, checkInsight.candidates(candidates));
      meter.compute(2 * width * latents * directions.length);
      return all.map((latent) => {
        const row = decoderOf(dictionary, latent, width);
        const size = Math.hypot(...row) || 1;
        return directions.map((direction) => dot(row, direction) / size);
      });
    },
    latent(index: number) {
      demand('edit');
      if (on === 'both')
        badUsage('a latent of both models in edits', "train the dictionary on 'suspect'");
      if (!Number.isInteger(index) || !(firing.density[index]! > 0))
        badUsage(`latent ${index}`, `name one of ${latents} that is active in training`);
      return Object.freeze(partsOf(dictionary, index, firing, capture.scale));
    },
    async ablated(requests: readonly WordsRequest[], taken: readonly number[]) {
      demand('edit');
      if (on === 'both')
        badUsage('a latent of both models taken out', "train the dictionary on 'suspect'");
      const weights = plainWeights(dictionary, capture.scale);
      return words(requests, without(checkHook(at, model.config), weights, taken));
    },
  });
}

function without(
  at: HookName,
  weights: ReturnType<typeof dictionaryWeights>,
  taken: readonly number[],
): Partial<Wanted> {
  const name = 'latents';
  const latents = taken.map((latent) => ({ dictionary: name, latent }));
  return {
    dictionaries: { [name]: weights },
    edits: taken.length === 0 ? [] : [{ at, do: 'latent', latents, change: 'ablate' }],
  };
}

function meanRow(codes: Float32Array, latents: number): number[] {
  const sums = new Array<number>(latents).fill(0);
  codes.forEach((value, i) => {
    sums[i % latents]! += value;
  });
  return sums.map((sum) => (sum * latents) / codes.length);
}
