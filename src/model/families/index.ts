/** @file The families that can be opened. */
import type { ModelConfig } from '../config.ts';
import { foldedParts, type ModelParts } from '../parts.ts';
import type { Family } from './family.ts';
import { gemma2, gemma3 } from './gemma.ts';
import { gpt2 } from './gpt2.ts';
import { gptNeox } from './gptNeox.ts';
import { llama, mistral } from './llama.ts';
import { olmo2 } from './olmo2.ts';
import { phi3 } from './phi3.ts';
import { qwen2, qwen3 } from './qwen.ts';

export const FAMILIES: readonly Family[] = [
  gpt2,
  gptNeox,
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma2,
  gemma3,
  phi3,
  olmo2,
];

/** The family of a `model_type`. */
export function familyOf(type: string): Family | undefined {
  return FAMILIES.find(({ types }) => types.includes(type));
}

/** The weights that a model has. */
export function partsOf(config: ModelConfig): ModelParts {
  const parts = familyOf(config.model_type)!.parts(config);
  const { folded, normPlace, norm } = config.architecture;
  return folded ? foldedParts(parts, normPlace, norm === 'layer') : parts;
}
