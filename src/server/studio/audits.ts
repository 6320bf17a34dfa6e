/** @file Audits that the studio started: one runs at a time, each tells its state to whoever watches. */
import { randomUUID } from 'node:crypto';
import { Inbox } from '../../model/threads/inbox.ts';
import { Problem, unpackProblem } from '../problem.ts';
import type { AuditLine, AuditReport, StudioOptions } from './ports.ts';
import type { AuditRequest, AuditState } from './schema.ts';

type Start = StudioOptions['startAudit'];
/** Audits that are remembered. */
const KEPT = 50;

export class Audits {
  readonly #start: Start;
  readonly #audits = new Map<string, Audit>();

  constructor(start: Start) {
    this.#start = start;
  }

  get states(): readonly AuditState[] {
    return [...this.#audits.values()].map(({ state }) => state).reverse();
  }

  /** @throws Problem where one runs already */
  start(request: AuditRequest): AuditState {
    const running = this.states.find(({ state }) => state === 'running');
    if (running) {
      const message = `the audit of ${running.request.suspect} is running: stop it, or wait for its end`;
      throw new Problem(409, message, { code: 'busy' });
    }
    const audit = new Audit(request, this.#start(request));
    this.#audits.set(audit.state.id, audit);
    if (this.#audits.size > KEPT) this.#audits.delete([...this.#audits.keys()][0]!);
    return audit.state;
  }

  /** @throws Problem where there is none */
  named(id: string): Audit {
    const audit = this.#audits.get(id);
    if (audit) return audit;
    throw new Problem(404, 'no such audit: list the audits anew', { code: 'not_found' });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#audits.values()].map((audit) => audit.stop()));
  }
}

class Audit {
  #state: AuditState;
  readonly #line: AuditLine;
  readonly #watchers = new Set<Inbox<AuditState>>();

  constructor(request: AuditRequest, line: AuditLine) {
    const fresh = { state: 'running' as const, progress: null, run: null, problem: null };
    this.#state = { id: randomUUID(), request, ...fresh, finished: [] };
    this.#line = line;
    line.onReport((report) => this.#take(report));
    line.onEnd((reason) => {
      if (this.#state.state === 'running') this.#change({ state: 'failed', problem: reason });
    });
  }

  get state(): AuditState {
    return this.#state;
  }

  async stop(): Promise<void> {
    if (this.#state.state !== 'running') return;
    this.#change({ state: 'stopped' });
    await this.#line.stop();
  }

  /** The state, and each that follows, until the audit has ended or the signal is aborted. */
  async *watch(signal: AbortSignal): AsyncGenerator<AuditState> {
    const inbox = new Inbox<AuditState>();
    const leave = () => inbox.put(this.#state);
    this.#watchers.add(inbox);
    signal.addEventListener('abort', leave, { once: true });
    try {
      for (let state = this.#state; !signal.aborted; state = await inbox.next()) {
        yield state;
        if (state.state !== 'running') return;
      }
    } finally {
      signal.removeEventListener('abort', leave);
      this.#watchers.delete(inbox);
    }
  }

  #take(report: AuditReport): void {
    if (this.#state.state !== 'running') return;
    if (report.kind === 'done') this.#change({ state: 'done', run: report.run });
    else if (report.kind === 'failed')
      this.#change({ state: 'failed', problem: unpackProblem(report.problem).message });
    else this.#change({ ...this.#ended(nameOf(report.progress)), progress: report.progress });
  }

  /** The task before, where another has begun. */
  #ended(task: string): Partial<AuditState> {
    const before = this.#state.progress && nameOf(this.#state.progress);
    if (before === null || before === task) return {};
    return { finished: [...this.#state.finished, before] };
  }

  #change(fields: Partial<AuditState>): void {
    this.#state = { ...this.#state, ...fields };
    for (const watcher of this.#watchers) watcher.put(this.#state);
  }
}

/** Of the piece in hand: an audit is one task, whose note says where it is. */
function nameOf({ task, note = task }: NonNullable<AuditState['progress']>): string {
  return note;
}
