/** @file Paints the portraits of chosen latents from what the survey left. */
import {
  type ChatModel,
  type DirectionLogits,
  directionLogits,
  type TokenEffect,
} from '../../model/index.ts';
import { type Ablation, ablationOf } from './ablation.ts';
import type { Reading } from './active.ts';
import { type Partner, partnersOf } from './company.ts';
import { backgroundPlaces, heldOutPlaces, oneEach, type Shown, shownPlaces } from './examples.ts';
import type { Trial, Verdict } from './explain/detection.ts';
import { scoreOf } from './explain/detection.ts';
import { type Explanation, explain, type Subject } from './explain/explain.ts';
import { decoderRows, type Neighbour, neighboursOf } from './neighbours.ts';
import { type GramUse, type Rule, Rules, ruleNames } from './rules.ts';
import type { Example, LatentPortrait } from './schema.ts';
import { densityOf, type Survey } from './survey.ts';
import { trialsOf } from './trials.ts';
import { readWindows, type Window } from './windows.ts';
import { Wording } from './wording.ts';

/** Contexts in which a latent is ablated. */
const ABLATED = 12;
/** Tokens of each list of logits. */
const LOGITS = 10;
/** Latents whose explanations stand in for one another where one alone is to be explained. */
const LEAST_EXPLAINED = 2;

export interface PainterOptions extends Reading {
  /** Hook point that the dictionary decodes. */
  readonly target: string;
  readonly survey: Survey;
  readonly ablate?: boolean;
  readonly explainer?: ChatModel;
  readonly progress: (task: string, unit: string) => (done: number, total: number) => Promise<void>;
}

/** Who explained. */
export interface Explained {
  readonly model: string;
}

/** What is known of a latent before anything is put into words. */
interface Sketch {
  readonly latent: number;
  readonly shown: readonly Shown[];
  readonly windows: readonly Window[];
  readonly trials: readonly Trial[];
  readonly uses: readonly GramUse[];
  readonly rule: Rule | undefined;
  readonly partners: readonly Partner[];
}

export class Painter {
  readonly #options: PainterOptions;
  readonly #wording: Wording;
  readonly #norms: Float64Array;

  constructor(options: PainterOptions) {
    this.#options = options;
    this.#wording = new Wording(options.model.tokenizer);
    this.#norms = normsOf(options);
  }

