/** @file What conditional-steering says before it is run. */
import type { Statement } from '../statement.ts';
import { ARMS } from './arms.ts';

export const statement: Statement = {
  question:
    'Does editing a latent of a dictionary where it fires keep a construct out of what a model writes better than the rivals of the same affordances, and than those that nobody ran: a probe-gated vector, a logit ban, fine-tuning and rejection sampling?',
  hypothesis:
    'Published: conditional edits of sparse autoencoders outperform classical baselines on keeping regular expressions out of tests (Karvonen, Pai, Wang and Keigwin 2024). Expected here: what helps is the condition, not the dictionary. A probe-gated vector does as well as a latent that fires, both leave unrelated prompts alone, and rejection sampling keeps the rule at no loss, for more compute.',
  arms: ARMS.map(({ name, what, affordances }) => ({ name, what, affordances: [...affordances] })),
  measures: [
    {
      name: 'violation',
      definition:
        'share of programs with the banned construct, by their tree (by their text where they are no program); a program that rejection gave up counts by what it is',
    },
    {
      name: 'semantic pass',
      definition:
        'share of programs that pass on the right function and fail on both wrong versions of it, run by the interpreter',
    },
    { name: 'syntactic', definition: 'share of texts that are programs' },
    {
      name: 'good',
      definition:
        'share that keep the rule and pass; settings are chosen by it on validation tasks',
    },
    {
      name: 'KL elsewhere',
      definition:
        'KL(under the arm || as it is) in nats a token, at the tokens of the right answers to chores that are no tests; rejection changes nothing there',
    },
    {
      name: 'right elsewhere',
      definition:
        'share of chores about held-out functions that are answered to the letter, greedily',
    },
    {
      name: 'MFLOP per kept',
      definition:
        "floating-point operations of the model's matrix products over all draws, prompts read anew included, by programs that keep the rule; edits and checks not counted, training apart",
    },
    {
      name: 'precision, recall',
      definition:
        'of positions where a detector fires, those after which the program commits to the construct; of the latter, those where it fires. Over all positions of reference programs, prompts included',
    },
    {
      name: 'false elsewhere',
      definition:
        'share of the positions where nothing is decided about the construct at which a detector fires',
    },
    {
      name: 'dominates',
      definition:
        'violation or semantic pass better with the 95 % interval of the paired difference over seeds outside 0, and the other not worse by more than 0.05 at the far end of its interval; rates are means of the three base rates',
    },
  ],
  samples:
    'Five coders of 0.84 million parameters, each with its own TopK dictionary (512 latents, k 16) and k-means clusters (256) on the residual stream after the second of four layers, trained on 240 reference programs; detectors are fitted to these, chosen by F1 on 100 others and measured on 120 more, labelled by the world. Base rates of 10, 50 and 90 % come from the style line; the other constructs stand at 50 %. Scales are chosen among five on 18 validation tasks, reported on 20 test tasks at each base rate (60 a seed, 300 in all): the standard error of a rate over seeds is about 0.03, so that differences below 0.1 are mostly undecided. Constraints: 1, 2, 4 and 8 constructs at 90 %, 16 tasks a seed, scales chosen anew on 6. Intervals are Student over five seeds. Chosen after a look at a trial on the coder of seed 1: the grids of scales (a first one of 0.25, 0.5, 1, 2 for all was too coarse for vectors behind a condition, and too strong for constant ones), and thresholds by F1 alone (a second threshold of 95 % recall made no difference). In an earlier full run dictionaries were trained for 800 steps, of which a trial said that they were too few, and grids ended at one mean norm, where several arms were best: here it is 2,000 steps and four mean norms. The layer was not searched.',
  decision:
    'An arm is said to dominate another only by the definition above; where it does not, and is not dominated, the claim is undecided; where the other dominates, it is refuted. Precision above 99.9 %: the interval over seeds above it. Side effects: the interval of KL elsewhere below 0.001 nats. Compounding: the interval over seeds of semantic pass at one constraint less that at eight above that of the coder as it is under the same style.',
};
