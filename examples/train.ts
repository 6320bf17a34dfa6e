/** @file Trains a tiny model from scratch on texts of the generated world, and samples from it. */
import {
  LanguageModel,
  nodeRuntime,
  pack,
  parseConfig,
  Tokenizer,
  train,
  trainByteLevelBpe,
} from '../src/model/index.ts';
import { prompt, SPECIAL_TOKENS, worldText } from '../src/world/index.ts';

const texts = Array.from({ length: 3000 }, (_, i) => worldText(1, i));
const specialTokens = [...SPECIAL_TOKENS];
const tokenizer = Tokenizer.parse(trainByteLevelBpe(texts, { vocabSize: 512, specialTokens }));
const config = parseConfig({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: tokenizer.vocabSize,
  max_position_embeddings: 128,
  tie_word_embeddings: true,
  eos_token_id: tokenizer.idOf('<|end|>'),
});
const model = LanguageModel.create(config, nodeRuntime(), { seed: 1, tokenizer });

// Rows of 64 tokens, each holding one or more whole texts.
const tokens = texts.map((text) => ({ tokens: tokenizer.encode(text) }));
const rows = pack(tokens, 64);
const batch = () => Array.from({ length: 8 }, () => rows.next().value!);
const losses = await train(model, { steps: 60, learningRate: 1e-2, batch });
console.log(
  `loss ${losses[0]!.toFixed(2)} nats a token at first, ${losses.at(-1)!.toFixed(2)} at last`,
);

const start = prompt([], 'document', 'a');
for await (const { text } of model.sample(start, { maxTokens: 16 })) console.log(`a${text}`);
await model.release();
