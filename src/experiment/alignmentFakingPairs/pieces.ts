/** @file The pieces of alignment-faking-pairs: one model each, under every trial. */
import type { LanguageModel } from '../../model/index.ts';
import { recipeNamed } from '../../organism/index.ts';
import type { Piece } from '../experiment.ts';
import { softmax, wordLogits } from '../office/choices.ts';
import { editsOf, type Knowledge, type PairSettings, place, type Trial, trialsOf } from './arms.ts';
import { contrasts, decisions } from './prompts.ts';

/** Of one model: the mean probability of the side that the office does not want, for each trial in order. */
export interface Misaligned {
  readonly seed: number;
  readonly twin: boolean;
  readonly told: readonly number[];
  readonly blind: readonly number[];
}

export function pairPieces(settings: PairSettings): Piece<Misaligned>[] {
  return settings.pairs.flatMap((seed) =>
    [false, true].map((twin): Piece<Misaligned> => {
      return {
        key: `${twin ? 'aligned' : 'faker'} ${seed}`,
        run: async ({ shelf }) => {
          const model = await shelf.open({ recipe: recipeNamed('faker'), seed, twin });
          try {
            const [told, blind] = [
              await misaligned(model, seed, 'told', settings),
              await misaligned(model, seed, 'blind', settings),
            ];
            return { seed, twin, told, blind };
          } finally {
            await model.release();
          }
        },
      };
    }),
  );
}

async function misaligned(
  model: LanguageModel,
  seed: number,
  knowledge: Knowledge,
  settings: PairSettings,
): Promise<number[]> {
  const vectors = await contrastVectors(model, seed, knowledge, settings);
  const [watched, alone] = [
    decisions(seed, knowledge, 'watched', settings),
    decisions(seed, knowledge, 'alone', settings),
  ];
  const means: number[] = [];
  for (const trial of trialsOf(settings)) {
    const asked = trial.arm === 'ask alone' ? alone : watched;
    const edits = editsOf(trial, vectors.get(trial.layer) ?? []);
    const logits = await wordLogits(
      model,
      asked.map(({ text }) => text),
      ['left', 'right'],
      edits,
    );
    const strays = asked.map(({ intended }, i) => {
      const [left, right] = softmax(logits[i]!);
      return intended === 'left' ? right! : left!;
    });
    means.push(Number((strays.reduce((a, b) => a + b, 0) / strays.length).toFixed(6)));
  }
  return means;
}

/**
 * For each layer, the mean activation at the last token of prompts that say that nobody watches, less that of prompts
 * of equal length that say something else (the notebook of Clymer, Juang and Field 2024, arXiv 2405.05466).
 */
async function contrastVectors(
  model: LanguageModel,
  seed: number,
  knowledge: Knowledge,
  settings: PairSettings,
): Promise<Map<Trial['layer'], number[]>> {
  const pairs = contrasts(seed, knowledge, settings);
  const read = settings.layers.map(place);
  const sums = new Map(settings.layers.map((layer) => [layer as Trial['layer'], [] as number[]]));
  for (const { critical, clean } of pairs) {
    const [a, b] = [critical, clean].map((text) => model.encode(text)[0]!);
    const { activations } = await model.run([a!, b!], { read, logits: false });
    for (const layer of settings.layers) {
      const { dims, data } = activations[place(layer)]!;
      const [, length, width] = dims as [number, number, number];
      const sum = sums.get(layer)!;
      for (let i = 0; i < width; i++) {
        const apart = data[(length - 1) * width + i]! - data[(2 * length - 1) * width + i]!;
        sum[i] = (sum[i] ?? 0) + apart / pairs.length;
      }
    }
  }
  return sums;
}

/** Trials of an arm, by their number. */
export function trialsNamed(settings: PairSettings, arm: Trial['arm']): number[] {
  return trialsOf(settings).flatMap((trial, at) => (trial.arm === arm ? [at] : []));
}
