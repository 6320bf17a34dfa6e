/** @file Post-processors of `tokenizer.json`: special tokens around a text, and spans without the space of a token. */
import { badInput } from '../../tensor/errors.ts';
import { SPACE_CHARACTER } from '../byteLevel.ts';
import type { Span } from './alignedText.ts';
import type { PostProcessorJson } from './schema.ts';

/** What is done to the tokens of a text. */
export interface PostProcessing {
  /** Ids put before and after the text when special tokens are asked for. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** One for each time that spans are trimmed: whether a space may have been put in front of the text. */
  readonly trims: readonly boolean[];
}

const NOTHING: PostProcessing = { before: [], after: [], trims: [] };

/** What a post-processor of the file stands for. */
export function makePostProcessing(json: PostProcessorJson | null | undefined): PostProcessing {
  if (json == null) return NOTHING;
  switch (json.type) {
    case 'ByteLevel':
      return { ...NOTHING, trims: trimsOf(json) };
    case 'RobertaProcessing':
      return { before: [json.cls[1]], after: [json.sep[1]], trims: trimsOf(json) };
    case 'BertProcessing':
      return { before: [json.cls[1]], after: [json.sep[1]], trims: [] };
    case 'TemplateProcessing':
      return template(json);
    case 'Sequence':
      return json.processors.map(makePostProcessing).reduce(around, NOTHING);
  }
}

function trimsOf(json: {
  trim_offsets?: boolean | undefined;
  add_prefix_space?: boolean | undefined;
}) {
  return json.trim_offsets === false ? [] : [json.add_prefix_space ?? true];
}

function around(inner: PostProcessing, outer: PostProcessing): PostProcessing {
  return {
    before: [...outer.before, ...inner.before],
    after: [...inner.after, ...outer.after],
    trims: [...inner.trims, ...outer.trims],
  };
}

type Template = Extract<PostProcessorJson, { type: 'TemplateProcessing' }>;

function template({ single, special_tokens }: Template): PostProcessing {
  const place = single.findIndex((piece) => 'Sequence' in piece && piece.Sequence.id === 'A');
  const sequences = single.filter((piece) => 'Sequence' in piece);
  if (place < 0 || sequences.length > 1)
    badInput(`single has ${sequences.length} sequences, expected A alone`);
  const idsOf = (pieces: Template['single']) =>
    pieces.flatMap((piece) => {
      if (!('SpecialToken' in piece)) return [];
      const { id } = piece.SpecialToken;
      if (!Object.hasOwn(special_tokens, id))
        badInput(`special_tokens has no ${JSON.stringify(id)}, which single names`);
      return special_tokens[id]!.ids;
    });
  return {
    before: idsOf(single.slice(0, place)),
    after: idsOf(single.slice(place + 1)),
    trims: [],
  };
}

const SPACES = `(?:\\p{White_Space}|${SPACE_CHARACTER})*`;
const LEADING = new RegExp(`^${SPACES}`, 'u');
const TRAILING = new RegExp(`${SPACES}$`, 'u');

/** Where a token stands, for trimming. */
export interface TrimContext {
  readonly source: string;
  /** Whether the token is the first of the text. */
  readonly first: boolean;
  /** Whether a space may have been put in front of the text: that one is not in the source. */
  readonly prefixed: boolean;
}

/**
 * The span of a token without the white space at its ends. Never parts a surrogate pair.
 *
 * @param token as the vocabulary writes it
 */
export function trimmed(token: string, [start, end]: Span, context: TrimContext): Span {
  const { source, first, prefixed } = context;
  let leading = LEADING.exec(token)![0].length;
  if (leading === 1 && prefixed && (first || start === 0)) leading = 0;
  const trailing = TRAILING.exec(token)![0].length;
  const from = Math.min(start + leading, end);
  const to = end - trailing;
  const whole = from + (partsPair(source, from) ? 1 : 0);
  return [whole, Math.max(to - (partsPair(source, to) ? 1 : 0), whole)];
}

function partsPair(source: string, place: number): boolean {
  return place > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(source.slice(place - 1, place + 1));
}
