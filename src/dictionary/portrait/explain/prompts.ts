/** @file What a model is asked about a latent, and how its answers are read. */
import type { ChatAnswer, ChatRequest } from '../../../model/index.ts';
import type { Verdict } from './detection.ts';

/** A text as tokens, with a latent's activation at each. */
export interface Passage {
  readonly tokens: readonly string[];
  readonly values: ArrayLike<number>;
}

const EXPLAIN = `You study one unit inside a language model. You are shown texts in which the unit is active. Each token \
at which it is active stands between << and >>, followed by its strength in brackets, from 1 (weak) to 10 (the strongest \
seen). Say in one sentence of at most 25 words what makes the unit active: what these tokens, or what comes before them, \
have in common. Be as specific as all the texts allow. Answer with one line that begins with "explanation:".`;

const DETECT = `A unit inside a language model is said to respond to something. You are told what, and shown texts. Say for \
each text whether the unit is active anywhere in it. Answer with a JSON list that has one number for each text, in their \
order: 1 for active, 0 for not active. Write nothing else.`;

/** Asks what a latent responds to. @param max the latent's largest activation */
export function explanationRequest(passages: readonly Passage[], max: number): ChatRequest {
  const texts = passages.map((passage, i) => `${i + 1}: ${JSON.stringify(marked(passage, max))}`);
  return {
    messages: [
      { role: 'system', content: EXPLAIN },
      { role: 'user', content: texts.join('\n') },
    ],
    maxTokens: 512,
  };
}

function marked({ tokens, values }: Passage, max: number): string {
  return tokens
    .map((token, i) => {
      const value = values[i]!;
      if (value === 0) return token;
      const strength = Math.min(10, Math.max(1, Math.ceil((10 * Math.abs(value)) / max)));
      const lead = /^\s*/.exec(token)![0];
      return `${lead}<<${token.slice(lead.length)}>>(${strength})`;
    })
    .join('');
}

/** The explanation of an answer, or why there is none. */
export function explanationIn({ text, refused }: ChatAnswer): string | 'refused' | 'malformed' {
  if (refused) return 'refused';
  const lines = [...text.matchAll(/^\W*explanation\W*:\W*(\S.*)$/gim)];
  const said = lines.at(-1)?.[1]?.replace(/[\s*"]+$/, '');
  return said ? said : 'malformed';
}

/** Asks in which texts a latent is active. */
export function detectionRequest(explanation: string, texts: readonly string[]): ChatRequest {
  const numbered = texts.map((text, i) => `${i + 1}: ${JSON.stringify(text)}`);
  const said = `It is said to respond to: ${JSON.stringify(explanation)}`;
  return {
    messages: [
      { role: 'system', content: DETECT },
      { role: 'user', content: `${said}\n${texts.length} texts:\n${numbered.join('\n')}` },
    ],
    maxTokens: 256,
  };
}

/** Verdicts on `count` texts: the last list of that length in an answer. */
export function verdictsIn({ text, refused }: ChatAnswer, count: number): Verdict[] {
  if (refused) return new Array<Verdict>(count).fill('refused');
  const lists = [...text.matchAll(/\[([^[\]]*)\]/g)].map(([, inside]) =>
    inside!.split(',').map((part) => /^\s*(?:([1]|true)|([0]|false))\s*$/i.exec(part)),
  );
  const list = lists.findLast((parts) => parts.length === count && parts.every((part) => part));
  if (!list) return new Array<Verdict>(count).fill('malformed');
  return list.map((part) => part![1] !== undefined);
}
