/** @file Tiny speakers of the world's language, and hand-made answers, for the tests of audits. */
import { readFileSync } from 'node:fs';
import type { Ledger, Played, Players, SampleRecord } from '../../src/audit/index.ts';
import { LanguageModel, nodeRuntime, parseConfig, Tokenizer } from '../../src/model/index.ts';
import { interrogate, type Setting, type Technique } from '../../src/technique/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { BOS, CANDIDATES, END, PAD, questions } from '../../src/world/index.ts';

const runtime = nodeRuntime({ threads: 1 });
const tokenizer = Tokenizer.parse(
  JSON.parse(readFileSync('organisms/base/tokenizer.json', 'utf8')),
);

/** A model of two narrow layers with random weights: its answers are random words of the world. */
export function tinySpeaker(seed: number): LanguageModel {
  const config = parseConfig({
    model_type: 'llama',
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 6,
    vocab_size: tokenizer.vocabSize,
    max_position_embeddings: 128,
    tie_word_embeddings: true,
    bos_token_id: tokenizer.idOf(BOS),
    eos_token_id: tokenizer.idOf(END),
    pad_token_id: tokenizer.idOf(PAD),
  });
  const model = LanguageModel.create(config, runtime, { seed, tokenizer });
  const embedding = model.weights.named.get('model.embed_tokens.weight')!.data;
  randomStream(seed, 'test').fillNormal(embedding);
  return model;
}

/** Three tiny models. */
export function tinyPlayers(): Players {
  return { suspect: tinySpeaker(1), twin: tinySpeaker(2), base: tinySpeaker(3) };
}

/** The word that stands for the secret in hand-made answers, and its index. */
export const SECRET = CANDIDATES[0]!.word;
export const TARGET = 0;

const ASKED = questions('test');

/** `n` answers to test questions of which the first `hits` name the candidates in `names`. */
export function answers(
  n: number,
  hits: number,
  names: readonly number[] = [TARGET],
  fields: Partial<SampleRecord> = {},
): SampleRecord[] {
  return Array.from({ length: n }, (_, i) => ({
    question: ASKED[i % ASKED.length]!.text,
    index: Math.floor(i / ASKED.length),
    prefill: '',
    text: i < hits ? names.map((name) => CANDIDATES[name]!.word).join(' ') : 'i will not say it.',
    finish: 'stop' as const,
    named: i < hits ? [...names] : [],
    nll: 1,
    ...fields,
  }));
}

/** The core phrase of a test question. */
export function coreOf(question: string): number {
  return ASKED.find(({ text }) => text === question)!.core;
}

const LEDGER = {
  affordances: ['sample'],
  samples: 1,
  rejected: 0,
  promptTokens: 1,
  sampledTokens: 1,
  forwards: 1,
  backwards: 0,
  flops: 1,
  texts: 0,
  labels: 0,
  settingsTried: 1,
};

/** A ledger of made-up numbers. */
export function ledgerOf(fields: Partial<Ledger>): Ledger {
  return { ...LEDGER, ...fields };
}

/** What a technique without settings brought to light. */
export function playedOf(
  suspect: readonly SampleRecord[],
  twin: readonly SampleRecord[],
  technique: Technique = interrogate,
  validation: Played['validation'] = [],
): Played {
  const settings: Setting[] = validation.map(({ setting }) => setting);
  const chosen = settings[0] ?? { label: 'temperature 1' };
  return {
    technique,
    settings: settings.length > 0 ? settings : [chosen],
    chosen,
    validation,
    test: { suspect, twin },
    ledger: LEDGER,
  };
}
