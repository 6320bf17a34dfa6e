/** @file Decoders of `tokenizer.json`, one token at a time: text comes out as soon as no later token can change it. */
import { BYTE_CHARACTERS } from '../byteLevel.ts';
import { compilePattern } from './patterns.ts';
import type { DecoderJson, MetaspaceJson } from './schema.ts';

/** Takes tokens in order and gives what is settled; `end` gives the rest. */
export interface Stage {
  push(token: string): string[];
  end(): string[];
}

/** Makes the stages of one decoding. */
export type Decoder = () => Stage;

/** The decoder that the file names; without one, tokens are joined by spaces, as Python does. */
export function makeDecoder(json: DecoderJson | null | undefined): Decoder {
  if (json == null) return () => perToken((token, first) => (first ? token : ` ${token}`));
  const makes: Decoder[] = [];
  let fused = false;
  for (const step of flattened(json)) {
    makes.push(makeStage(step, fused));
    fused ||= step.type === 'Fuse' || step.type === 'ByteLevel';
  }
  return () => chain(makes.map((make) => make()));
}

type Step = Exclude<DecoderJson, { type: 'Sequence' }>;

function flattened(json: DecoderJson): Step[] {
  return json.type === 'Sequence' ? json.decoders.flatMap(flattened) : [json];
}

function chain(stages: readonly Stage[]): Stage {
  const through = (tokens: string[], from: number) =>
    stages.slice(from).reduce((out, stage) => out.flatMap((token) => stage.push(token)), tokens);
  return {
    push: (token) => through([token], 0),
    end: () => stages.flatMap((stage, i) => through(stage.end(), i + 1)),
  };
}

/** @param fused whether an earlier step has made one text of all tokens */
function makeStage(json: Step, fused: boolean): Decoder {
  // A stripped start is known early; other steps see the one text when it is whole.
  const whole = (make: Decoder): Decoder => (fused ? () => atOnce(make()) : make);
  switch (json.type) {
    case 'Fuse':
      return () => perToken((token) => token);
    case 'ByteLevel':
      return whole(byteLevel);
    case 'ByteFallback':
      return whole(byteFallback);
    case 'Metaspace':
      return whole(() => metaspace(json));
    case 'Replace': {
      const pattern = compilePattern(json.pattern);
      return whole(() => perToken((token) => token.replace(pattern, () => json.content)));
    }
    case 'Strip':
      if (fused && json.stop === 0) return () => stripStart(json.content, json.start);
      return whole(() => perToken((token) => strip(token, json.content, json.start, json.stop)));
  }
}

/** Maps each token by itself. */
function perToken(map: (token: string, first: boolean) => string): Stage {
  let first = true;
  return {
    push(token) {
      const mapped = map(token, first);
      first = false;
      return [mapped];
    },
    end: () => [],
  };
}

/** Holds everything back and gives it to a stage as one token. */
function atOnce(stage: Stage): Stage {
  let held = '';
  return {
    push(token) {
      held += token;
      return [];
    },
    end: () => [...stage.push(held), ...stage.end()],
  };
}

const BYTES: ReadonlyMap<string, number> = new Map(BYTE_CHARACTERS.map((c, byte) => [c, byte]));
const encoder = new TextEncoder();

/** Bytes as characters, to text; bytes that are not UTF-8 become U+FFFD. */
function byteLevel(): Stage {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (token) => [decoder.decode(bytesOf(token), { stream: true })],
    end: () => [decoder.decode()],
  };
}

/** A token with any other character in it, such as an added one, stands for its own UTF-8. */
function bytesOf(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTES.get(token[i]!);
    if (byte === undefined) return encoder.encode(token);
    bytes[i] = byte;
  }
  return bytes;
}

/** Runs of tokens such as `<0x0A>`, to text; if a run is not UTF-8, each of its bytes becomes U+FFFD. */
function byteFallback(): Stage {
  let run: number[] = [];
  const settle = () => {
    const text = run.length > 0 ? [utf8(run)] : [];
    run = [];
    return text;
  };
  return {
    push(token) {
      const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
      if (byte === undefined) return [...settle(), token];
      run.push(Number.parseInt(byte, 16));
      return [];
    },
    end: settle,
  };
}

function utf8(bytes: readonly number[]): string {
  try {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return '\ufffd'.repeat(bytes.length);
  }
}

function metaspace({ replacement, prepend_scheme, add_prefix_space }: MetaspaceJson): Stage {
  const prefixed = add_prefix_space !== false && prepend_scheme !== 'never';
  return perToken((token, first) => token.replaceAll(replacement, first && prefixed ? '' : ' '));
}

function strip(token: string, content: string, start: number, stop: number): string {
  const characters = [...token];
  let from = 0;
  while (from < start && characters[from] === content) from++;
  let to = characters.length;
  while (characters.length - to < stop && to > from && characters[to - 1] === content) to--;
  return characters.slice(from, to).join('');
}

/** Takes up to so many of a character from the front of a text that comes in parts. */
function stripStart(content: string, most: number): Stage {
  let left = most;
  return {
    push(part) {
      let text = part;
      while (left > 0 && text.startsWith(content)) {
        text = text.slice(content.length);
        left--;
      }
      if (text !== '') left = 0;
      return [text];
    },
    end: () => [],
  };
}
