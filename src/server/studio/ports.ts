/** @file What the studio is handed in: models and audits in processes of their own, and what the package ships. */
import type { Progress } from '../../tensor/index.ts';
import type { ServerLine } from '../line.ts';
import type { PackedProblem } from '../problem.ts';
import type { HostRequest } from './games/schema.ts';
import type { AuditRequest, ShelfAnswer, StoryAnswer } from './schema.ts';

/** What an audit's process tells. */
export type AuditReport =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly run: string }
  | { readonly kind: 'failed'; readonly problem: PackedProblem };

/** An audit that runs elsewhere. */
export interface AuditLine {
  onReport(listener: (report: AuditReport) => void): void;
  /** Told once, when nothing can come any more. */
  onEnd(listener: (reason: string) => void): void;
  /** Ends it; what it finished is kept. */
  stop(): Promise<void>;
}

/** A game in a process of its own, for whoever knows its token. */
export interface HostedGame {
  readonly url: string;
  readonly token: string;
  /** Its run folder's name. */
  readonly run: string;
  /** Told once, when it has ended. */
  onEnd(listener: () => void): void;
  /** Ends it; what was done is kept. */
  stop(): Promise<void>;
}

export interface StudioOptions {
  /** Folder of the built page. */
  readonly page: string;
  /** Folder of the run folders. */
  readonly runs: string;
  readonly shelf: () => Promise<Omit<ShelfAnswer, 'runs'>>;
  /** What is planted in a shipped model. @throws TouchstoneError where it is none */
  readonly story: (model: string) => StoryAnswer;
  /** Starts the process of a model. */
  readonly startModel: (model: string) => ServerLine;
  /** Starts an audit's process. */
  readonly startAudit: (request: AuditRequest) => AuditLine;
  /** Starts a game's process, new or of a run. @throws Problem saying why it cannot be */
  readonly startGame: (request: HostRequest | { readonly run: string }) => Promise<HostedGame>;
}
