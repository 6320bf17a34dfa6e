/** @file Progress on stderr: one bar that is redrawn on a terminal, plain lines now and then elsewhere. */
import { count, short } from '../audit/report/format.ts';
import type { Progress, Reporter } from '../tensor/progress.ts';

/** Where progress is written. */
export interface ProgressOutput {
  readonly write: (text: string) => void;
  /** Whether the output is a terminal that can redraw a line. */
  readonly redraws: boolean;
  /** Columns of the terminal. */
  readonly columns: () => number;
  /** Milliseconds from some fixed moment. */
  readonly now: () => number;
}

/** A reporter that shares its output with messages. */
export interface ProgressDisplay {
  readonly report: Reporter;
  /** Writes a line of its own; a bar that stands there is drawn again below it. */
  readonly tell: (line: string) => void;
  /** Takes an unfinished bar away. */
  readonly clear: () => void;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;
/** A rate says little before this much time has passed. */
const SETTLED_MS = 1000;
const BAR_COLUMNS = 20;
const ERASE_LINE = '\r\u001b[K';

/** When a task was first heard of, how far it was then, and when it was last shown. */
interface Watch {
  readonly startMs: number;
  readonly startDone: number;
  shownMs: number;
}

/** A display on the given output. Its reporter never throws. */
export function progressDisplay(output: ProgressOutput): ProgressDisplay {
  const watches = new Map<string, Watch>();
  let bar: Progress | undefined;

  const lineOf = (progress: Progress) => {
    const watch = watches.get(progress.task)!;
    return barLine(progress, watch, output.now()).slice(0, Math.max(1, output.columns() - 1));
  };
  const clear = () => {
    if (bar !== undefined) output.write(ERASE_LINE);
    bar = undefined;
  };
  const draw = (progress: Progress) => {
    bar = progress;
    output.write(ERASE_LINE + lineOf(progress));
  };
  const tell = (line: string) => {
    const standing = bar;
    clear();
    output.write(`${line}\n`);
    if (standing !== undefined) draw(standing);
  };
  const finish = (progress: Progress, watch: Watch) => {
    if (bar?.task === progress.task) clear();
    tell(finishedLine(progress, watch, output.now()));
    watches.delete(progress.task);
  };
  const report = (progress: Progress) => {
    const now = output.now();
    const watch = watches.get(progress.task) ?? newWatch(progress, now, output.redraws);
    watches.set(progress.task, watch);
    if (progress.done >= progress.total) return finish(progress, watch);
    if (now - watch.shownMs < (output.redraws ? REDRAW_MS : PLAIN_MS)) return;
    watch.shownMs = now;
    if (output.redraws) draw(progress);
    else tell(plainLine(progress, watch, now));
  };
  return { report, tell, clear };
}

function newWatch(progress: Progress, now: number, atOnce: boolean): Watch {
  const shownMs = atOnce ? Number.NEGATIVE_INFINITY : now;
  return { startMs: now, startDone: progress.done, shownMs };
}

function barLine(progress: Progress, watch: Watch, now: number): string {
  const share = progress.total > 0 ? progress.done / progress.total : 0;
  const full = Math.floor(share * BAR_COLUMNS);
  const bar = '\u2588'.repeat(full) + '\u2591'.repeat(BAR_COLUMNS - full);
  return `${progress.task} ${bar} ${Math.floor(100 * share)}% ${amounts(progress, watch, now)}`;
}

function plainLine(progress: Progress, watch: Watch, now: number): string {
  return `${progress.task}: ${amounts(progress, watch, now)}`;
}

function amounts(progress: Progress, watch: Watch, now: number): string {
  const perSecond = rateOf(progress, watch, now);
  const parts = [`${amount(progress.done)}/${amount(progress.total)} ${progress.unit}`];
  if (perSecond !== undefined) {
    const left = (progress.total - progress.done) / perSecond;
    parts.push(`${rateText(perSecond)}/s`, `${duration(left)} left`);
  }
  if (progress.note !== undefined) parts.push(progress.note);
  return parts.join(', ');
}

function finishedLine(progress: Progress, watch: Watch, now: number): string {
  const seconds = (now - watch.startMs) / 1000;
  const perSecond = rateOf(progress, watch, now);
  const rate = perSecond === undefined ? '' : `, ${rateText(perSecond)}/s`;
  const note = progress.note === undefined ? '' : `, ${progress.note}`;
  const all = `${amount(progress.done)} ${progress.unit}`;
  return `${progress.task}: ${all} in ${duration(seconds)}${rate}${note}`;
}

/** Units a second since the task was first heard of: what a resumed run had done before is no work. */
function rateOf(progress: Progress, watch: Watch, now: number): number | undefined {
  const elapsedMs = now - watch.startMs;
  const done = progress.done - watch.startDone;
  return elapsedMs < SETTLED_MS || done <= 0 ? undefined : (1000 * done) / elapsedMs;
}

function amount(value: number): string {
  return value < 100_000 ? count(value) : short(value);
}

function rateText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toPrecision(2) : short(perSecond);
}

/** '0:07', '12:05', '1:02:03' */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
