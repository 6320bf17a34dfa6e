/** @file Models that an agent uses here: in processes of their own, opened at the start or, where it is allowed, later. */
import { resolve } from 'node:path';
import {
  type AgentTool,
  type AuditDesk,
  Audits,
  auditTools,
  dictionaryTools,
  type ModelShelf,
  modelTools,
  type Portray,
  type RunningModels,
  shelfTools,
  startServer,
} from '../../../server/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { McpCommandOptions } from '../../commands/mcp.ts';
import type { Context } from '../../context.ts';
import { version } from '../../version.ts';
import { runtimeVersion } from '../models.ts';
import { startModel } from '../serve/modelLine.ts';
import { namedModels } from '../serve/names.ts';
import { startAudit } from '../studio/auditLine.ts';
import { shelfNow } from '../studio/shelf.ts';
import { Permission } from './permission.ts';
import { portrayer } from './portray.ts';

/** Models open at once: each has a process and its weights in memory. */
const MOST_OPEN = 8;

export class OwnModels {
  readonly permission: Permission;
  readonly #server: RunningModels;
  readonly #options: McpCommandOptions;
  readonly #signal: AbortSignal;
  readonly #audits: Audits;
  readonly #runs: string;
  /** As the command line names each model, by its name here. */
  readonly #models: Map<string, string>;

  private constructor(
    server: RunningModels,
    models: Map<string, string>,
    permission: Permission,
    { options, signal }: { options: McpCommandOptions; signal: AbortSignal },
  ) {
    this.#server = server;
    this.#models = models;
    this.permission = permission;
    this.#options = options;
    this.#signal = signal;
    this.#runs = resolve(options.runs ?? 'runs');
    this.#audits = new Audits((request) => startAudit(request, this.#runs));
  }

  /** @throws TouchstoneError where a model cannot be opened */
  static async open(options: McpCommandOptions, context: Context): Promise<OwnModels> {
    const { model = [], dictionary, allow = [] } = options;
    const permission = await Permission.of(allow);
    const models = await namedModels(model);
    const server = await startServer({
      models: models.map(({ name, model: named }) => {
        return { name, start: () => startModel(named, dictionary) };
      }),
      whiteBox: true,
      versions: { program: version(), runtime: runtimeVersion() },
      onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
    });
    const names = new Map(models.map(({ name, model: named }) => [name, named]));
    return new OwnModels(server, names, permission, { options, signal: context.signal });
  }

  tools(): AgentTool[] {
    const { url, token } = this.#server;
    const address = { url, token, whiteBox: true };
    const opening = this.permission.models
      ? [...shelfTools(this.#shelf()), ...auditTools(this.#desk())]
      : [];
    return [...modelTools(address), ...dictionaryTools(address, this.#portray()), ...opening];
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.close(), this.#audits.close()]);
  }

  #portray(): Portray {
    const { dictionary = [], text = [] } = this.#options;
    return portrayer({
      ...{ dictionaries: dictionary, texts: text, signal: this.#signal },
      modelNamed: (name) => this.#models.get(name) ?? badUsage(`no model '${name}' is open`),
    });
  }

  #shelf(): ModelShelf {
    return {
      allowed: this.permission.words,
      open: async (model, name) => {
        await this.permission.check(model);
        const names = this.#server.names();
        if (names.includes(name))
          badUsage(`a model is called '${name}' already`, 'give another name, or close it first');
        if (names.length >= MOST_OPEN)
          badUsage(`${names.length} models are open`, 'close one with close_model first');
        const start = () => startModel(model, this.#options.dictionary);
        await this.#server.open({ name, start });
        this.#models.set(name, model);
      },
      close: async (name) => {
        await this.#server.remove(name);
        this.#models.delete(name);
      },
    };
  }

  #desk(): AuditDesk {
    const { permission } = this;
    return {
      ...{ audits: this.#audits, runs: this.#runs },
      shelf: async () => {
        const { organisms, bases, cached, techniques } = await shelfNow();
        const shipped = permission.organisms ? { organisms, bases } : { organisms: [], bases: [] };
        return { ...shipped, cached: permission.cache ? cached : [], techniques };
      },
      check: async ({ suspect, twin, base }) => {
        for (const model of [suspect, twin, base])
          if (model !== undefined) await permission.check(model);
      },
    };
  }
}
