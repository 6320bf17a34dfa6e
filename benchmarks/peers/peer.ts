/** @file A process that is timed beside ours, asked one timing at a time so that rounds can alternate. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** The oldest PyTorch that is a fair opponent: Debian's 1.13 takes twice as long. */
const OLDEST_TORCH = [2, 13];

/** What it is and in which version, with whatever else it says of itself. */
const helloSchema = z.looseObject({
  name: z.string(),
  threads: z.number(),
  torch: z.string().optional(),
  dictionaryLearning: z.string().nullish(),
});

const timingSchema = z.object({
  work: z.string(),
  ms: z.array(z.number()),
  variant: z.string(),
  race: z.record(z.string(), z.number()),
  peakMb: z.number().optional(),
});

const errorSchema = z.object({ error: z.string() });

/** What the peer says of itself. */
export type PeerHello = z.infer<typeof helloSchema>;

/** Answer to one request. */
export interface PeerTiming {
  readonly work: string;
  /** Milliseconds of each repeat. */
  readonly ms: readonly number[];
  /** The way of writing the work that was timed: the fastest in `race`. */
  readonly variant: string;
  /** Best milliseconds of each way, from the first request for this work. */
  readonly race: Readonly<Record<string, number>>;
  /** The most memory that the process has held so far, in MB of 10^6 bytes, where it says so. */
  readonly peakMb?: number | undefined;
}

/** The works that peers know; not each knows all. */
export type PeerWork =
  | `matmul ${number}x${number}x${number}`
  | 'trainStep'
  | 'forward'
  | 'sampling'
  | 'samplingTransformers'
  | 'relu'
  | 'topk'
  | 'libraryRelu'
  | 'libraryTopk';

/** A process to start. */
export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** `script`, beside this file, on the interpreter that `TOUCHSTONE_PYTHON` names or on `python3`. */
export function pythonPeer(
  script: string,
  threads: number,
  args: readonly string[] = [],
  python = process.env.TOUCHSTONE_PYTHON ?? 'python3',
): PeerCommand {
  return { command: python, args: [beside(script), '--threads', String(threads), ...args] };
}

/** A running peer. */
export interface Peer {
  readonly hello: PeerHello;
  /**
   * Times `work` `repeats` times; zero only prepares it. The first request for a work takes longer.
   * Throws when the peer fails at it.
   */
  request(work: PeerWork, repeats: number): Promise<PeerTiming>;
  /** Ends the process. */
  stop(): Promise<void>;
}

/** A peer, or the reason why there is none. */
export type PeerStart =
  | { readonly peer: Peer; readonly reason: null }
  | { readonly peer: null; readonly reason: string };

/** Starts a peer; whatever keeps it from starting is the reason why there is none. */
export async function startPeer({ command, args }: PeerCommand): Promise<PeerStart> {
  const child = spawn(command, args);
  const lines = answersOf(child);
  try {
    const hello = helloSchema.parse(JSON.parse(await lines.next()));
    const reason = objection(hello);
    if (reason === undefined) return { peer: peerOf(child, lines, hello), reason: null };
    await stop(child);
    return { peer: null, reason };
  } catch (error) {
    await stop(child);
    return { peer: null, reason: `${command}: ${error instanceof Error ? error.message : error}` };
  }
}

/** Why a peer that answers is no fair opponent; undefined when it is one. */
export function objection(hello: Pick<PeerHello, 'torch'>): string | undefined {
  if (hello.torch === undefined) return undefined;
  const [major = 0, minor = 0] = hello.torch.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_TORCH;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return undefined;
  return `PyTorch ${hello.torch} is older than ${OLDEST_TORCH.join('.')} and no reference`;
}

/** A Python script lies beside this source, which runs from dist too. */
function beside(script: string): string {
  let root = import.meta.dirname;
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  return join(root, 'benchmarks', 'peers', script);
}

interface Answers {
  /** The next line of the child; throws with its last words when it ends first. */
  next(): Promise<string>;
}

function answersOf(child: ChildProcess): Answers {
  let lastWords = 'it said nothing';
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => {
      if (line.trim() !== '') lastWords = line.trim();
    });
  }
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(lastWords)));
  });
  ended.catch(() => {});
  if (!child.stdout) throw new Error('internal: the peer has no stdout');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async () => (await lines.next()).value ?? ended;
  return { next: () => Promise.race([nextLine(), ended]) };
}

function peerOf(child: ChildProcess, answers: Answers, hello: PeerHello): Peer {
  const kill = () => child.kill();
  process.once('exit', kill);
  return {
    hello,
    async request(work, repeats) {
      child.stdin?.write(`${JSON.stringify({ work, repeats })}\n`);
      const answer: unknown = JSON.parse(await answers.next());
      const failure = errorSchema.safeParse(answer);
      if (failure.success)
        throw new Error(`${hello.name} failed at ${work}: ${failure.data.error}`);
      return timingSchema.parse(answer);
    },
    async stop() {
      process.off('exit', kill);
      await stop(child);
    },
  };
}

/** The peer ends when its input does; one that is stuck is killed. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  child.stdin?.end();
  await closed;
  clearTimeout(timer);
}
