/** @file Transcripts of any format that is known: JSON lines, mail, a log of Inspect, a thread in plain text. */
import { readInspect } from './inspectRead.ts';
import { isMail, readMail } from './mail.ts';
import { readThread } from './thread.ts';
import { bytesOf, decodeTranscripts, type Transcript } from './transcript.ts';

/** @throws TouchstoneError where the file cannot be read, or what it holds is damaged */
export async function readTranscripts(path: string): Promise<readonly Transcript[]> {
  const bytes = await bytesOf(path);
  // The first bytes of a zip archive.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return (await readInspect(bytes, path)).transcripts;
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{/.test(text)) return decodeTranscripts(text, path);
  const messages = isMail(text) ? await readMail(text, path) : readThread(text);
  return messages.length === 0 ? decodeTranscripts(text, path) : [{ id: path, messages }];
}
