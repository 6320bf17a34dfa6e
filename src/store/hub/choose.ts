/** @file Which files of a repository make a model that can be opened here. */
import { badInput } from '../../tensor/errors.ts';
import type { RemoteFile } from './remote.ts';

const SETTINGS: readonly string[] = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'chat_template.json',
  'README.md',
  'LICENSE',
];

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';
const SHARD = /^model-\d+-of-\d+\.safetensors$/;

/**
 * The settings and the weights: one safetensors file, or shards and their index; with `gguf`, that file alone.
 *
 * @throws TouchstoneError where there are no weights that can be read, saying which there are
 */
export function chooseFiles(
  files: readonly RemoteFile[],
  name: string,
  gguf?: string,
): RemoteFile[] {
  if (gguf !== undefined) return [ggufFile(files, name, gguf)];
  const paths = new Set(files.map(({ path }) => path));
  const weights = paths.has(SINGLE)
    ? (path: string) => path === SINGLE
    : (path: string) => path === INDEX || SHARD.test(path);
  const chosen = files.filter(({ path }) => SETTINGS.includes(path) || weights(path));
  const missing = !paths.has(SINGLE) && !paths.has(INDEX);
  if (missing || !paths.has('config.json')) badInput(...noWeights(paths, name));
  return chosen;
}

function ggufFile(files: readonly RemoteFile[], name: string, gguf: string): RemoteFile {
  const found = files.find(({ path }) => path === gguf);
  return (
    found ?? badInput(`${name} has no file '${gguf}'`, listGgufs(files.map(({ path }) => path)))
  );
}

function listGgufs(paths: readonly string[]): string {
  const ggufs = paths.filter((path) => /\.gguf$/i.test(path));
  return ggufs.length > 0 ? `it has ${ggufs.join(', ')}` : 'it has no .gguf file';
}

function noWeights(paths: ReadonlySet<string>, name: string): [message: string, hint: string] {
  const all = [...paths];
  if (all.some((path) => /\.gguf$/i.test(path)))
    return [`${name} has no ${SINGLE}`, `take one with --gguf FILE: ${listGgufs(all)}`];
  if (all.some((path) => /^pytorch_model.*\.bin$/.test(path)))
    return [
      `${name} has its weights in pytorch_model.bin alone, whose loading runs code`,
      'look for a revision with safetensors (often refs/pr/N), or convert it',
    ];
  if (paths.has('adapter_config.json'))
    return [`${name} is an adapter, not a model`, 'add the model that it belongs to'];
  return [`${name} has no config.json with ${SINGLE} or ${INDEX}`, 'is it a model of this kind?'];
}
