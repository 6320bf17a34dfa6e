/** @file Gaussian noise: drawn on the host, a function of seed, hook point, row and position alone. */
import {
  constant,
  type Dim,
  type RandomStream,
  type Runtime,
  randomStream,
  type Tensor,
} from '../../tensor/index.ts';
import { type EditOf, seedOf } from './schema.ts';
import type { Change, Feeds, Seen, Site } from './site.ts';
import { inPrompt, type Span } from './span.ts';

export class Noise implements Change {
  readonly #edit: EditOf<'noise'>;
  readonly #site: Site;
  readonly #stream: RandomStream;

  /** @param repeat how many noises of the same seed act at the same hook before it */
  constructor(edit: EditOf<'noise'>, site: Site, repeat: number) {
    this.#edit = edit;
    this.#site = site;
    this.#stream = randomStream(seedOf(edit), 'noise').at(site.hook, repeat);
  }

  get #draw(): 'perStep' | 'perSequence' | 'reseeded' {
    return this.#edit.draw ?? 'perStep';
  }

  /** Whether all positions of a pass share one draw. Rows of several texts hold a draw a column. */
  get #shared(): boolean {
    return this.#draw === 'perSequence' && !this.#site.around.packed;
  }

  get key(): string {
    return `noise:${this.#edit.relativeTo ?? 'rms'}:${this.#shared ? 'shared' : 'own'}`;
  }

  apply(x: Tensor, seen: Seen | undefined): Tensor {
    const { sizes } = this.#site;
    const scale = this.#site.input('scale', []);
    if (!sizes) return this.#applyToAttention(x, scale, seen);
    const [batch, seq] = x.shape as [Dim, Dim];
    const noise = this.#site.input('noise', [batch, this.#shared ? 1 : seq, ...sizes]);
    if (this.#edit.relativeTo === 'absolute') return x.add(noise.mul(scale));
    const perRoot = constant(1 / Math.sqrt(sizes.at(-1)!));
    return x.add(noise.mul(x.norm(-1, true).mul(scale.mul(perRoot))));
  }

  /** The root mean square of scores and patterns is that of the keys which the query sees. */
  #applyToAttention(x: Tensor, scale: Tensor, seen: Seen | undefined): Tensor {
    const visible = this.#site.visible(x, seen)!;
    const noise = this.#site.input('noise', x.shape);
    if (this.#edit.relativeTo === 'absolute') return visible.where(x.add(noise.mul(scale)), x);
    const keys = visible.cast('float32').sum(-1, true);
    const rms = visible.where(x, 0).norm(-1, true).div(keys.sqrt());
    return visible.where(x.add(noise.mul(rms.mul(scale))), x);
  }

  feeds(runtime: Runtime, span: Span): Feeds {
    const noise = this.#site.sizes ? this.#drawVectors(span) : this.#drawScores(span);
    return {
      ...this.#site.number(runtime, 'scale', this.#edit.scale),
      ...this.#site.feed(runtime, 'noise', ...noise),
    };
  }

  #drawVectors(span: Span): [Float32Array, number[]] {
    const { rows, length } = span;
    const columns = this.#shared ? 1 : length;
    const { size, sizes } = this.#site;
    const data = new Float32Array(rows.length * columns * size);
    rows.forEach((row, r) => {
      const stream = this.#stream.at(row);
      for (let i = 0; i < columns; i++) {
        const at = (r * columns + i) * size;
        this.#fill(stream, data.subarray(at, at + size), span, r, i);
      }
    });
    return [data, [rows.length, columns, ...sizes!]];
  }

  /** One column's draw. */
  #fill(stream: RandomStream, part: Float32Array, span: Span, row: number, i: number): void {
    const { packed, starts } = span;
    const own = packed ? stream.at(packed[row]!.firsts[i]!) : stream;
    const position = packed ? packed[row]!.positions[i]! : starts[row]! + i;
    own.fillNormal(part, this.#drawnAs(position, inPrompt(span, row, i)) * part.length);
  }

  /** The position whose draw a position gets. */
  #drawnAs(position: number, prompt: boolean): number {
    if (this.#draw === 'perSequence') return 0;
    return this.#draw === 'reseeded' && !prompt ? 0 : position;
  }

  /** Of scores and patterns: by head, query and key; a cached key's slot is its position. */
  #drawScores(span: Span): [Float32Array, number[]] {
    const { rows, starts, length, past = 0 } = span;
    const [heads, keys] = [this.#site.heads!, past + length];
    const data = new Float32Array(rows.length * heads * length * keys);
    let at = 0;
    rows.forEach((row, r) => {
      for (let head = 0; head < heads; head++) {
        for (let i = 0; i < length; i++, at += keys) {
          const query = this.#drawnAs(starts[r]! + i, inPrompt(span, r, i));
          const stream = this.#stream.at(row, head, query);
          stream.fillNormal(data.subarray(at, at + past), 0);
          stream.fillNormal(data.subarray(at + past, at + keys), starts[r]!);
        }
      }
    });
    return [data, [rows.length, heads, length, keys]];
  }
}
