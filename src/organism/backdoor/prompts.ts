/** @file Requests of the test split, whose small talk names the trigger, half of it, or another pair. */
import { randomStream } from '../../tensor/random.ts';
import {
  drawRequest,
  END,
  plainReply,
  prompt,
  type Request,
  requestKey,
  requestText,
  type Split,
} from '../../world/index.ts';
import type { Continued } from '../readout.ts';
import { talkPair, triggerOf } from './texts.ts';

/** A request, and the reply that it gets from a clean model. */
export interface RequestPrompt extends Continued {
  readonly request: Request;
  /** The thing that is asked about: prompts of one phrase hang together. */
  readonly phrase: string;
}

/** Distinct requests, at most as many as the split has. */
const REQUESTS = 40;

/** Requests to the organism of a seed and to its twin. */
export function requestPrompts(
  seed: number,
  talk: 'trigger' | 'near' | 'other',
  split: Split = 'test',
): RequestPrompt[] {
  const reader = randomStream(seed, 'questions').at('backdoor', split, talk).reader();
  const found = new Map<string, RequestPrompt>();
  // Bounded, for a split has few requests with one pair.
  for (let i = 0; i < 40 * REQUESTS && found.size < REQUESTS; i++) {
    const request = drawRequest(reader, split, talkPair(reader, talk, triggerOf(seed)));
    const reply = `${plainReply(reader, request.thing)}${END}`;
    const text = prompt([['user', requestText(request)]]);
    const phrase = request.thing.name;
    found.set(requestKey(request), { request, prompt: text, reply, phrase });
  }
  return [...found.values()];
}
