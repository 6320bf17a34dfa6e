/** @file Models from the hub, in the cache that Python's huggingface_hub uses, too. */
export * from './add.ts';
export * from './cache.ts';
export { endpointOf, type Hub, isOffline } from './remote.ts';
export {
  cacheFolder,
  type Environment,
  parseRepository,
  type Repository,
  repositoryNamed,
  spellRepository,
} from './repository.ts';
export * from './token.ts';
