/** @file Decoding with a cache against passes over the whole sequence, and rows against their company. */
import { describe, expect, test } from 'vitest';
import { bindEdits } from '../../src/model/edits.ts';
import { forwardGraph, sequenceInputs } from '../../src/model/forward.ts';
import {
  type Edit,
  type HookName,
  type ModelConfig,
  nodeRuntime,
  type Weights,
} from '../../src/model/index.ts';
import { LanguageModel } from '../../src/model/languageModel.ts';
import type { Runnable } from '../../src/model/programs.ts';
import {
  compile,
  type Feeds,
  type HostTensor,
  type Runtime,
  type Tensor,
} from '../../src/tensor/index.ts';
import {
  bits,
  largestDifference,
  randomTokens,
  runtime,
  samplesOf,
  softmax,
  tinyModel,
} from './support.ts';

/** What one program run took and gave while sampling. */
interface Call {
  readonly feeds: Feeds;
  readonly probabilities: Float32Array;
}

/** A model that remembers what its programs take and give. */
class Recorded extends LanguageModel {
  readonly calls: Call[] = [];

  static of({ config, weights }: { config: ModelConfig; weights: Weights }, on: Runtime = runtime) {
    return new Recorded(config, weights, on);
  }

  override program<Name extends string = string>(
    key: string,
    options: { baked: boolean },
    build: () => Readonly<Record<Name, Tensor>>,
  ): Runnable<Name> {
    const inner = super.program(key, options, build);
    return {
      run: async (feeds) => {
        const out = await inner.run(feeds);
        const { probabilities } = out as Record<string, HostTensor>;
        if (probabilities) this.calls.push({ feeds, probabilities: copy(probabilities) });
        return out;
      },
    };
  }
}

function copy({ data }: HostTensor): Float32Array {
  return (data as Float32Array).slice();
}

const WIDE = {
  hidden_size: 96,
  intermediate_size: 256,
  num_attention_heads: 6,
  head_dim: 16,
  vocab_size: 700,
};

const ODD = {
  hidden_size: 100,
  intermediate_size: 333,
  num_attention_heads: 5,
  num_key_value_heads: 1,
  head_dim: 22,
  vocab_size: 611,
};

const noise = (at: HookName, fields = {}): Edit => ({ at, do: 'noise', scale: 0.5, ...fields });

