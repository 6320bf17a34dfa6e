/** @file Edits as plain data: their published form, and checks of edits from outside. */
import { z } from 'zod';
import { badInput, badUsage } from '../tensor/index.ts';

const common = {
  at: z.string().describe('hook point, by its TransformerLens name'),
  positions: z.enum(['all', 'prompt', 'generated']).optional().describe("default 'all'"),
};

/** The published form of an edit. */
export const editSchema = z.discriminatedUnion('do', [
  z.strictObject({
    ...common,
    do: z.literal('noise'),
    scale: z.number().min(0).describe('deviation of the noise in units of relativeTo'),
    relativeTo: z
      .enum(['rms', 'absolute'])
      .optional()
      .describe(
        "'rms' (default): of the activation's root mean square at each position (and head)",
      ),
    draw: z
      .enum(['perStep', 'perSequence'])
      .optional()
      .describe("'perStep' (default): fresh at every position; 'perSequence': one draw a sequence"),
    seed: z.number().int().min(0).optional().describe('default 0'),
  }),
  z.strictObject({
    ...common,
    do: z.literal('add'),
    vector: z.array(z.number()).min(1),
    scale: z.number().optional().describe('factor of the vector, default 1'),
  }),
  z.strictObject({
    ...common,
    do: z.literal('set'),
    value: z
      .array(z.number())
      .min(1)
      .describe('one position; in run also [batch, position, ...] flattened'),
  }),
  z.strictObject({
    ...common,
    do: z.literal('scale'),
    factor: z.number().describe('0 ablates, 1 changes nothing'),
  }),
]);

/** One change of one activation. */
export type Edit = z.infer<typeof editSchema>;

/** Checks edits from outside. @throws TouchstoneError naming the edit and the field */
export function parseEdits(value: unknown, source = 'edits'): Edit[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item, i) => {
    const result = editSchema.safeParse(item);
    if (result.success) return result.data;
    const issue = result.error.issues[0]!;
    return badInput(`${source}: edit ${i}: ${issue.path.join('.') || 'value'}: ${issue.message}`);
  });
}

/** The seed of an edit's draws. */
export function seedOf(edit: Edit): number {
  return edit.do === 'noise' ? (edit.seed ?? 0) : 0;
}

/** Checks what the type alone does not: edits come from files and from plain JavaScript too. */
export function checkNumbers(edit: Edit): void {
  for (const [what, values] of numbersOf(edit)) {
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      badUsage(
        `${edit.do} at '${edit.at}': ${wrong} in its ${what}`,
        'numbers of edits are finite',
      );
    }
  }
  if (edit.do !== 'noise') return;
  if (edit.scale < 0)
    badUsage(`noise at '${edit.at}' of scale ${edit.scale}`, 'a scale is 0 or more');
  const seed = seedOf(edit);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    badUsage(`noise at '${edit.at}' of seed ${seed}`, 'a seed is a whole number from 0');
  }
}

function numbersOf(edit: Edit): readonly (readonly [string, readonly number[]])[] {
  switch (edit.do) {
    case 'noise':
      return [['scale', [edit.scale]]];
    case 'add':
      return [
        ['vector', edit.vector],
        ['scale', [edit.scale ?? 1]],
      ];
    case 'set':
      return [['value', edit.value]];
    case 'scale':
      return [['factor', [edit.factor]]];
    default: {
      const name = String((edit as { do: unknown }).do);
      return badUsage(`unknown edit '${name}'`, "edits are 'noise', 'add', 'set' and 'scale'");
    }
  }
}
