/** @file What the studio is handed in: models and audits in processes of their own, and what the package ships. */
import type { Progress } from '../../tensor/index.ts';
import type { ServerLine } from '../line.ts';
import type { PackedProblem } from '../problem.ts';
import type {
  CurvesAnswer,
  DictionaryList,
  DictionaryRequest,
  DictionaryState,
  DirectionMapAnswer,
  LatentAnswer,
  LatentSearch,
  LatentsAnswer,
  LatentTable,
  MatchAnswer,
} from './dictionarySchema.ts';
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

/** What is asked of an open dictionary, by kind, with what it is answered. */
export interface DictionaryWork {
  readonly table: { readonly ask: object; readonly answer: LatentTable };
  readonly latent: { readonly ask: { readonly latent: number }; readonly answer: LatentAnswer };
  /** Latents active on a text, or those that raise or lower a token's logit. */
  readonly search: {
    readonly ask: { readonly text: string; readonly by: 'activation' | 'logit' };
    readonly answer: LatentSearch;
  };
  readonly map: { readonly ask: object; readonly answer: DirectionMapAnswer };
  readonly match: { readonly ask: { readonly path: string }; readonly answer: MatchAnswer };
  /** The largest latents of rows of activations. */
  readonly encode: {
    readonly ask: { readonly rows: Float32Array; readonly width: number; readonly top: number };
    readonly answer: Pick<LatentsAnswer, 'active' | 'top'>;
  };
}

export type DictionaryOrder = {
  [K in keyof DictionaryWork]: { readonly kind: K } & DictionaryWork[K]['ask'];
}[keyof DictionaryWork];

/** What a dictionary's process tells. */
export type DictionaryReport =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | ({ readonly kind: 'ready' } & Pick<DictionaryState, 'about' | 'frame'>)
  | { readonly kind: 'unable'; readonly problem: PackedProblem }
  | { readonly kind: 'answer'; readonly job: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly job: number; readonly problem: PackedProblem };

/** A dictionary that is open elsewhere. */
export interface DictionaryLine {
  post(message: { readonly job: number; readonly order: DictionaryOrder }): void;
  onReport(listener: (report: DictionaryReport) => void): void;
  /** Told once, when nothing can come any more. */
  onEnd(listener: (reason: string) => void): void;
  close(): Promise<void>;
}

/** A dictionary that edits of a model may name. */
export interface NamedDictionary {
  readonly name: string;
  readonly path: string;
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
  readonly startModel: (model: string, dictionaries: readonly NamedDictionary[]) => ServerLine;
  /** Starts the process of a dictionary. */
  readonly startDictionary: (request: DictionaryRequest) => DictionaryLine;
  /** Dictionaries that are opened at once. */
  readonly dictionaries: readonly DictionaryRequest[];
  /** Folders of dictionaries below the folder of the runs. */
  readonly foundDictionaries: () => Promise<DictionaryList['found']>;
  /** Curves of a training run. @throws TouchstoneError where it is none */
  readonly curves: (run: string) => Promise<CurvesAnswer>;
  /** Starts an audit's process. */
  readonly startAudit: (request: AuditRequest) => AuditLine;
  /** Starts a game's process, new or of a run. @throws Problem saying why it cannot be */
  readonly startGame: (request: HostRequest | { readonly run: string }) => Promise<HostedGame>;
}
