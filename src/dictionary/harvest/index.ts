/** @file Harvesting: activations of models as rows with labels, captured in folders or taken on the fly. */
export { type CaptureOptions, captureShards, fileRecord, type ShardLog } from './capture.ts';
export { CapturedActivations, type CapturedRowsOptions } from './captured.ts';
export { encodeContexts, readContexts } from './contextFile.ts';
export * from './contexts.ts';
export { BUFFER, type HarvestOptions, harvest } from './harvest.ts';
export * from './manifest.ts';
export {
  ActivationReader,
  type HookColumn,
  hookColumns,
  LABELS,
  type ReaderOptions,
} from './reader.ts';
export { batchSource, type RowSet, rowsOf, type SourceOptions, tables } from './rowSet.ts';
export { CAPTURE_TYPES, type CaptureType, readShard } from './shard.ts';
export type { Chunk, Table } from './table.ts';
export { type Document, readDocuments, STDIN, type TextFormat } from './texts.ts';
export { type TokenizedTexts, type TokenizingOptions, tokenizeTexts } from './tokens.ts';
