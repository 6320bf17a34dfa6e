/** @file Language models: opened from Hugging Face folders, read, edited, sampled, trained, saved. */
export * from './adapter.ts';
export * from './adversarial/index.ts';
export * from './attribution/index.ts';
export * from './bpe.ts';
export * from './chatTemplate.ts';
export type { Checkpointing } from './checkpoint.ts';
export * from './config.ts';
export { DEVICES, type DeviceReport, examine } from './doctor.ts';
export {
  canonicalEdits,
  type Dictionaries,
  type DictionaryWeights,
  type Edit,
  editHash,
  editSchema,
  hookNameSchema,
  parseEdits,
} from './edits.ts';
export * from './endpoint/index.ts';
export * from './files.ts';
export {
  type Content,
  hasFile,
  join,
  openFile,
  readJson,
  readText,
  removeHalfWritten,
  withFile,
  writeAtomic,
  writeFolder,
} from './folder.ts';
export * from './hooks.ts';
export * from './inspect.ts';
export { checkShape, show } from './json.ts';
export * from './languageModel.ts';
export * from './lora.ts';
export { type Packed, pack, type TrainingText } from './packing.ts';
export * from './preference.ts';
export * from './rejection.ts';
export * from './runtime.ts';
export * from './safetensors.ts';
export type { Sample, SampleOptions } from './sampling.ts';
export * from './source.ts';
export * from './steering/index.ts';
export {
  type StreamedToken,
  type StreamOptions,
  type StreamStep,
  streamSamples,
} from './streaming.ts';
export * from './tokenizer.ts';
export { logSumExp, type TokenLog, tokenLog } from './tokenLog.ts';
export * from './training.ts';
export { type WeightNoise, weightNoiseSchema, withWeightNoise } from './weightNoise.ts';
export { Weights } from './weights.ts';
export { type WordTokenizerOptions, wordTokenizer } from './wordTokenizer.ts';
