/** @file A lock file: one process at a time; a lock whose owner is gone is taken over. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const LIMIT_MS = 30 * 60_000;

/**
 * Runs `work` while holding the lock at `file`, and gives it back when `work` returns, throws or
 * ends the process.
 *
 * `onWait` is called once when another process holds the lock.
 */
export function withLock(file, work, onWait) {
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + LIMIT_MS;
  for (let waited = false; !take(file); waited = true) {
    if (!waited) onWait();
    if (Date.now() > deadline) throw new Error(`the lock ${file} is never given back; delete it`);
    pause(100);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return isAbandoned(file) && takeOver(file);
  }
}

function isAbandoned(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    const ageMs = Date.now() - statSync(file).mtimeMs;
    // An empty file is a lock being written this instant, unless it stays empty.
    if (owner === 0) return ageMs > 5_000;
    process.kill(owner, 0);
    return ageMs > LIMIT_MS;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Of several processes that replace an abandoned lock at the same time, the last one's name stays. */
function takeOver(file) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  renameSync(mine, file);
  pause(100);
  return readFileSync(file, 'utf8') === String(process.pid);
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
