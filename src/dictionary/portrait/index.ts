/** @file Portraits of dictionaries: what their latents are active at, write and do. */
export { type Choice, ORDERINGS, type Ordering } from './choice.ts';
export { DEFAULT_ROWS, type PortraitOptions, portray } from './portrait.ts';
export {
  type Example,
  type LatentPortrait,
  type MeanAndInterval,
  type Portrait,
  portraitSchema,
} from './schema.ts';
