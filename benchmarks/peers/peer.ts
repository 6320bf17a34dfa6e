/** @file A PyTorch process beside ours, asked one timing at a time so that rounds can alternate. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** The oldest PyTorch that is a fair opponent: Debian's 1.13 takes twice as long. */
const OLDEST_TORCH = [2, 13];

const helloSchema = z.object({
  name: z.string(),
  torch: z.string(),
  python: z.string(),
  threads: z.number(),
  blas: z.string(),
  capability: z.string(),
  keepsFreedMemory: z.boolean(),
});

const timingSchema = z.object({
  work: z.string(),
  ms: z.array(z.number()),
  variant: z.string(),
  race: z.record(z.string(), z.number()),
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
}

/** The works of benchmarks/peers/engine.py. */
export type PeerWork =
  | `matmul ${number}x${number}x${number}`
  | 'trainStep'
  | 'forward'
  | 'sampling'
  | 'samplingTransformers';

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

/**
 * Starts the PyTorch peer with `threads` threads, on the interpreter that `TOUCHSTONE_PYTHON` names or
 * on `python3`.
 */
export async function startPeer(
  threads: number,
  python = process.env.TOUCHSTONE_PYTHON ?? 'python3',
): Promise<PeerStart> {
  const child = spawn(python, [script(), '--threads', String(threads)]);
  const lines = answersOf(child);
  try {
    const hello = helloSchema.parse(JSON.parse(await lines.next()));
    const reason = objection(hello);
    if (reason === undefined) return { peer: peerOf(child, lines, hello), reason: null };
    await stop(child);
    return { peer: null, reason };
  } catch (error) {
    await stop(child);
    return { peer: null, reason: `${python}: ${error instanceof Error ? error.message : error}` };
  }
}

/** Why a peer that answers is no fair opponent; undefined when it is one. */
export function objection(hello: Pick<PeerHello, 'torch'>): string | undefined {
  const [major = 0, minor = 0] = hello.torch.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_TORCH;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return undefined;
  return `PyTorch ${hello.torch} is older than ${OLDEST_TORCH.join('.')} and no reference`;
}

/** engine.py lies beside this source, which runs from dist too. */
function script(): string {
  let root = import.meta.dirname;
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  return join(root, 'benchmarks', 'peers', 'engine.py');
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
      if (failure.success) throw new Error(`PyTorch failed at ${work}: ${failure.data.error}`);
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
