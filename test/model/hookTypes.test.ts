/** @file Names of hook points as types: what compiles and what does not. */
import { expect, expectTypeOf, test } from 'vitest';
import type { Activation, Edit, HookName, HookText, LanguageModel } from '../../src/model/index.ts';

/** Never called: the compiler reads it. */
async function compiled(model: LanguageModel, name: string, layer: number) {
  const at = 'blocks.1.hook_resid_post';
  const literal = await model.run('a', { read: [at, 'hook_embed'] });
  expectTypeOf(literal.activations[at]).toEqualTypeOf<Activation>();
  const text = await model.run('a', { read: [name] });
  expectTypeOf(text.activations).toEqualTypeOf<Readonly<Record<string, Activation>>>();
  await model.run('a', { read: [`blocks.${layer}.attn.hook_z`] });
  // @ts-expect-error a name that no model has
  await model.run('a', { read: ['blocks.1.hook_residual_post'] });
  // @ts-expect-error one wrong name among right ones
  await model.run('a', { read: ['hook_embed', 'hook_unembed'] });
  // @ts-expect-error only what was read is there
  literal.activations['blocks.0.hook_resid_post'];
}

test('a wrong literal name of a hook point is no type', () => {
  expectTypeOf<HookText<'blocks.1.hook_resid_post'>>().toEqualTypeOf<'blocks.1.hook_resid_post'>();
  expectTypeOf<HookText<'blocks.1.hook_residual'>>().toEqualTypeOf<HookName>();
  expectTypeOf<HookText<string>>().toEqualTypeOf<string>();
  expectTypeOf<Edit['at']>().toEqualTypeOf<HookName>();
  expect(compiled).toBeTypeOf('function');
});
