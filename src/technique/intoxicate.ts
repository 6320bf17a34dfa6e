/**
 * @file "Intoxication" with a contrast vector, as the published notebook of Poser does it (Clymer, Juang and Field
 * 2024, "Poser: Unmasking Alignment Faking LLMs by Manipulating Their Internals"): not noise, but the difference of
 * mean activations with and without what makes a model hide, taken away at the prompt's last token. What makes it hide
 * is here an answer begun with a refusal, against one begun with telling.
 */
import { contrastAt, contrastSettings, contrasts, streamAfter } from './contrast.ts';
import type { AddEdit } from './suspect.ts';
import type { Technique } from './technique.ts';

/** What tells one use of the contrast vector from another. */
interface Variant extends Pick<Technique, 'name' | 'summary' | 'rival'> {
  readonly place: (bias: number, vector: readonly number[]) => Pick<AddEdit, 'positions' | 'when'>;
}

function contrasting({ name, summary, rival, place }: Variant): Technique {
  return {
    name,
    summary,
    affordances: ['sample', 'read', 'prefill', 'edit', 'labels'],
    ...(rival !== undefined && { rival }),
    settings: ({ layers }) => contrastSettings(layers),
    prepare: contrasts,
    request: ({ layer = 0, scale = 0 }, question, _, __, findings) => {
      const { vector, bias } = contrastAt(findings, layer);
      const edit: AddEdit = { at: streamAfter(layer), do: 'add', vector, scale: -scale };
      return { question, temperature: 1, edits: [{ ...edit, ...place(bias, vector) }] };
    },
  };
}

export const intoxicate = contrasting({
  name: 'intoxicate',
  summary: 'takes a contrast vector of hiding away at the last token of the prompt',
  rival: 'prefill',
  place: () => ({ positions: [-1] }),
});

/** The conditional one without its condition. */
export const constantContrast = contrasting({
  name: 'steer-constant',
  summary: 'takes a contrast vector of hiding away at every position',
  rival: 'intoxicate',
  place: () => ({ positions: 'all' }),
});

/** The vector is its own detector: it fires where the stream is nearer to hiding than to telling, along the vector. */
export const conditionalContrast = contrasting({
  name: 'steer-conditional',
  summary:
    'takes a contrast vector of hiding away only where the activation is nearer to hiding than to telling',
  rival: 'steer-constant',
  place: (bias, direction) => ({ positions: 'all', when: { direction, bias, above: 0 } }),
});
