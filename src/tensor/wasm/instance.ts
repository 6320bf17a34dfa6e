/** @file Functions in WebAssembly over a memory of their own. */
import { encodeModule, type WasmFunction } from './encoder.ts';

/** The part of the WebAssembly interface that is used (https://webassembly.github.io/spec/js-api/). */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Record<string, Kernel> };
}

declare const WebAssembly: WebAssemblyApi;

/** Takes addresses in bytes, counts and factors. */
export type Kernel = (...parameters: number[]) => void;

/** Bytes of a page of memory. */
export const PAGE = 65_536;

/** Functions by name, and the memory that they work on. */
export function instantiate(
  functions: readonly WasmFunction[],
  pages: number,
): { buffer: ArrayBuffer; kernels: Record<string, Kernel> } {
  const memory = new WebAssembly.Memory({ initial: pages });
  const module = new WebAssembly.Module(encodeModule(functions));
  const { exports: kernels } = new WebAssembly.Instance(module, { host: { memory } });
  return { buffer: memory.buffer, kernels };
}
