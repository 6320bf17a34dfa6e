/**
 * @file Activation patching: what becomes of a metric when one activation is replaced by that of another
 * run (Vig et al. 2020; Meng et al. 2022). Many patches are rows of one pass.
 */
import { input, type Runtime, type Tensor } from '../../tensor/index.ts';
import type { HookName } from '../hooks.ts';
import type { LanguageModel } from '../languageModel.ts';
import { BoundMetric } from './metric.ts';
import { EditedModel, type Feeds } from './pass.ts';
import { isSquare, type PatchingOptions, type PatchingResult, type Place, Sweep } from './sweep.ts';

/** One row of a pass: a sequence of a pair, at most one place of which is patched. */
interface Job {
  readonly pair: number;
  readonly tokens: readonly number[];
  readonly place?: Place;
}

/**
 * A metric under every patch of a sweep. Each run of the program holds the rows that are patched and
 * those that patches are taken from, so that nothing is read out or fed.
 *
 * @throws TouchstoneError where sequences, hook points, positions, metric or edits do not fit
 */
export async function activationPatching(
  model: LanguageModel,
  options: PatchingOptions,
): Promise<PatchingResult> {
  const sweep = new Sweep(model, options, 'activationPatching');
  const edited = new EditedModel(model, options);
  const metric = new BoundMetric(options.metric, sweep.clean, model.config);
  const jobs = jobsOf(sweep);
  const values: number[] = [];
  const key = `patching:${metric.kind}:${sweep.perHead}:${sweep.hooks}`;
  const build = () => ({ value: metric.value(edited.graph(patches(sweep))) });
  for (let at = 0; at < jobs.length; at += sweep.rowsTogether) {
    const chunk = jobs.slice(at, at + sweep.rowsTogether);
    const rows = [...sourcesOf(chunk, sweep), ...chunk];
    const pairs = rows.map(({ pair }) => pair);
    const feeds = {
      ...metric.feeds(model.runtime, pairs),
      ...patchFeeds(model.runtime, rows, sweep),
    };
    const tokens = rows.map((row) => row.tokens);
    const { value } = await edited.run(key, build, tokens, feeds, pairs);
    values.push(...(value.data as Float32Array).subarray(rows.length - chunk.length));
  }
  return collect(sweep, values);
}

/** For each pair its base, its source, and the base once for each place. */
function jobsOf({ base, source, places }: Sweep): Job[] {
  return base.flatMap((tokens, pair) => [
    { pair, tokens },
    { pair, tokens: source[pair]! },
    ...places.map((place) => ({ pair, tokens, place })),
  ]);
}

/** A row for each pair of the chunk, from which its patches are taken. */
function sourcesOf(chunk: readonly Job[], { source }: Sweep): Job[] {
  const pairs = [...new Set(chunk.map(({ pair }) => pair))];
  return pairs.map((pair) => ({ pair, tokens: source[pair]! }));
}

/** At every hook point: rows whose place is there take their source row's value where their masks are open. */
function patches(sweep: Sweep): Map<HookName, (x: Tensor) => Tensor> {
  const hook = input('patch.hook', 'int64', ['batch']);
  const source = input('patch.source', 'int64', ['batch']);
  const positions = input('patch.positions', 'bool', ['batch', 'seq']);
  const heads = sweep.perHead ? input('patch.heads', 'bool', ['batch', sweep.heads!]) : undefined;
  const patchAt = (name: HookName, index: number) => (x: Tensor) => {
    const square = isSquare(name);
    const ones = x.shape.slice(2).map(() => 1);
    const here = hook.equal(index).reshape('batch', 1, ...ones);
    const at = square ? ['batch', 1, 'seq', 1] : ['batch', 'seq', ...ones];
    const open = here.and(positions.reshape(...at));
    const ofHeads = square ? ['batch', sweep.heads!, 1, 1] : ['batch', 1, sweep.heads!, 1];
    const mask = heads ? open.and(heads.reshape(...ofHeads)) : open;
    return mask.where(x.gather(source), x);
  };
  return new Map(sweep.hooks.map((name, index) => [name, patchAt(name, index)]));
}

function patchFeeds(runtime: Runtime, rows: readonly Job[], sweep: Sweep): Feeds {
  const { length } = sweep.base[0]!;
  const hook = rows.map(({ place }) => BigInt(place?.hook ?? -1));
  // The first row of a pair is its source.
  const source = rows.map(({ pair }) => BigInt(rows.findIndex((row) => row.pair === pair)));
  const positions = new Uint8Array(rows.length * length);
  const heads = new Uint8Array(rows.length * (sweep.heads ?? 0));
  rows.forEach(({ place }, row) => {
    const open = place?.position === undefined ? sweep.positions : [place.position];
    for (const position of open) positions[row * length + position] = 1;
    if (place?.head !== undefined) heads[row * sweep.heads! + place.head] = 1;
  });
  return {
    'patch.hook': runtime.tensor('int64', BigInt64Array.from(hook), [rows.length]),
    'patch.source': runtime.tensor('int64', BigInt64Array.from(source), [rows.length]),
    'patch.positions': runtime.tensor('bool', positions, [rows.length, length]),
    ...(sweep.perHead && {
      'patch.heads': runtime.tensor('bool', heads, [rows.length, sweep.heads!]),
    }),
  };
}

/** Takes the values of all jobs apart. */
function collect(sweep: Sweep, values: readonly number[]): PatchingResult {
  const each = values.length / sweep.base.length;
  const pick = (start: number, end: number) =>
    Float32Array.from(
      sweep.base.flatMap((_, pair) => values.slice(pair * each + start, pair * each + end)),
    );
  return sweep.result(pick(0, 1), pick(1, 2), pick(2, each));
}
