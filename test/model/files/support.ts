/** @file Fixtures and temporary folders for the tests of file formats. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ByteSource, bytesSource } from '../../../src/model/source.ts';
import { TouchstoneError } from '../../../src/tensor/errors.ts';

/** Path of a fixture; `test/fixtures/model/make.py` writes them all. */
export function fixture(name: string): string {
  return new URL(`../../fixtures/model/${name}`, import.meta.url).pathname;
}

export async function fixtureJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(fixture(name), 'utf8')) as T;
}

export async function fixtureBytes(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(fixture(name)));
}

/** A folder that goes when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'touchstone-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** The pieces of a file as one. */
export function concatenated(pieces: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...pieces]));
}

export function sourceOf(pieces: Iterable<Uint8Array>): ByteSource {
  return bytesSource('test.safetensors', concatenated(pieces));
}

/** A safetensors file with any header and any number of zero bytes of data. */
export function fileWithHeader(header: string | Uint8Array, dataBytes = 0): ByteSource {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true);
  return sourceOf([size, text, new Uint8Array(dataBytes)]);
}

/** The message of the TouchstoneError that the work ends in; anything else fails the test. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TouchstoneError) return error.message;
    throw error;
  }
  throw new Error('expected a TouchstoneError, but nothing was thrown');
}