  /** Portraits in the order of the latents. */
  async paint(
    latents: readonly number[],
  ): Promise<{ latents: LatentPortrait[]; explained: Explained | undefined }> {
    const { dictionary, explainer } = this.#options;
    const sketched = explainer ? this.#withDonor(latents) : latents;
    const sketches = await this.#sketches(sketched);
    const neighbours = await neighboursOf(dictionary, latents);
    const logits = await this.#logits(latents);
    const ablations = await this.#ablations(latents);
    const explanations = explainer ? await this.#explanations(sketches, explainer) : [];
    const portraits = latents.map((_, i) =>
      this.#portrait(sketches[i]!, {
        neighbours: neighbours[i]!,
        logits: logits?.[i],
        ablation: ablations[i],
        explanation: explanations[i],
      }),
    );
    return { latents: portraits, explained: explainer && { model: explainer.model } };
  }

  /** A latent that is explained alone needs another, whose explanation is its control. */
  #withDonor(latents: readonly number[]): readonly number[] {
    if (latents.length === 0 || latents.length >= LEAST_EXPLAINED) return latents;
    const { survey, dictionary } = this.#options;
    const all = Array.from({ length: dictionary.size }, (_, latent) => latent);
    const others = all.filter(
      (latent) => survey.census.fired[latent]! > 0 && !latents.includes(latent),
    );
    if (others.length === 0) return latents;
    return [...latents, survey.stream.at('donor').reader().pick(others)];
  }

  async #sketches(latents: readonly number[]): Promise<Sketch[]> {
    const { corpus, survey, dictionary, progress } = this.#options;
    const { firings, halves } = survey;
    firings.index(latents);
    const counts = firings.counts(dictionary.size);
    const rules = new Rules(corpus, firings, halves);
    const shown = latents.map((latent) => shownPlaces(corpus, survey, latent));
    const heldOut = latents.map((latent) => heldOutPlaces(corpus, survey, latent));
    const background = backgroundPlaces(corpus, survey);
    const looks = latents.flatMap((latent, i) =>
      [...shown[i]!, ...heldOut[i]!, ...background.map((place) => ({ place }))].map(
        ({ place }) => ({
          latent,
          place,
        }),
      ),
    );
    const windows = await readWindows(
      this.#options,
      looks,
      progress('reading examples', 'contexts'),
    );
    let at = 0;
    const take = (count: number) => {
      at += count;
      return windows.slice(at - count, at);
    };
    return latents.map((latent, i) => ({
      latent,
      shown: shown[i]!,
      windows: take(shown[i]!.length),
      trials: trialsOf(take(heldOut[i]!.length), take(background.length), survey.stream, latent),
      uses: rules.uses(latent),
      rule: rules.best(latent),
      partners: partnersOf(corpus, firings, counts, latent),
    }));
  }

  /** Only where the hook point's width is written into the residual stream as it is. */
  async #logits(latents: readonly number[]): Promise<DirectionLogits[] | undefined> {
    const { model, dictionary, target } = this.#options;
    if (!writesToResidual(target)) return undefined;
    return directionLogits(model, decoderRows(dictionary, latents), LOGITS);
  }

  async #ablations(latents: readonly number[]): Promise<(Ablation | undefined)[]> {
    const { survey, corpus, ablate = true, progress } = this.#options;
    if (!ablate) return [];
    const report = progress('ablating latents', 'latents');
    const stream = survey.stream.at('stand-ins');
    const out: (Ablation | undefined)[] = [];
    for (const latent of latents) {
      const firings = oneEach(survey.collection.sampled(latent), corpus).slice(0, ABLATED);
      const options = { ...this.#options, norms: this.#norms, stream };
      out.push(firings.length === 0 ? undefined : await ablationOf(options, latent, firings));
      await report(out.length, latents.length);
    }
    return out;
  }

  async #explanations(sketches: readonly Sketch[], model: ChatModel): Promise<Explanation[]> {
    const { progress, survey, corpus } = this.#options;
    const subjects = sketches.map(({ latent, windows, trials }): Subject => {
      const own = windows.filter(({ place }) => survey.halves.isShown(corpus.documents[place]!));
      return { latent, max: survey.census.histograms.max[latent]!, windows: own, trials };
    });
    const donor = (i: number) => (sketches.length > 1 ? (i + 1) % sketches.length : undefined);
    return explain(subjects, donor, {
      model,
      passage: (window) => ({ tokens: this.#texts(window), values: window.values }),
      progress: progress('explaining latents', 'steps'),
    });
  }

  #texts({ from, values }: Window): string[] {
    return this.#wording.stretch(this.#options.corpus, from, from + values.length);
  }

  #portrait(
    sketch: Sketch,
    more: {
      readonly neighbours: readonly Neighbour[];
      readonly logits: DirectionLogits | undefined;
      readonly ablation: Ablation | undefined;
      readonly explanation: Explanation | undefined;
    },
  ): LatentPortrait {
    const { latent, rule, uses } = sketch;
    const { survey } = this.#options;
    const { logits, ablation } = more;
    return {
      latent,
      density: densityOf(survey, latent),
      mean: survey.census.mean(latent),
      max: survey.census.histograms.max[latent]!,
      histogram: { ...survey.census.histograms.of(latent) } as LatentPortrait['histogram'],
      examples: sketch.windows.map((window, i) => this.#example(window, sketch.shown[i]!)),
      uses: uses.map((use) => ({ ...use, ...this.#gram(use.tokens) })),
      rule: rule ? { ...rule, grams: rule.grams.map((gram) => this.#gram(gram)) } : null,
      ruleScore: rule && sketch.trials.length > 0 ? this.#ruleScore(rule, sketch.trials) : null,
      partners: [...sketch.partners],
      neighbours: [...more.neighbours],
      logits: logits
        ? {
            promoted: this.#effects(logits.promoted),
            suppressed: this.#effects(logits.suppressed),
            deviation: logits.deviation,
          }
        : null,
      ablation: ablation
        ? {
            ...ablation,
            lowered: this.#effects(ablation.lowered),
            raised: this.#effects(ablation.raised),
          }
        : null,
      explanation: more.explanation ?? null,
    };
  }

  #example(window: Window, { kind, band }: Shown): Example {
    const { corpus } = this.#options;
    return {
      kind,
      band,
      document: corpus.documents[window.place]!,
      context: corpus.contextOf[window.place]!,
      peak: window.place - window.from,
      tokens: this.#texts(window),
      values: Array.from(window.values),
    };
  }

  #gram(tokens: readonly number[]) {
    return { tokens: [...tokens], text: this.#wording.of(tokens) };
  }

  #effects(effects: readonly TokenEffect[]) {
    return effects.map(({ token, effect }) => ({ token, text: this.#wording.of([token]), effect }));
  }

  #ruleScore(rule: Rule, trials: readonly Trial[]) {
    const { corpus } = this.#options;
    const verdicts = trials.map(({ window }): Verdict => {
      const places = Array.from(window.values, (_, i) => window.from + i);
      return ruleNames(corpus, rule, places);
    });
    return scoreOf(trials, verdicts);
  }
}

/** Whether what is written at a hook point is added to the residual stream as it is. */
export function writesToResidual(target: string): boolean {
  return /(^hook_(pos_)?embed|hook_resid_(pre|mid|post)|hook_(attn|mlp)_out)$/.test(target);
}

function normsOf({ dictionary }: Reading): Float64Array {
  const { data, shape } = dictionary.tensors.get('W_dec')!;
  const width = shape[1]!;
  return Float64Array.from({ length: dictionary.size }, (_, latent) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += data[latent * width + i]! ** 2;
    return Math.sqrt(sum);
  });
}