describe('decoding with a cache equals a pass over the whole sequence within 1e-5', () => {
  const steps = 40;
  const prompts = randomTokens(3, 5, 2);

  /** Noise that the steps drew, joined along positions: [rows, length, ...]. */
  function joinedNoise(calls: readonly Call[], name: string, length: number): HostTensor {
    const parts = calls.map(({ feeds }) => feeds[name]!);
    const [rows, , ...sizes] = parts[0]!.dims as number[];
    const size = sizes.reduce((a, b) => a * b, 1);
    const joined = new Float32Array(rows! * length * size);
    const promptLength = prompts[0]!.length;
    for (let row = 0; row < rows!; row++) {
      parts.forEach((part, call) => {
        const count = part.dims[1]! * size;
        const own = (part.data as Float32Array).subarray(row * count, (row + 1) * count);
        // What a prompt is padded with is dropped.
        const [from, used] =
          call === 0 ? [0, Math.min(promptLength, length)] : [promptLength + call - 1, 1];
        if (from < length) joined.set(own.subarray(0, used * size), (row * length + from) * size);
      });
    }
    return runtime.tensor('float32', joined, [rows!, length, ...sizes]);
  }

  /** Logits of one pass under the edits, with the given draws. */
  async function pass(model: LanguageModel, rows: number[][], edits: Edit[], calls: Call[]) {
    const { config } = model;
    const bound = bindEdits(edits, config);
    const graph = forwardGraph(config, sequenceInputs(config), [], bound);
    const program = await compile({ runtime, outputs: { logits: graph.logits() } });
    const length = rows[0]!.length;
    const each = (value: number) => [value, value, value];
    const promptLengths = each(prompts[0]!.length);
    const span = { rows: [0, 1, 2], starts: each(0), length, promptLengths };
    const feeds = Object.assign({}, ...bound.map((edit) => edit.feeds(runtime, span)));
    for (const name of Object.keys(feeds).filter((key) => key.endsWith('.noise'))) {
      const frozen = feeds[name].dims[1] === 1 && length > 1;
      feeds[name] = frozen ? calls[0]!.feeds[name] : joinedNoise(calls, name, length);
    }
    const out = await program.run({ ...model.feeds, ...model.sequenceFeeds(rows), ...feeds });
    return out.logits!.data as Float32Array;
  }

  const vector = randomTokens(1, 16, 7)[0]!.map((id) => id / 10 - 2);
  const at = 'blocks.0.hook_resid_post';
  const cases: [string, Edit[]][] = [
    ['no edit', []],
    ['an added vector', [{ at, do: 'add', vector, scale: 0.7 }]],
    ['a vector added to generated positions', [{ at, do: 'add', vector, positions: 'generated' }]],
    ['a vector set in the prompt', [{ at, do: 'set', value: vector, positions: 'prompt' }]],
    ['scaled heads', [{ at: 'blocks.1.attn.hook_z', do: 'scale', factor: 0.3 }]],
    ['scaled scores', [{ at: 'blocks.0.attn.hook_attn_scores', do: 'scale', factor: 0.5 }]],
    ['a scaled pattern', [{ at: 'blocks.1.attn.hook_pattern', do: 'scale', factor: 2 }]],
    ['noise', [noise(at), noise('blocks.1.attn.hook_k')]],
    ['frozen noise', [noise(at, { draw: 'perSequence' })]],
    ['noise on the prompt', [noise(at, { positions: 'prompt', relativeTo: 'absolute' })]],
  ];

  test.each(cases)('with %s', async (_, edits) => {
    const model = Recorded.of(tinyModel());
    const samples = await samplesOf(model, prompts, { maxTokens: steps, edits, stop: [] });
    expect(model.calls).toHaveLength(steps);
    const rows = samples.map(({ tokens }, i) => [...prompts[i]!, ...tokens.slice(0, -1)]);
    const logits = await pass(model, rows, edits, model.calls);
    const vocab = model.config.vocab_size;
    const length = rows[0]!.length;
    model.calls.forEach(({ probabilities }, step) => {
      for (let row = 0; row < 3; row++) {
        const at = (row * length + prompts[0]!.length - 1 + step) * vocab;
        const expected = softmax(logits.subarray(at, at + vocab));
        const own = probabilities.subarray(row * vocab, (row + 1) * vocab);
        expect(largestDifference(own, expected), `step ${step}, row ${row}`).toBeLessThan(1e-5);
      }
    });
  });
});

describe('a row has the same bits in any company', () => {
  test.each([
    ['a small model', {}, 1],
    ['a wider model', WIDE, 1],
    // Sizes that no kernel likes, on more threads than cores: sums are split in other places.
    ['odd sizes', ODD, 2],
    ['odd sizes', ODD, 4],
  ])('%s: the probabilities of every step, in batches of 1 to 64', async (_, fields, threads) => {
    const plain = tinyModel(fields);
    const on = nodeRuntime({ threads });
    const prompt = randomTokens(1, 7)[0]!;
    const edits = [noise('blocks.0.hook_resid_post')];
    const options = { maxTokens: 12, edits, stop: [] };
    const vocab = plain.config.vocab_size;
    /** The probabilities of the first row at every step, among n with prompts of 1 to 16 tokens. */
    const among = async (n: number) => {
      const model = Recorded.of(plain, on);
      const company = Array.from({ length: n - 1 }, (_, i) => randomTokens(1, 1 + (i % 16), i)[0]!);
      await samplesOf(model, [prompt, ...company], options);
      return model.calls.map(({ probabilities }) => bits(probabilities.slice(0, vocab)));
    };
    const alone = await among(1);
    for (const n of [2, 3, 5, 8, 16, 31, 64]) expect(await among(n), `${n}`).toEqual(alone);
  });
});
