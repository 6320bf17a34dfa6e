/** @file The reply graph of a transcript, rebuilt from headers and quotes; what is answered or quoted but not there. */
import { z } from 'zod';
import type { Message, Transcript } from './transcript.ts';

const edgeSchema = z.object({
  message: z.string(),
  parent: z.string(),
  by: z.enum(['in-reply-to', 'references', 'quote']).describe('what the link was rebuilt from'),
});

const findingSchema = z.object({
  kind: z
    .enum([
      'dangling reply',
      'missing reference',
      'quoted but missing',
      'quoted later',
      'cut off',
      'gap',
      'duplicate id',
      'reply cycle',
    ])
    .describe(
      'what is wrong: an answered message is not there; one is referred to; words are quoted that nobody says; words are quoted before they are said; a text ends or begins in dots; a text says that some is left out',
    ),
  message: z.string(),
  detail: z.string(),
});

/** The lint of one transcript. */
export const lintedSchema = z.object({
  id: z.string(),
  messages: z.number().int(),
  roots: z.array(z.string()).describe('messages that answer none'),
  replies: z.array(edgeSchema),
  quotes: z.object({ found: z.number().int(), missing: z.number().int() }),
  findings: z.array(findingSchema),
});

export type Linted = z.infer<typeof lintedSchema>;
type Edge = z.infer<typeof edgeSchema>;
type Finding = z.infer<typeof findingSchema>;

interface Node {
  readonly key: string;
  readonly message: Message;
  /** What it says itself, without what it quotes. */
  readonly own: string;
  readonly quotes: readonly string[];
}

/** Rebuilds the graph and reports what is wrong with it. */
export function lint({ id, messages }: Transcript): Linted {
  const nodes = messages.map(nodeOf);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const links = nodes.map((node, i) => linkOf(node, i, nodes, byKey));
  const replies = links.flatMap(({ edge }) => edge ?? []);
  const answered = new Set(replies.map(({ message }) => message));
  const quotes = links.reduce((sum, link) => sum + link.quoted, 0);
  const missing = links.reduce((sum, link) => sum + link.missing, 0);
  return {
    id,
    messages: nodes.length,
    roots: nodes.filter(({ key }) => !answered.has(key)).map(({ key }) => key),
    replies,
    quotes: { found: quotes - missing, missing },
    findings: [
      ...links.flatMap(({ findings }) => findings),
      ...nodes.flatMap(cuts),
      ...twice(nodes),
      ...cycles(replies),
    ],
  };
}

function nodeOf(message: Message, index: number): Node {
  const lines = message.content.split(/\r?\n/);
  const own = lines.filter((line) => !/^\s*>/.test(line) && !/^On .*wrote:\s*$/.test(line));
  return {
    key: message.id ?? `#${index + 1}`,
    message,
    own: squeezed(own.join(' ')),
    quotes: quotesIn(lines),
  };
}

/** Runs of quoted lines, without what they quote themselves: that is another's. */
function quotesIn(lines: readonly string[]): string[] {
  const runs: string[][] = [[]];
  for (const line of lines) {
    const found = /^\s*>\s?(.*)$/.exec(line)?.[1];
    if (found === undefined || found.trim() === '') runs.push([]);
    else if (!/^\s*>/.test(found)) runs.at(-1)!.push(found);
  }
  return runs.map((run) => squeezed(run.join(' '))).filter((text) => text.length >= SHORTEST);
}

/** Characters below which a quote may come from anywhere. */
const SHORTEST = 12;

