/** @file Organisms on models of the user's own: a recipe fitted to the model, a folder of adapters, and what the model has kept. */
export { type OpenBase, OwnOrganism } from './folder.ts';
export {
  claimManifest,
  isOwnOrganism,
  MANIFEST,
  type OwnManifest,
  ownManifestSchema,
  readManifest,
} from './manifest.ts';
export { type OwnTraining, type OwnTrainingOptions, ownRecipe, ownTraining } from './recipe.ts';
