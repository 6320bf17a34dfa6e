/** @file Which token has which id, added tokens included. */
import { badInput } from '../../tensor/errors.ts';
import type { TokenizerJson } from './schema.ts';

/** Tokens by id and ids by token. */
export class Vocabulary {
  /** One more than the largest id. */
  readonly size: number;
  readonly #ids = new Map<string, number>();
  readonly #tokens = new Map<number, string>();
  readonly #special: ReadonlySet<number>;

  /** @throws TouchstoneError when two tokens have one id, or one token has two */
  constructor(json: TokenizerJson, name: string) {
    const { vocab } = json.model;
    const added = json.added_tokens ?? [];
    const tokens = Array.isArray(vocab)
      ? vocab.map(([token], id) => [token, id] as const)
      : Object.entries(vocab);
    for (const [token, id] of tokens) this.#add(token, id, name);
    for (const { content, id } of added) this.#add(content, id, name);
    this.size =
      this.#tokens.size === 0 ? 0 : [...this.#tokens.keys()].reduce((a, b) => Math.max(a, b)) + 1;
    this.#special = new Set(added.filter((token) => token.special).map((token) => token.id));
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens.get(id);
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  #add(token: string, id: number, name: string): void {
    const held = this.#tokens.get(id);
    if (held !== undefined && held !== token) {
      const two = `${JSON.stringify(held)} and ${JSON.stringify(token)}`;
      badInput(`${name}: the tokens ${two} have the same id ${id}, expected one id for each`);
    }
    const other = this.#ids.get(token);
    if (other !== undefined && other !== id)
      badInput(`${name}: the token ${JSON.stringify(token)} has the ids ${other} and ${id}`);
    this.#ids.set(token, id);
    this.#tokens.set(id, token);
  }
}
