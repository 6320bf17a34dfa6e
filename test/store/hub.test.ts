/** @file Models from a hub on loopback: fetched, resumed, verified, found offline, removed. */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  addModel,
  cacheFolder,
  endpointOf,
  findSnapshot,
  isOffline,
  listSnapshots,
  parseRepository,
  readToken,
  removeModel,
} from '../../src/store/index.ts';
import { type Files, gitHash, type Hosted, type LoopbackHub, loopbackHub } from './loopbackHub.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-hub-'));
afterAll(() => rmSync(root, { recursive: true }));

const commit = (digit: number) => String(digit).repeat(40);
const weights = randomBytes(300_000);
const FILES: Files = {
  'config.json': Buffer.from('{"model_type":"gpt2"}'),
  'model.safetensors': weights,
  'tokenizer.json': Buffer.from('{}'),
  'pytorch_model.bin': randomBytes(1000),
  'onnx/model.safetensors': randomBytes(1000),
};
const tinyRepository = (fields: Partial<Hosted> = {}): Hosted => ({
  commits: { [commit(1)]: FILES },
  refs: { main: commit(1) },
  ...fields,
});

let hub: LoopbackHub | undefined;
let caches = 0;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

const freshCache = () => join(root, String(caches++));
const serve = async (repositories: Record<string, Hosted>) => {
  hub = await loopbackHub(repositories);
  return hub;
};
const add = (name: string, cache: string, token?: string, gguf?: string) =>
  addModel(parseRepository(name), {
    hub: { endpoint: hub!.endpoint, token, patience: 1 },
    cache,
    gguf,
    report: () => {},
  });

