/** @file The published shape of a dictionary's portrait: what `touchstone dict show --json` prints. */
import { z } from 'zod';

const interval = z.tuple([z.number(), z.number()]).describe('95 %');
const whole = z.number().int().min(0);

const rateSchema = z.object({
  n: whole,
  successes: whole,
  rate: z.number(),
  interval,
});

const meanSchema = z.object({ mean: z.number(), interval, n: whole });

const tokenEffectSchema = z.object({ token: whole, text: z.string(), effect: z.number() });

const exampleSchema = z.object({
  kind: z.enum(['top', 'quantile']),
  band: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe('quantiles of its activations between which this one lies; null for the strongest'),
  document: whole,
  context: whole,
  peak: whole.describe('index among the tokens of the place that is shown'),
  tokens: z.array(z.string()),
  values: z.array(z.number()).describe('activation at each token; 0 at masked tokens'),
});

const gramSchema = z.object({ tokens: z.array(whole), text: z.string() });

const useSchema = gramSchema.extend({
  order: whole.describe('tokens in the run'),
  active: rateSchema.describe('of the places where the run ends, those with the latent active'),
  share: rateSchema.describe('of the places with the latent active, those where the run ends'),
});

const ruleSchema = z.object({
  order: whole,
  grams: z.array(gramSchema),
  precision: rateSchema,
  recall: rateSchema,
  base: rateSchema.describe('share of places with the latent active: the precision of naming all'),
});

const partnerSchema = z.object({
  latent: whole,
  given: rateSchema.describe('of the places with this latent active, those with the partner too'),
  base: z.number().describe('share of all places with the partner active'),
  jaccard: z.number(),
  information: z.number().describe('pointwise mutual information in bits'),
});

const ablationSchema = z.object({
  places: whole,
  documents: whole,
  loss: meanSchema.nullable().describe("rise of the next token's loss, nats"),
  divergence: meanSchema.describe('KL(plain || ablated), nats'),
  other: z
    .object({ loss: meanSchema.nullable(), divergence: meanSchema })
    .describe('of ablating another latent active at the same token, of the nearest strength'),
  difference: meanSchema.describe("divergence less the other's, place by place"),
  replaced: whole.describe(
    'places without another active latent: a random direction of equal strength stood in',
  ),
  lowered: z
    .array(tokenEffectSchema)
    .describe("mean change of the next token's probability without the latent"),
  raised: z.array(tokenEffectSchema),
});

const scoreSchema = z.object({
  balancedAccuracy: z.number().describe('0.5 is chance'),
  interval,
  sensitivity: rateSchema,
  specificity: rateSchema,
  refused: whole.describe('texts without an answer count as wrong'),
  malformed: whole,
});

const explanationSchema = z.object({
  text: z.string().nullable(),
  failure: z.enum(['refused', 'malformed']).nullable(),
  score: scoreSchema,
  shuffled: z.object({ latent: whole, score: scoreSchema }).nullable(),
});

export const latentPortraitSchema = z.object({
  latent: whole,
  density: rateSchema.describe('share of rows with the latent active; interval over documents'),
  mean: z.number().describe('activation where active'),
  max: z.number().describe('largest activation, by magnitude'),
  histogram: z
    .object({ width: z.number(), counts: z.array(whole) })
    .describe('of magnitudes, from 0'),
  examples: z.array(exampleSchema),
  uses: z.array(useSchema),
  rule: ruleSchema.nullable(),
  ruleScore: scoreSchema.nullable().describe("the rule's detection of held-out texts"),
  partners: z.array(partnerSchema),
  neighbours: z.array(z.object({ latent: whole, cosine: z.number() })),
  logits: z
    .object({
      promoted: z.array(tokenEffectSchema),
      suppressed: z.array(tokenEffectSchema),
      deviation: z.number(),
    })
    .nullable()
    .describe('null where the hook point does not write to the residual stream'),
  ablation: ablationSchema.nullable(),
  explanation: explanationSchema.nullable(),
});

/** The published shape. */
export const portraitSchema = z.object({
  schema: z.literal('touchstone/dictionary-portrait/1'),
  version: z.string(),
  dictionary: z.object({
    name: z.string(),
    architecture: z.string(),
    width: whole,
    latents: whole,
    hook: z.string(),
    target: z.string().describe('hook point that it decodes'),
    hash: z.string().describe('SHA-256 of its config and tensors'),
  }),
  model: z.object({ name: z.string(), parameters: whole }),
  texts: z.object({
    names: z.array(z.string()),
    documents: whole,
    rows: whole,
    context: whole,
    mask: z.enum(['special', 'none']),
    sampled: z.number().describe('share of the rows behind runs of tokens and company'),
  }),
  seed: whole,
  silent: rateSchema.describe('latents that were active at no row'),
  dense: rateSchema.describe('latents active at more than a tenth of the rows'),
  l0: z.number().describe('active latents of a row, mean'),
  densities: z
    .array(z.object({ from: z.number(), latents: whole }))
    .describe('latents by density; bins of half a decade'),
  chanceCosine: z.number().describe('about the largest cosine that random directions would have'),
  chosen: z.string().describe('how the latents below were chosen'),
  leftOut: whole.describe('latents of the dictionary that are not below'),
  explainer: z
    .object({
      model: z.string(),
      explained: whole,
      refused: whole,
      malformed: whole,
      score: meanSchema.nullable().describe('balanced accuracy, mean and interval over latents'),
      shuffled: meanSchema.nullable(),
    })
    .nullable(),
  ruleScore: meanSchema.nullable(),
  latents: z.array(latentPortraitSchema),
});

export type Portrait = z.infer<typeof portraitSchema>;
export type LatentPortrait = z.infer<typeof latentPortraitSchema>;
export type Example = z.infer<typeof exampleSchema>;
export type MeanAndInterval = z.infer<typeof meanSchema>;
