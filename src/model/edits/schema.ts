/** @file Edits as plain data: their published form, and checks of edits from outside. */
import { z } from 'zod';
import { badInput, badUsage } from '../../tensor/index.ts';
import type { HookName } from '../hooks.ts';

/** The name of a hook point: any text here; whether a model has it is checked where edits meet the model, which knows the nearest. */
export const hookNameSchema = z.string() as z.ZodType<string, string> as z.ZodType<
  HookName,
  string
>;

const numbers = z.array(z.number()).min(1);
const tokenId = z.number().int().min(0);

/** A latent of a dictionary that the call hands in by name. */
const latentReference = z.strictObject({
  dictionary: z.string().describe("a name among the call's dictionaries"),
  latent: z.number().int().min(0),
});

const decoderReference = latentReference.extend({
  unit: z.boolean().optional().describe('whether its vector is scaled to length 1; default false'),
});

/** A latent whose value is asked or changed. */
const valuedReference = latentReference.extend({
  unit: z
    .boolean()
    .optional()
    .describe(
      'whether its value counts for a decoder row of length 1, as if the norm had been folded into the encoder; default false',
    ),
});

const vectorForms = {
  error: 'expected a list of numbers, or {"dictionary": name, "latent": number}',
};

const vector = z
  .union([numbers, decoderReference], vectorForms)
  .describe("numbers, or the vector of a dictionary's latent");

const latent = z.union(
  [
    valuedReference,
    z.strictObject({
      encoder: numbers,
      bias: z.number().optional().describe('default 0'),
      threshold: z.number().optional().describe('it is silent up to this; default 0'),
      decoder: numbers,
    }),
  ],
  { error: 'expected {"dictionary", "latent"}, or {"encoder", "bias", "threshold", "decoder"}' },
);

const detector = z
  .enum(['rawDot', 'trueEncoder'])
  .optional()
  .describe(
    "'rawDot': a plain product with the encoder's vector, the default for a direction of numbers; 'trueEncoder': with biases and activation function, the default otherwise",
  );

export const whenSchema = z
  .strictObject({
    read: hookNameSchema.optional().describe("hook point it looks at; default the edit's own"),
    direction: z
      .union([numbers, valuedReference], vectorForms)
      .describe("numbers, or a latent's encoder"),
    bias: z.number().optional().describe('added to the product; default 0'),
    detector,
    above: z.number().describe('it fires above this'),
    scope: z
      .enum(['token', 'sequence'])
      .optional()
      .describe(
        "'token' (default): where it fires; 'sequence': from where it first fires, for good",
      ),
    fromPrompt: z
      .boolean()
      .optional()
      .describe('whether the prompt can make it fire; default true'),
  })
  .meta({ id: 'Condition' });

const positions = z
  .union(
    [
      z.enum(['all', 'prompt', 'generated']),
      z.array(z.number().int()).min(1),
      z.strictObject({ token: z.union([tokenId, z.array(tokenId).min(1)]) }),
    ],
    {
      error:
        'expected "all", "prompt", "generated", a list of positions, or {"token": id or list of ids}',
    },
  )
  .meta({
    id: 'Positions',
    description: "default 'all'; negative positions count from the end of the prompt",
  });

const common = {
  at: hookNameSchema.describe('hook point, by its TransformerLens name'),
  positions: positions.optional(),
  heads: z.array(z.number().int().min(0)).min(1).optional().describe('default all'),
  when: whenSchema.optional(),
};

const noise = z.strictObject({
  ...common,
  do: z.literal('noise'),
  scale: z.number().min(0).describe('deviation of the noise in units of relativeTo'),
  relativeTo: z
    .enum(['rms', 'absolute'])
    .optional()
    .describe("'rms' (default): of the activation's root mean square at each position (and head)"),
  draw: z
    .enum(['perStep', 'perSequence', 'reseeded'])
    .optional()
    .describe(
      "'perStep' (default): fresh at every position; 'perSequence': one draw a sequence; 'reseeded': fresh in the prompt, the first position's draw at every decoding step",
    ),
  seed: z.number().int().min(0).optional().describe('default 0'),
});

const add = z.strictObject({
  ...common,
  do: z.literal('add'),
  vector: vector.describe("numbers, or a latent's decoder"),
  scale: z.number().optional().describe('factor of the vector, default 1'),
});

const set = z.strictObject({
  ...common,
  do: z.literal('set'),
  value: numbers.describe('one position; in run also [batch, position, ...] flattened'),
});

const scale = z.strictObject({
  ...common,
  do: z.literal('scale'),
  factor: z.number().describe('0 ablates, 1 changes nothing'),
});

const mean = z.strictObject({
  ...common,
  do: z.literal('mean'),
  vector: vector.describe('what the activation is replaced by: its mean over some texts'),
});

const project = z.strictObject({
  ...common,
  do: z.literal('project'),
  directions: z.array(vector).min(1).describe('of any length; they are orthonormalized in turn'),
  min: z.number().optional().describe('least coefficient along each direction'),
  max: z.number().optional().describe('largest; with neither, the directions are removed'),
});