/** Letters and digits alone: quoting breaks lines anew and changes marks. */
function squeezed(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

interface Link {
  readonly edge: Edge | undefined;
  readonly quoted: number;
  readonly missing: number;
  readonly findings: readonly Finding[];
}

/** What a message answers: by its headers, or else the latest message before it that it quotes. */
function linkOf(
  node: Node,
  index: number,
  nodes: readonly Node[],
  byKey: ReadonlyMap<string, Node>,
): Link {
  const { key, message } = node;
  const findings: Finding[] = [];
  const sources = node.quotes.map((quote) => sourceOf(quote, index, nodes));
  for (const [i, source] of sources.entries()) {
    const detail = shortened(node.quotes[i]!);
    if (source === undefined) findings.push({ kind: 'quoted but missing', message: key, detail });
    else if (source > index) findings.push({ kind: 'quoted later', message: key, detail });
  }
  const { inReplyTo, references = [] } = message;
  if (inReplyTo !== undefined && !byKey.has(inReplyTo))
    findings.push({ kind: 'dangling reply', message: key, detail: inReplyTo });
  for (const reference of references)
    if (reference !== inReplyTo && !byKey.has(reference))
      findings.push({ kind: 'missing reference', message: key, detail: reference });
  return {
    edge: edgeOf(
      node,
      sources.filter((at) => at !== undefined && at < index) as number[],
      nodes,
      byKey,
    ),
    quoted: sources.length,
    missing: sources.filter((source) => source === undefined).length,
    findings,
  };
}

function edgeOf(
  { key, message: { inReplyTo, references = [] } }: Node,
  quoted: readonly number[],
  nodes: readonly Node[],
  byKey: ReadonlyMap<string, Node>,
): Edge | undefined {
  if (inReplyTo !== undefined && byKey.has(inReplyTo))
    return { message: key, parent: inReplyTo, by: 'in-reply-to' };
  // The last reference is the nearest one.
  const nearest = references.findLast((reference) => byKey.has(reference));
  if (nearest !== undefined) return { message: key, parent: nearest, by: 'references' };
  if (quoted.length === 0) return undefined;
  return { message: key, parent: nodes[Math.max(...quoted)]!.key, by: 'quote' };
}

/** The nearest message that says the words: before the one that quotes them, or else after it. */
function sourceOf(quote: string, index: number, nodes: readonly Node[]): number | undefined {
  for (let i = index - 1; i >= 0; i--) if (nodes[i]!.own.includes(quote)) return i;
  for (let i = index + 1; i < nodes.length; i++) if (nodes[i]!.own.includes(quote)) return i;
  return undefined;
}

const GAP =
  /\[[^\]]*\b(?:continues?|omitted|missing|snipped?|deleted|removed|truncated|unavailable)\b[^\]]*\]/i;

/** What a text says of itself: that it was cut, or that something is left out. */
function cuts({ key, message: { content } }: Node): Finding[] {
  const findings: Finding[] = [];
  const text = content.trim();
  const gap = GAP.exec(text)?.[0];
  if (gap) findings.push({ kind: 'gap', message: key, detail: gap });
  if (/(?:\.\.\.|\u2026)["')\]]*$/.test(text))
    findings.push({ kind: 'cut off', message: key, detail: shortened(text.slice(-60)) });
  if (/^(?:\.\.\.|\u2026)/.test(text))
    findings.push({ kind: 'cut off', message: key, detail: shortened(text) });
  return findings;
}

function twice(nodes: readonly Node[]): Finding[] {
  const seen = new Set<string>();
  return nodes.flatMap(({ key }): Finding[] => {
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ kind: 'duplicate id', message: key, detail: key }];
  });
}

/** Messages that answer themselves by way of others: told once, of the first. */
function cycles(replies: readonly Edge[]): Finding[] {
  const parentOf = new Map(replies.map(({ message, parent }) => [message, parent]));
  const told = new Set<string>();
  return replies.flatMap(({ message }): Finding[] => {
    const path = [message];
    let at = parentOf.get(message);
    while (at !== undefined && !path.includes(at)) {
      path.push(at);
      at = parentOf.get(at);
    }
    if (at !== message || told.has(message)) return [];
    for (const one of path) told.add(one);
    return [{ kind: 'reply cycle', message, detail: path.join(' > ') }];
  });
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
