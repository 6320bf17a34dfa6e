/** @file Latents portrayed for an agent: `touchstone dict show` in a process of its own, one at a time. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { portraitSchema } from '../../../dictionary/index.ts';
import type { PortraitRequest, Portray } from '../../../server/index.ts';
import { badInput, badUsage, TouchstoneError } from '../../../tensor/index.ts';
import type { NamedPath } from '../../options.ts';

export interface PortrayOptions {
  readonly dictionaries: readonly NamedPath[];
  /** Files of texts that the user gave. */
  readonly texts: readonly string[];
  /** As the command line names a model that is open. @throws TouchstoneError where none is called so */
  readonly modelNamed: (name: string) => string;
  readonly signal: AbortSignal;
}

/** Requests that wait or are worked on, at the most. */
const MOST = 4;

/** Portrays one request at a time: each takes a whole process. */
export function portrayer(options: PortrayOptions): Portray {
  let turn: Promise<unknown> = Promise.resolve();
  let asked = 0;
  return (request) => {
    if (asked === MOST) badUsage(`${MOST} requests for latents wait`, 'ask again when one is done');
    asked++;
    const done = turn.then(() => portrayed(request, options));
    turn = done.catch(() => {}).finally(() => asked--);
    return done;
  };
}

async function portrayed(request: PortraitRequest, options: PortrayOptions) {
  const { dictionaries, modelNamed, signal, texts: files } = options;
  const path = dictionaries.find(({ name }) => name === request.dictionary)?.path;
  if (path === undefined)
    badUsage(
      `no dictionary is called '${request.dictionary.slice(0, 60)}'`,
      `there are ${dictionaries.map(({ name }) => name).join(', ') || 'none'}`,
    );
  const model = modelNamed(request.model);
  if (request.texts === undefined && files.length === 0)
    badUsage('no texts to look through', 'give texts, or start the server with --text FILE');
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-latents-'));
  try {
    const own = join(folder, 'texts.jsonl');
    const lines = (request.texts ?? []).map((text) => `${JSON.stringify({ text })}\n`);
    await writeFile(own, lines.join(''));
    const read = request.texts === undefined ? files : [own];
    const args = [
      ...['dict', 'show', path, '--model', model, '--json'],
      ...read.flatMap((file) => ['--text', file]),
      ...request.latents.flatMap((latent) => ['--latent', String(latent)]),
    ];
    // An agent knows the model by its name here: what it is may be sealed.
    const sealed = (text: string) => text.replaceAll(model, request.model);
    const portrait = portraitSchema.parse(JSON.parse(await outputOf(args, signal, sealed)));
    return { ...portrait, model: { ...portrait.model, name: request.model } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the program prints. @throws TouchstoneError with the last line that it told, as `sealed` leaves it */
function outputOf(
  args: readonly string[],
  signal: AbortSignal,
  sealed: (text: string) => string,
): Promise<string> {
  const program = fileURLToPath(new URL('../../main.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    ...{ stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' },
  });
  let [out, err] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    err = `${err}${text}`.slice(-4000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(out);
      else reject(failure(status, sealed(err)));
    });
  });
}

/** In the program's own words where the request was wrong. */
function failure(status: number | null, said: string): Error {
  const lines = said.split('\n').filter((line) => line.startsWith('touchstone: '));
  const message = (lines.at(-1) ?? 'it ended without a word').replace(/^touchstone: /, '');
  if (status !== 2 && status !== 3) return new TouchstoneError('failed', message);
  try {
    return badInput(message);
  } catch (error) {
    return error as Error;
  }
}
