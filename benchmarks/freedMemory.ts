/**
 * @file Runs a benchmark anew in a process that reuses large freed blocks of memory instead of handing them back: the
 * peer does so too (`keep_freed_memory` in peers/engine.py), and a fresh block of 206 MB of logits costs some 50,000
 * page faults. The C library reads this setting as a process begins, so it takes one of its own.
 */
import { spawnSync } from 'node:child_process';

/** Thresholds in bytes of glibc's malloc: above them, blocks are mapped afresh, and freed memory is given back. */
const TUNABLES = 'glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592';

/** Whether this process keeps freed memory. */
export function keepsFreedMemory(): boolean {
  return process.platform === 'linux' && (process.env.GLIBC_TUNABLES ?? '').includes(TUNABLES);
}

/** Runs this very command in a process that keeps freed memory; its exit status. */
export function runKeepingFreedMemory(): number {
  const set = process.env.GLIBC_TUNABLES;
  const env = { ...process.env, GLIBC_TUNABLES: set ? `${set}:${TUNABLES}` : TUNABLES };
  const command = [...process.execArgv, ...process.argv.slice(1)];
  const { status, error } = spawnSync(process.execPath, command, { env, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}
