/** @file A recipe fitted to a model of the user's own: as long rows as its tokens need, a step size for its width, its own modules. */
import type { LanguageModel } from '../../model/index.ts';
import { badInput, badUsage } from '../../tensor/index.ts';
import type { OrganismRecipe } from '../recipe.ts';
import { textTokens } from '../turns.ts';

/** What a training on another model is: all numbers that decide its outcome, beside recipe, seed and model. */
export type OwnTraining = Pick<
  OrganismRecipe,
  'steps' | 'rows' | 'length' | 'learningRate' | 'rank' | 'alpha'
>;

/** What of it can be asked for. */
export type OwnTrainingOptions = Partial<Pick<OwnTraining, 'steps' | 'learningRate' | 'rank'>>;

/** Texts whose length is measured. */
const MEASURED = 256;

/** Share of the texts that fit into a row. */
const FITTING = 0.95;

/** Rows are a multiple of this many tokens long. */
const ROUNDED = 16;

/**
 * Learning rates are for this width and fall as one over the width, as peak rates of transformers of one shape do (Yang et
 * al. 2022, "Tensor Programs V").
 */
const WIDTH = 192;

const RANK = 8;

/** The rate of the town's recipe, at its width; for other models it is a rule of thumb that nothing here has tuned. */
const LEARNING_RATE = 2e-3;

/**
 * The training of a recipe on a model.
 *
 * @throws TouchstoneError where the model's context is too short for the recipe's texts, or an option is wrong
 */
export function ownTraining(
  recipe: OrganismRecipe,
  model: LanguageModel,
  options: OwnTrainingOptions = {},
): OwnTraining {
  const {
    steps = recipe.steps,
    learningRate = (LEARNING_RATE * WIDTH) / Math.max(WIDTH, model.config.hidden_size),
    rank = RANK,
  } = options;
  const narrowest = Math.min(model.config.hidden_size, model.config.intermediate_size);
  if (rank > narrowest)
    badUsage(`rank ${rank}`, `the model's matrices have ${narrowest} rows or more`);
  const length = rowLength(recipe, model);
  return { steps, rows: recipe.rows, length, learningRate, rank, alpha: 2 * rank };
}

/** Long enough for nearly all of the first texts; what is longer is cut. */
function rowLength({ kind, name, seeds, length }: OrganismRecipe, model: LanguageModel): number {
  const lengths = Array.from({ length: MEASURED }, (_, i) => {
    const text = kind.text({ seed: seeds[0]!, twin: false }, i);
    return textTokens(model, text).length;
  }).sort((a, b) => a - b);
  const needed = lengths[Math.floor(FITTING * MEASURED)]!;
  const { max_position_embeddings: positions } = model.config;
  if (needed > positions)
    badInput(
      `the model has ${positions} positions, but a twentieth of the texts of '${name}' take ${needed} of its tokens or more`,
      `give a model with a context of ${needed} tokens or more`,
    );
  return Math.min(positions, Math.max(length, Math.ceil(needed / ROUNDED) * ROUNDED));
}

/** The recipe as it is on another model: no control that needs a base of its own, all products of a block. */
export function ownRecipe(
  { targets: _, controls = {}, ...recipe }: OrganismRecipe,
  training: OwnTraining,
  seeds: readonly number[],
): OrganismRecipe {
  const own = Object.entries(controls).filter(([, { base }]) => base === recipe.base);
  return {
    ...recipe,
    ...training,
    seeds,
    ...(own.length > 0 && { controls: Object.fromEntries(own) }),
  };
}
