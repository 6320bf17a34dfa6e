/** @file What a GGUF file's tokenizer does with its special tokens, and its chat templates. */
import { tokenizerConfig } from '../tokenizer.ts';
import type { GgufFile } from './file.ts';
import { roleId, type Token } from './vocabulary.ts';

const KEY = 'tokenizer.ggml';

/** The special tokens that are put around a text. */
export function surrounding(
  file: GgufFile,
  tokens: readonly Token[],
  begins: boolean,
): object | null {
  const { metadata } = file;
  const role = (name: string, adds: boolean) => {
    const id = roleId(file, name);
    const token = tokens.find((each) => each.id === id);
    return adds && token !== undefined ? [token] : [];
  };
  const before = role('bos', metadata.flag(`${KEY}.add_bos_token`) ?? begins);
  const after = role('eos', metadata.flag(`${KEY}.add_eos_token`) ?? false);
  if (before.length + after.length === 0) return null;
  const special = ({ text }: Token) => ({ SpecialToken: { id: text, type_id: 0 } });
  const around = (id: 'A' | 'B', type_id: number) => [
    ...before.map(special),
    { Sequence: { id, type_id } },
    ...after.map(special),
  ];
  return {
    type: 'TemplateProcessing',
    single: around('A', 0),
    pair: [...around('A', 0), ...around('B', 1)],
    special_tokens: Object.fromEntries(
      [...before, ...after].map(({ text, id }) => [text, { id: text, ids: [id], tokens: [text] }]),
    ),
  };
}

/** The `tokenizer_config.json`. */
export function settings(file: GgufFile, tokens: readonly Token[]): Record<string, unknown> {
  const text = (role: string) => tokens.find(({ id }) => id === roleId(file, role))?.text;
  const [bos, eos, pad, unk_token] = ['bos', 'eos', 'padding', 'unknown'].map(text);
  const roles = { bos, eos, pad };
  const known = Object.entries(roles).filter(([, token]) => token !== undefined);
  const chat_template = chatTemplates(file);
  return {
    ...tokenizerConfig(Object.fromEntries(known)),
    ...(unk_token !== undefined && { unk_token }),
    ...(chat_template !== undefined && { chat_template }),
  };
}

const TEMPLATE = 'tokenizer.chat_template';

/** The one template, or all of several with their names. */
function chatTemplates({ metadata }: GgufFile): unknown {
  const own = metadata.text(TEMPLATE);
  const named = (metadata.texts('tokenizer.chat_templates') ?? []).flatMap((name) => {
    const template = metadata.text(`${TEMPLATE}.${name}`);
    return template === undefined ? [] : [{ name, template }];
  });
  if (named.length === 0) return own;
  return own === undefined ? named : [{ name: 'default', template: own }, ...named];
}
