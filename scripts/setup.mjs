/** @file Makes a clone ready to run: installs packages and builds, each only when it is due. */
// Plain JavaScript on Node's own modules alone: this runs before anything is installed or built.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

const SOURCE_FOLDERS = ['src', 'benchmarks', 'scripts', 'examples'];
/** The studio's page, which Vite builds. */
const PAGE = 'web';
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'];
const OLDEST_NODE = [20, 19];
const FAILED = 4;

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const dist = at('dist');
// tsc writes here; finished files are then renamed into dist one by one. It lies as deep as dist,
// so the relative paths inside source maps hold in both.
const staging = at('.build');
const stampFile = join(dist, '.stamp');

requireNode();
if (!isReady()) withLock(join(staging, 'lock'), setUp, () => say('waiting for another set-up'));

function isReady() {
  return isInstalled() && isBuilt();
}

function setUp() {
  if (!isInstalled()) install();
  linkCommand();
  if (!isBuilt()) build();
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(
    `Node ${process.versions.node} is too old; Node ${OLDEST_NODE.join('.')} or newer is needed`,
  );
}

/** Whether npm's own record of what it installed agrees with the lockfile. */
function isInstalled() {
  const record = at('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const present = packagesOf(record);
  return Object.entries(packagesOf(at('package-lock.json'))).every(([path, wanted]) => {
    const found = present[path];
    // The first entry is this project; optional packages for other platforms are rightly absent.
    if (path === '' || (found === undefined && wanted.optional)) return true;
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch (cause) {
    return fail(`${file} is not readable JSON: ${cause.message}`);
  }
}

function install() {
  say('installing packages (npm ci), once');
  const npm = process.env.npm_execpath;
  // Inside npm the same npm is used; flags win over what the outer npm or NODE_ENV asked for.
  const [command, script] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const flags = ['--ignore-scripts', '--include=dev', '--include=optional', '--global=false'];
  const result = run(command, [...script, 'ci', ...flags, '--loglevel=error', '--no-progress'], {
    shell: command === 'npm' && process.platform === 'win32',
  });
  // npm explains itself first and lists all its options after that.
  const text = result.text.split('\n').slice(0, 15).join('\n');
  if (result.status !== 0) fail(`npm ci failed\n${text}`);
}

/** Lets `npx touchstone` find the command at once, without npx's own look-up and cache. */
function linkCommand() {
  const link = at('node_modules', '.bin', 'touchstone');
  if (process.platform === 'win32' || lstatSync(link, { throwIfNoEntry: false })) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync('../../bin/touchstone.mjs', link);
}

/** Whether dist was built from exactly the sources that are here now. */
function isBuilt() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourceStamp();
}

/** Hash over path, size and time of change of everything that the build reads. */
function sourceStamp() {
  return stampOf([...CONFIGURATION, ...sources(), ...pageSources()]);
}

/** Hash over path, size and time of change of files. */
function stampOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const { size, mtimeMs } = statSync(at(path), { throwIfNoEntry: false }) ?? {};
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Paths of all TypeScript sources, relative to the clone. */
function sources() {
  const below = (folder) => filesUnder(at(folder)).map((path) => join(folder, path));
  return SOURCE_FOLDERS.flatMap(below).filter((path) => path.endsWith('.ts'));
}

/** Paths of what the page is built from, relative to the clone. */
function pageSources() {
  return filesUnder(at(PAGE)).map((path) => join(PAGE, path));
}

/** Paths of the files below `folder`, relative to it, in a fixed order. */
function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

function build() {
  say('building (tsc)');
  // Taken before tsc reads: a file that changes meanwhile makes the next call build again.
  const stamp = sourceStamp();
  let result = compile();
  // tsc trusts its own record of what it wrote; where files are gone, it starts afresh.
  if (!isWhole()) {
    rmSync(join(staging, 'state.tsbuildinfo'), { force: true });
    result = compile();
  }
  if (!isWhole()) fail(`the build failed\n${result.text}`);
  buildPage();
  publish();
  // Type errors do not stop code from running; without a stamp they are shown again every time.
  if (result.status === 0) writeFileSync(stampFile, stamp);
  else say(`built, but with type errors:\n${result.text}`);
}

/** Builds the page into the staging folder, where its own sources have changed. */
function buildPage() {
  if (!existsSync(at(PAGE))) return;
  const stamp = stampOf(['package-lock.json', ...pageSources()]);
  const file = join(staging, '.page');
  const isThere = existsSync(join(staging, PAGE, 'index.html')) && existsSync(file);
  if (isThere && readFileSync(file, 'utf8') === stamp) return;
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const flags = [
    'build',
    PAGE,
    '--outDir',
    join(staging, PAGE),
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  const result = run(process.execPath, [vite, ...flags]);
  if (result.status !== 0) fail(`the build of the page failed\n${result.text}`);
  writeFileSync(file, stamp);
}

function compile() {
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  const state = join(staging, 'state.tsbuildinfo');
  const flags = ['-p', 'tsconfig.build.json', '--outDir', staging, '--tsBuildInfoFile', state];
  return run(process.execPath, [tsc, ...flags]);
}

/** Whether every source has its compiled file. */
function isWhole() {
  const outputs = sources().filter((path) => !path.endsWith('.d.ts'));
  return outputs.every((path) => existsSync(join(staging, path.replace(/\.ts$/, '.js'))));
}

/** Brings dist up to date with the staging folder; a running program never sees half a file. */
function publish() {
  rmSync(stampFile, { force: true });
  const wanted = new Set(sources());
  const isPage = (path) => path.startsWith(`${PAGE}/`) && existsSync(at(PAGE));
  const built = filesUnder(staging).filter((path) => wanted.has(sourceOf(path)) || isPage(path));
  for (const path of built) replaceIfChanged(join(staging, path), join(dist, path));
  const current = new Set(built);
  for (const path of filesUnder(dist)) if (!current.has(path)) rmSync(join(dist, path));
}

function sourceOf(path) {
  return path.replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
}

function replaceIfChanged(from, to) {
  const content = readFileSync(from);
  if (existsSync(to) && readFileSync(to).equals(content)) return;
  mkdirSync(dirname(to), { recursive: true });
  const partial = `${to}.${process.pid}.part`;
  writeFileSync(partial, content);
  renameSync(partial, to);
}

/** Runs a command in the clone to its end; its words are kept for the case that it fails. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (result.error) fail(`cannot run ${command}: ${result.error.message}`);
  return { status: result.status, text: `${result.stdout}${result.stderr}`.trim() };
}

function say(message) {
  process.stderr.write(`touchstone: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(FAILED);
}