describe('adding a model', () => {
  test('brings settings and safetensors into the layout that Python reads, and nothing else', async () => {
    await serve({ 'org/tiny': tinyRepository() });
    const cache = freshCache();
    const { path, commit: at, fetchedBytes } = await add('org/tiny', cache);
    const repo = join(cache, 'models--org--tiny');
    expect([at, path]).toEqual([commit(1), join(repo, 'snapshots', commit(1))]);
    expect(readdirSync(path).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    // Blobs have the names that huggingface_hub gives them: the ETag, relative links.
    const sha = createHash('sha256').update(weights).digest('hex');
    expect(readlinkSync(join(path, 'model.safetensors'))).toBe(join('../../blobs', sha));
    const config = gitHash(FILES['config.json']!);
    expect(readlinkSync(join(path, 'config.json'))).toBe(join('../../blobs', config));
    expect(readFileSync(join(path, 'model.safetensors')).equals(weights)).toBe(true);
    expect(readFileSync(join(repo, 'refs/main'), 'utf8')).toBe(commit(1));
    expect(fetchedBytes).toBe(weights.length + 21 + 2);
  });

  test('a second time asks for no file again', async () => {
    const { seen } = await serve({ 'org/tiny': tinyRepository() });
    const cache = freshCache();
    await add('org/tiny', cache);
    seen.length = 0;
    expect((await add('org/tiny', cache)).fetchedBytes).toBe(0);
    expect(seen.filter(({ path }) => path.includes('resolve'))).toEqual([]);
  });

  test('goes on within a file whose connection was cut', async () => {
    const server = await serve({ 'org/tiny': tinyRepository() });
    server.cuts = [70_000, 70_000, 70_000];
    const { path } = await add('org/tiny', freshCache());
    expect(readFileSync(join(path, 'model.safetensors')).equals(weights)).toBe(true);
    const ranges = server.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=70000-', 'bytes=140000-', 'bytes=210000-']);
  });

  test('keeps what came when the line stays dead, and goes on from there next time', async () => {
    const server = await serve({ 'org/tiny': tinyRepository() });
    const cache = freshCache();
    server.cuts = [70_000, 0, 0, 0, 0, 0];
    await expect(add('org/tiny', cache)).rejects.toThrow(/70000 of 300000 bytes came/);
    server.seen.length = 0;
    const { fetchedBytes, path } = await add('org/tiny', cache);
    expect(fetchedBytes).toBe(weights.length - 70_000 + 2);
    expect(server.seen.map(({ range }) => range)).toContain('bytes=70000-');
    expect(readFileSync(join(path, 'model.safetensors')).equals(weights)).toBe(true);
  });

  test('gives up after several attempts that bring nothing', async () => {
    const server = await serve({ 'org/tiny': tinyRepository() });
    server.cuts = Array(100).fill(0);
    await expect(add('org/tiny', freshCache())).rejects.toThrow(
      /^model.safetensors: 0 of 300000 bytes came, then no more$/,
    );
  });

  test('asks again where the server stumbles', async () => {
    const server = await serve({ 'org/tiny': tinyRepository() });
    server.stumble = 3;
    expect((await add('org/tiny', freshCache())).commit).toBe(commit(1));
  });

  test('content with another hash is not kept, and no branch points to the model', async () => {
    const damaged = { 'model.safetensors': Buffer.from(weights).fill(0, 10, 20) };
    await serve({ 'org/tiny': tinyRepository({ damaged }) });
    const cache = freshCache();
    await expect(add('org/tiny', cache)).rejects.toThrow(
      /what came hashes to [0-9a-f]{64}, expected/,
    );
    expect(await findSnapshot(cache, parseRepository('org/tiny'))).toBeUndefined();
    const blobs = readdirSync(join(cache, 'models--org--tiny/blobs'));
    expect(blobs.filter((name) => name.length >= 64)).toEqual([]);
  });

  test('shards come with their index', async () => {
    const shards = {
      'config.json': FILES['config.json']!,
      'model.safetensors.index.json': Buffer.from('{}'),
      'model-00001-of-00002.safetensors': randomBytes(10),
      'model-00002-of-00002.safetensors': randomBytes(10),
      'consolidated.00.safetensors': randomBytes(10),
    };
    await serve({ big: tinyRepository({ commits: { [commit(1)]: shards } }) });
    const { files } = await add('big', freshCache());
    expect(files.map(({ path }) => path)).toEqual(Object.keys(shards).slice(0, 4));
  });

  test('a branch, a tag with a slash and a commit are each one snapshot', async () => {
    const other = { ...FILES, 'config.json': Buffer.from('{"model_type":"llama"}') };
    await serve({
      'org/tiny': tinyRepository({
        commits: { [commit(1)]: FILES, [commit(2)]: other },
        refs: { main: commit(1), 'refs/pr/1': commit(2) },
      }),
    });
    const cache = freshCache();
    await add('org/tiny', cache);
    // The weights are those of the first commit: only the config comes.
    expect((await add('org/tiny@refs/pr/1', cache)).fetchedBytes).toBe(22);
    expect((await add(`org/tiny@${commit(2)}`, cache)).fetchedBytes).toBe(0);
    const snapshots = await listSnapshots(cache);
    expect(snapshots.map((s) => [s.id, s.commit, s.revisions])).toEqual([
      ['org/tiny', commit(1), ['main']],
      ['org/tiny', commit(2), ['refs/pr/1']],
    ]);
    expect(snapshots[0]!.bytes).toBe(weights.length + 21 + 2);
  });

  test('one GGUF file is taken by its name', async () => {
    const files = {
      'q8.gguf': randomBytes(50),
      'q4.gguf': randomBytes(20),
      'README.md': randomBytes(5),
    };
    await serve({ 'org/tiny-GGUF': tinyRepository({ commits: { [commit(1)]: files } }) });
    const cache = freshCache();
    await expect(add('org/tiny-GGUF', cache)).rejects.toMatchObject({
      hint: 'take one with --gguf FILE: it has q8.gguf, q4.gguf',
    });
    await expect(add('org/tiny-GGUF', cache, undefined, 'q5.gguf')).rejects.toThrow(
      "org/tiny-GGUF has no file 'q5.gguf'",
    );
    const { files: fetched } = await add('org/tiny-GGUF', cache, undefined, 'q4.gguf');
    expect(fetched).toEqual([{ path: 'q4.gguf', bytes: 20 }]);
  });

  test('weights that only pickle holds are refused', async () => {
    const files = { 'config.json': Buffer.from('{}'), 'pytorch_model.bin': randomBytes(9) };
    await serve({ 'org/old': tinyRepository({ commits: { [commit(1)]: files } }) });
    await expect(add('org/old', freshCache())).rejects.toThrow(
      /pytorch_model.bin alone, whose loading runs code/,
    );
  });

  test('a second process on the same model is sent away while the first is at it', async () => {
    const server = await serve({ 'org/tiny': tinyRepository() });
    server.delay = 20;
    const cache = freshCache();
    const first = add('org/tiny', cache);
    while (!existsSync(join(cache, '.locks/models--org--tiny')))
      await new Promise((r) => setTimeout(r, 5));
    await new Promise((r) => setTimeout(r, 20));
    await expect(add('org/tiny', cache)).rejects.toThrow(/in use by this process/);
    expect((await first).commit).toBe(commit(1));
  });
});

describe('who may have what', () => {
  test('a gated model wants a token, which goes to the hub and never to the CDN', async () => {
    const { seen } = await serve({ 'org/tiny': tinyRepository({ gated: 'secret' }) });
    const cache = freshCache();
    await expect(add('org/tiny', cache)).rejects.toMatchObject({
      message: 'org/tiny is gated, private, or not there (401 GatedRepo)',
      hint: expect.stringMatching(/^ask for access on .*\/org\/tiny, then set HF_TOKEN/),
    });
    await expect(add('org/tiny', cache, 'wrong')).rejects.toMatchObject({
      hint: expect.stringMatching(/with the account that the token belongs to$/),
    });
    await add('org/tiny', cache, 'secret');
    const cdn = seen.filter(({ host }) => host === 'cdn');
    expect(cdn).toHaveLength(1);
    expect(cdn[0]!.authorization).toBeUndefined();
  });

  test('the token is HF_TOKEN, or in the file that a login leaves', async () => {
    const home = join(root, 'home');
    mkdirSync(home);
    expect(await readToken({ HF_HOME: home })).toBeUndefined();
    writeFileSync(join(home, 'token'), 'from-file\n');
    expect(await readToken({ HF_HOME: home })).toBe('from-file');
    expect(await readToken({ HF_HOME: home, HF_TOKEN: 'from-variable' })).toBe('from-variable');
  });

  test('a revision and a model that are not there are told apart', async () => {
    await serve({ 'org/tiny': tinyRepository() });
    await expect(add('org/tiny@v9', freshCache())).rejects.toThrow(
      /org\/tiny has no revision 'v9' \(404 RevisionNotFound\)$/,
    );
    await expect(add('org/other', freshCache())).rejects.toThrow(/401 RepoNotFound/);
  });

  test.each(['../evil', 'a/../../evil', '/etc/evil', 'a\\..\\evil', 'c:evil'])(
    'a listed file named %j is refused',
    async (path) => {
      await serve({ 'org/tiny': tinyRepository({ listed: [path] }) });
      const cache = freshCache();
      await expect(add('org/tiny', cache)).rejects.toThrow(/which lies nowhere$/);
      expect(existsSync(join(cache, 'models--org--tiny'))).toBe(false);
    },
  );

  test('a server that is no hub, and none at all, are said to be', async () => {
    await serve({});
    await hub!.close();
    await expect(add('org/tiny', freshCache())).rejects.toThrow(
      /^cannot reach http:\/\/127.0.0.1:\d+: /,
    );
    hub = undefined;
  });
});

describe('what is in the cache', () => {
  test('is found by branch and by commit without the network', async () => {
    await serve({ 'org/tiny': tinyRepository() });
    const cache = freshCache();
    const { path } = await add('org/tiny', cache);
    expect(await findSnapshot(cache, parseRepository('org/tiny'))).toBe(path);
    expect(await findSnapshot(cache, parseRepository(`org/tiny@${commit(1)}`))).toBe(path);
    expect(await findSnapshot(cache, parseRepository('org/tiny@dev'))).toBeUndefined();
    expect(await findSnapshot(cache, parseRepository('org/none'))).toBeUndefined();
  });

  test('a removed revision takes with it what no other one shares', async () => {
    const other = { ...FILES, 'config.json': Buffer.from('{"model_type":"llama"}') };
    await serve({
      'org/tiny': tinyRepository({
        commits: { [commit(1)]: FILES, [commit(2)]: other },
        refs: { main: commit(1), dev: commit(2) },
      }),
    });
    const cache = freshCache();
    await add('org/tiny', cache);
    const { path } = await add('org/tiny@dev', cache);
    expect(await removeModel(cache, 'org/tiny', 'main')).toEqual({
      commits: [commit(1)],
      bytes: 21,
    });
    expect(readFileSync(join(path, 'model.safetensors')).equals(weights)).toBe(true);
    expect(await findSnapshot(cache, parseRepository('org/tiny'))).toBeUndefined();
    expect(await removeModel(cache, 'org/tiny', 'main')).toBeUndefined();
    expect((await removeModel(cache, 'org/tiny'))!.bytes).toBe(weights.length + 22 + 2);
    expect(existsSync(join(cache, 'models--org--tiny'))).toBe(false);
    expect(await removeModel(cache, 'org/tiny')).toBeUndefined();
  });
});

describe('names and variables', () => {
  test.each([
    ['gpt2', 'gpt2', 'main'],
    ['EleutherAI/pythia-70m', 'EleutherAI/pythia-70m', 'main'],
    ['Qwen/Qwen2.5-0.5B@refs/pr/1', 'Qwen/Qwen2.5-0.5B', 'refs/pr/1'],
  ])('%s is %s at %s', (text, id, revision) => {
    expect(parseRepository(text)).toEqual({ id, revision });
  });

  test.each([
    '',
    '/',
    'a/b/c',
    '../x',
    'a/..',
    'a--b',
    'a@',
    'a@../../x',
    'a@x/../y',
    '.hidden',
    'a/b@x y',
  ])('%j names no model', (text) => {
    expect(() => parseRepository(text)).toThrow(/is no model of the hub$/);
  });

  test('the cache is where Python has it', () => {
    expect(cacheFolder({ HF_HUB_CACHE: '/a', HF_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ HF_HOME: '/b' })).toBe(join('/b', 'hub'));
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe(join('/c', 'huggingface', 'hub'));
    expect(cacheFolder({})).toMatch(/\.cache.huggingface.hub$/);
  });

  test('HF_ENDPOINT must be an address', () => {
    expect(endpointOf({})).toBe('https://huggingface.co');
    expect(endpointOf({ HF_ENDPOINT: 'https://mirror.example/' })).toBe('https://mirror.example');
    expect(() => endpointOf({ HF_ENDPOINT: 'mirror' })).toThrow("HF_ENDPOINT is 'mirror'");
    expect([isOffline({ HF_HUB_OFFLINE: '1' }), isOffline({ HF_HUB_OFFLINE: '0' })]).toEqual([
      true,
      false,
    ]);
  });
});
