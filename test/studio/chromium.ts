/** @file Chromium for the tests of the studio: found, or installed where that may be done, else undefined with a word on how. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  process.env.TOUCHSTONE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

function found(): string | undefined {
  return PLACES.find((path) => path !== undefined && existsSync(path));
}

/** As root on Debian. A second test file that comes meanwhile waits for the first. */
function install(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', [...wait, 'update'], { env, stdio: 'ignore' });
  const flags = ['install', '-y', '--no-install-recommends', 'chromium'];
  spawnSync('apt-get', [...wait, ...flags], { env, stdio: 'ignore' });
}

/** Path of Chromium; undefined where there is none and none can be installed. */
export function chromium(): string | undefined {
  if (found() === undefined) install();
  const path = found();
  if (path === undefined)
    console.warn(
      'the tests of the studio are left out: install chromium (apt-get install chromium), or set TOUCHSTONE_CHROMIUM to its path',
    );
  return path;
}
