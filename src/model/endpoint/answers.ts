/** @file Answers kept by what was asked: the same question to the same model is asked once. */
import type { ChatAnswer, ChatEndpoint, ChatRequest } from './chat.ts';

/** Where answers are kept. Values are plain JSON. */
export interface AnswerStore {
  recall(key: string): unknown | undefined;
  record(key: string, value: unknown): Promise<void>;
}

/** A model that can be asked: an endpoint, or one whose answers are kept. */
export interface ChatModel {
  readonly model: string;
  ask(request: ChatRequest): Promise<ChatAnswer>;
}

/** What was asked of whom, as a hash. */
async function keyOf(endpoint: ChatEndpoint, request: ChatRequest): Promise<string> {
  const asked = JSON.stringify([endpoint.url, endpoint.bodyOf(request)]);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(asked));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** An endpoint that is asked only what it was not asked before. */
export class RememberedEndpoint implements ChatModel {
  readonly #endpoint: ChatEndpoint;
  readonly #store: AnswerStore;
  readonly #open = new Map<string, Promise<ChatAnswer>>();
  #asked = 0;
  #remembered = 0;

  constructor(endpoint: ChatEndpoint, store: AnswerStore) {
    this.#endpoint = endpoint;
    this.#store = store;
  }

  get model(): string {
    return this.#endpoint.model;
  }

  /** Questions that went to the endpoint, and those that were answered from the store. */
  get counts(): { readonly asked: number; readonly remembered: number } {
    return { asked: this.#asked, remembered: this.#remembered };
  }

  async ask(request: ChatRequest): Promise<ChatAnswer> {
    const key = await keyOf(this.#endpoint, request);
    const known = this.#store.recall(key);
    if (known !== undefined) {
      this.#remembered++;
      return known as ChatAnswer;
    }
    const open = this.#open.get(key) ?? this.#fresh(key, request);
    this.#open.set(key, open);
    return open;
  }

  async #fresh(key: string, request: ChatRequest): Promise<ChatAnswer> {
    try {
      const answer = await this.#endpoint.ask(request);
      this.#asked++;
      await this.#store.record(key, answer);
      return answer;
    } finally {
      this.#open.delete(key);
    }
  }
}
