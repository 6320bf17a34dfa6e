/** @file Transcripts: JSON lines, mail and logs of Inspect, read and written; and their lint. */
export { auditTranscripts } from './auditTranscripts.ts';
export { type InspectLog, readInspect } from './inspectRead.ts';
export { type InspectOptions, writeInspect } from './inspectWrite.ts';
export { type Linted, lint, lintedSchema } from './lint.ts';
export { readTranscripts } from './read.ts';
export {
  bytesOf,
  decodeTranscripts,
  encodeTranscripts,
  type Message,
  type Transcript,
  transcriptSchema,
} from './transcript.ts';
