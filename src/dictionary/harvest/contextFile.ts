/** @file Contexts as a safetensors file: all tokens in a row, their documents, and where each context starts. */
import { encodeSafetensors, loadIntegers, readSafetensors, withFile } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { Context } from './contexts.ts';

/** The bytes of the file, in pieces: 'tokens' and 'documents' [tokens], 'starts' [contexts + 1]. */
export function encodeContexts(contexts: readonly Context[]): Uint8Array[] {
  const starts = new Int32Array(contexts.length + 1);
  contexts.forEach(({ tokens }, i) => {
    starts[i + 1] = starts[i]! + tokens.length;
  });
  const total = starts[contexts.length]!;
  const [tokens, documents] = [new Int32Array(total), new Int32Array(total)];
  contexts.forEach((context, i) => {
    tokens.set(context.tokens, starts[i]);
    documents.set(context.documents, starts[i]);
  });
  const arrays = Object.entries({ tokens, documents, starts });
  return encodeSafetensors(
    new Map(arrays.map(([name, data]) => [name, { shape: [data.length], data }])),
    {},
  );
}

/** Reads what {@link encodeContexts} wrote. */
export async function readContexts(path: string): Promise<Context[]> {
  return withFile(path, async (source) => {
    const { tensors } = await readSafetensors(source);
    const load = (name: string) =>
      loadIntegers(source, tensors.get(name) ?? badInput(`${path} has no '${name}'`));
    const [tokens, documents, starts] = [
      await load('tokens'),
      await load('documents'),
      await load('starts'),
    ];
    return Array.from({ length: starts.length - 1 }, (_, i) => ({
      tokens: tokens.subarray(starts[i], starts[i + 1]),
      documents: documents.subarray(starts[i], starts[i + 1]),
    }));
  });
}