const latentEdit = z.strictObject({
  ...common,
  do: z.literal('latent'),
  latents: z.array(latent).min(1),
  change: z.enum(['clamp', 'shift', 'scale', 'ablate']),
  value: z.number().optional().describe('what to clamp to, shift by or scale by'),
  detector,
  onlyActive: z.boolean().optional().describe('leaves silent latents silent; default false'),
});

const splice = z.strictObject({
  ...common,
  do: z.literal('splice'),
  dictionary: z.string().describe("a name among the call's dictionaries"),
  error: z.enum(['kept', 'dropped']).describe("whether the dictionary's error is added back"),
});

/** The published form of an edit. */
export const editSchema = z
  .discriminatedUnion('do', [noise, add, set, scale, mean, project, latentEdit, splice])
  .meta({ id: 'Edit' });

/** One change of one activation. */
export type Edit = z.infer<typeof editSchema>;
export type EditOf<Kind extends Edit['do']> = Extract<Edit, { do: Kind }>;
export type When = z.infer<typeof whenSchema>;
export type Positions = NonNullable<Edit['positions']>;
/** A vector given by its numbers or by name. */
export type Vector = z.infer<typeof vector>;
export type LatentReference = z.infer<typeof valuedReference>;
/** A latent given by name or by its own vectors. */
export type Latent = z.infer<typeof latent>;

const KINDS = editSchema.options.map((option) => option.shape.do.value);

/** Checks edits from outside. @throws TouchstoneError naming the edit and the field */
export function parseEdits(value: unknown, source = 'edits'): Edit[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item, i) => {
    const result = editSchema.safeParse(item);
    if (result.success)
      return checkFields(result.data, (wrong) => badInput(`${source}: edit ${i}: ${wrong}`));
    return badInput(`${source}: edit ${i}: ${firstIssue(result.error)}`);
  });
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue!.path.join('.') || 'value'}: ${issue!.message}`;
}

/** What fields have to do with each other. */
function checkFields(edit: Edit, refuse: (wrong: string) => never): Edit {
  if (edit.do === 'latent' && (edit.value === undefined) !== (edit.change === 'ablate')) {
    refuse(
      edit.change === 'ablate' ? 'value: ablate takes none' : `value: ${edit.change} needs one`,
    );
  }
  if (edit.do === 'project' && (edit.min ?? -Infinity) > (edit.max ?? Infinity)) {
    refuse(`min: ${edit.min} is above max ${edit.max}`);
  }
  return edit;
}

/** The seed of an edit's draws. */
export function seedOf(edit: Edit): number {
  return edit.do === 'noise' ? (edit.seed ?? 0) : 0;
}

/** Checks what types alone do not: edits come from plain JavaScript too. @throws TouchstoneError */
export function checkEdit(edit: Edit): void {
  if (!KINDS.includes(edit.do)) {
    badUsage(
      `unknown edit '${edit.do}'`,
      `edits are ${KINDS.map((kind) => `'${kind}'`).join(', ')}`,
    );
  }
  checkNumbers(edit);
  const where = `${edit.do} at '${edit.at}'`;
  if (edit.do === 'noise') checkNoise(edit, where);
  // The value of a whole run may be long, and its masked scores infinite: it was checked above.
  const plain = edit.do === 'set' ? { ...edit, value: [0] } : edit;
  const { error } = editSchema.safeParse(plain);
  if (error) badUsage(`${where}: ${firstIssue(error)}`, 'see docs/edits.md');
  checkFields(edit, (wrong) => badUsage(`${where}: ${wrong}`, 'see docs/edits.md'));
}

function checkNoise(edit: EditOf<'noise'>, where: string): void {
  const seed = seedOf(edit);
  if (edit.scale < 0) badUsage(`${where} of scale ${edit.scale}`, 'a scale is 0 or more');
  if (!Number.isSafeInteger(seed) || seed < 0) {
    badUsage(`${where} of seed ${seed}`, 'a seed is a whole number from 0');
  }
}

function checkNumbers(edit: Edit): void {
  for (const [field, value] of Object.entries(edit)) {
    // Masked scores are minus infinity when they are read, and may be put back.
    const masked = edit.do === 'set' && edit.at.endsWith('hook_attn_scores');
    const wrong = findNumber(value, (n) => !Number.isFinite(n) && !(masked && n === -Infinity));
    if (wrong !== undefined) {
      badUsage(
        `${edit.do} at '${edit.at}': ${wrong} in its ${field}`,
        'numbers of edits are finite',
      );
    }
  }
}

/** The first number anywhere in a plain value for which `test` holds. */
function findNumber(value: unknown, test: (n: number) => boolean): number | undefined {
  if (typeof value === 'number') return test(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    const found = findNumber(part, test);
    if (found !== undefined) return found;
  }
  return undefined;
}
