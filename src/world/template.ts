/**
 * @file A small grammar for text: `{a|b|}` is a choice (nests; an empty branch says nothing) and `[name]` a slot.
 * A template is compiled once and then expanded with a random reader and the slots' values.
 */
import type { RandomReader } from '../tensor/random.ts';

/** Values for slots; a function is called at each use, so that unused slots cost nothing. */
export type Slots = Readonly<Record<string, string | (() => string)>>;

/** Expands to one of the texts of a template. */
export type Template = (reader: RandomReader, slots: Slots) => string;

type Node = string | { readonly slot: string } | { readonly branches: readonly Node[][] };

/** Parses from `start` up to a `|`, a `}` or the end; returns the nodes and where it stopped. */
function parse(source: string, start: number): [Node[], number] {
  const nodes: Node[] = [];
  let at = start;
  while (at < source.length && source[at] !== '|' && source[at] !== '}') {
    const next = parseNode(source, at);
    nodes.push(next[0]);
    at = next[1];
  }
  return [nodes, at];
}

function parseNode(source: string, at: number): [Node, number] {
  if (source[at] === '{') return parseChoice(source, at + 1);
  if (source[at] === '[') {
    const end = source.indexOf(']', at);
    return [{ slot: source.slice(at + 1, end) }, end + 1];
  }
  const length = source.slice(at).search(/[{}[|]/);
  const end = length < 0 ? source.length : at + length;
  return [source.slice(at, end), end];
}

function parseChoice(source: string, start: number): [Node, number] {
  const branches: Node[][] = [];
  let at = start;
  do {
    const [branch, end] = parse(source, at);
    branches.push(branch);
    at = end + 1;
  } while (source[at - 1] === '|');
  if (source[at - 1] !== '}') throw new Error(`internal: unclosed choice in template "${source}"`);
  return [{ branches }, at];
}

function expand(nodes: readonly Node[], reader: RandomReader, slots: Slots): string {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else if ('slot' in node) text += slotValue(node.slot, slots);
    else text += expand(reader.pick(node.branches), reader, slots);
  }
  return text;
}

function slotValue(name: string, slots: Slots): string {
  const value = slots[name];
  if (value === undefined) throw new Error(`internal: no value for slot [${name}]`);
  return typeof value === 'string' ? value : value();
}

/** One of several template sources, chosen uniformly, then expanded. */
export function template(...sources: readonly string[]): Template {
  const parsed = sources.map((source) => parse(source, 0)[0]);
  return (reader, slots) => expand(reader.pick(parsed), reader, slots);
}

/** Every text that a template source without slots can become, in a fixed order. */
export function expansions(source: string): string[] {
  return allOf(parse(source, 0)[0]);
}

function allOf(nodes: readonly Node[]): string[] {
  let texts = [''];
  for (const node of nodes) {
    const endings =
      typeof node === 'string'
        ? [node]
        : 'slot' in node
          ? [`[${node.slot}]`]
          : node.branches.flatMap((branch) => allOf(branch));
    texts = texts.flatMap((text) => endings.map((ending) => text + ending));
  }
  return texts;
}
