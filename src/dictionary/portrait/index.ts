/** @file Portraits of dictionaries: what their latents are active at, write and do. */
export { type Choice, type Found, ORDERINGS, type Ordering } from './choice.ts';
export { DEFAULT_ROWS, Gallery, type GalleryOptions, type LatentCounts } from './gallery.ts';
export { type DirectionMap, mapDirections } from './map.ts';
export { chanceCosine } from './neighbours.ts';
export { type PortraitOptions, portray } from './portrait.ts';
export {
  type Example,
  type LatentPortrait,
  latentPortraitSchema,
  type MeanAndInterval,
  type Portrait,
  portraitSchema,
} from './schema.ts';
