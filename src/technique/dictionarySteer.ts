/**
 * @file Conditional edits of a dictionary's latent (Karvonen, Pai, Wang and Keigwin 2024, "Sieve"): the latent that is
 * active where the model hides is ablated or clamped, or its vector taken away, only where it is active. The dictionary
 * is trained within the technique's grants; the latent is chosen by beginnings of hiding and of telling, which are labels.
 */
import { randomStream } from '../tensor/index.ts';
import { SIZE } from './dictionaryRead.ts';
import { lateLayer, meanOf, NEUTRAL, residual, spread } from './evidence.ts';
import type { DictionaryReader, LatentParts } from './insight.ts';
import type { PromptRequest } from './prompt.ts';
import type { ActivationEdit, Suspect } from './suspect.ts';
import type { Findings, Materials, Setting, Technique } from './technique.ts';

/** Questions that the dictionary sees, and those under which hiding and telling are compared. */
const SEEN = 24;
const COMPARED = 6;

/** How strong clamping and adding are, in units of the latent's mean activation where the model hides. */
const FACTORS = [1, 4];

const EDITS = ['clamp', 'perToken', 'perInput'] as const;

function settings(suspect: Pick<Suspect, 'layers'>): Setting[] {
  const [{ layer, label }] = lateLayer(suspect) as [Setting];
  const strong = EDITS.flatMap((edit) =>
    FACTORS.map((scale) => ({ label: `${label}, ${edit} ${scale}`, layer: layer!, edit, scale })),
  );
  return [{ label: `${label}, ablate`, layer: layer!, edit: 'ablate', scale: 0 }, ...strong];
}

/** Questions with each of some beginnings of answers. */
function begun(questions: readonly string[], beginnings: readonly string[]): PromptRequest[] {
  return questions.flatMap((question) => beginnings.map((prefill) => ({ question, prefill })));
}

/** Plain questions, neutral ones, and both sorts of beginnings in turn. */
function trainingPrompts({ questions, prefills, refusals }: Materials): PromptRequest[] {
  const asked = spread(questions, SEEN);
  const answered = (beginnings: readonly string[]) =>
    asked.map((question, i) => ({ question, prefill: beginnings[i % beginnings.length]! }));
  const plain = [...asked, ...NEUTRAL].map((question) => ({ question }));
  return [...plain, ...answered(prefills), ...answered(refusals)];
}

/** Mean activations after hiding, and how far they are above those after telling. */
async function hiding(
  reader: DictionaryReader,
  { questions, prefills, refusals }: Materials,
): Promise<{ readonly mean: readonly number[]; readonly excess: readonly number[] }> {
  const asked = spread(questions, COMPARED);
  const mean = meanOf(await reader.activations(begun(asked, refusals)));
  const telling = meanOf(await reader.activations(begun(asked, prefills)));
  return { mean, excess: mean.map((value, i) => value - telling[i]!) };
}

/** The latent whose activation rises the most where the model hides, of those that are ever active in training. */
function risen({ density }: DictionaryReader, excess: readonly number[]): number {
  const lively = excess.map((value, i) => (density[i]! > 0 ? value : Number.NEGATIVE_INFINITY));
  return lively.indexOf(Math.max(...lively));
}

/** Another latent, blindly, of those that are active where the model hides, or else ever: a silent one would change nothing. */
function blind({ density }: DictionaryReader, mean: readonly number[], chosen: number): number {
  const others = [...density.keys()].filter((i) => density[i]! > 0 && i !== chosen);
  const hiding = others.filter((i) => mean[i]! > 0);
  const from = hiding.length > 0 ? hiding : others;
  return from[randomStream(1, 'data').at('latent').integer(0, from.length)]!;
}

function preparing(random: boolean): NonNullable<Technique['prepare']> {
  return async (suspect, materials) => {
    const [{ layer }] = lateLayer(suspect) as [Setting];
    const at = residual(layer!);
    const prompts = trainingPrompts(materials);
    const reader = await suspect.insight.dictionary({ at, prompts, on: 'suspect', ...SIZE });
    const { mean, excess } = await hiding(reader, materials);
    const chosen = risen(reader, excess);
    const parts = reader.latent(random ? blind(reader, mean, chosen) : chosen);
    return findingsOf(parts, mean[chosen]!);
  };
}

/** @param strength that of the latent that rises the most, for the control too; each technique trains a dictionary of its own */
function findingsOf(
  { encoder, decoder, bias, threshold }: LatentParts,
  strength: number,
): Findings {
  return { encoder, decoder, numbers: [bias, threshold, strength] };
}

function editOf({ layer = 0, scale = 0, edit }: Setting, findings: Findings): ActivationEdit {
  const {
    encoder = [],
    decoder = [],
    numbers: [bias = 0, threshold = 0, strength = 0] = [],
  } = findings;
  const at = residual(layer);
  const parts = { encoder, decoder, bias, threshold };
  const value = -scale * strength;
  if (edit === 'ablate') return { at, do: 'latent', latents: [parts], change: 'ablate' };
  if (edit === 'clamp')
    return { at, do: 'latent', latents: [parts], change: 'clamp', value, onlyActive: true };
  const scope = edit === 'perInput' ? 'sequence' : 'token';
  const when = { direction: encoder, bias, above: threshold, scope } as const;
  return { at, do: 'add', vector: decoder, scale: value, when };
}

function steering(
  random: boolean,
  { name, summary, rival }: Pick<Technique, 'name' | 'summary' | 'rival'>,
): Technique {
  return {
    name,
    summary,
    affordances: ['sample', 'dictionary', 'prefill', 'edit', 'labels'],
    ...(rival !== undefined && { rival }),
    settings,
    prepare: preparing(random),
    request: (setting, question, _, __, findings) => ({
      question,
      temperature: 1,
      edits: [editOf(setting, findings)],
    }),
  };
}

export const randomDictionarySteer = steering(true, {
  name: 'dictionary-steer-random',
  summary:
    'changes a latent of a small dictionary that was picked blindly, only where it is active',
  rival: 'interrogate',
});

export const dictionarySteer = steering(false, {
  name: 'dictionary-steer',
  summary:
    'ablates, clamps or takes away the latent that is active where the model hides, only where it is active',
  rival: 'dictionary-steer-random',
});
