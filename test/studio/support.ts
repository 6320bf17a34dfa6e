/** @file A real studio in a process of its own, and a real Chromium that looks at it. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  chromium as launcher,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startTouchstone } from '../cli/child.ts';
import { chromium } from './chromium.ts';

const PATH = chromium();
/** Tests that are left out where there is no Chromium. */
export const inBrowser = describe.skipIf(PATH === undefined);

/** What the program prints with `--json`, and the program. */
export interface Studio {
  readonly link: string;
  readonly url: string;
  readonly child: ReturnType<typeof startTouchstone>;
}

/** Starts the built program. */
export async function startStudio(runs: string, ...args: string[]): Promise<Studio> {
  const child = startTouchstone(['studio', ...args, '--runs', runs, '--port', '0', '--json']);
  let text = '';
  child.stdout!.setEncoding('utf8');
  while (!text.endsWith('}\n')) text += (await once(child.stdout!, 'data'))[0] as string;
  return { ...(JSON.parse(text) as Omit<Studio, 'child'>), child };
}

/** What a test file looks with. */
export interface Desk {
  studio: Studio;
  page: Page;
  context: BrowserContext;
  /** Folder of the runs. */
  readonly runs: string;
  /** What the browser complained of, and what it asked of anybody but the studio. */
  readonly complaints: string[];
}

/** A studio and a browser for a test file. */
export function desk(...models: string[]): Desk {
  const runs = mkdtempSync(join(tmpdir(), 'touchstone-studio-'));
  const complaints: string[] = [];
  const own = { runs, complaints } as unknown as Desk;
  let browser: Browser | undefined;
  beforeAll(async () => {
    own.studio = await startStudio(runs, ...models);
    browser = await launcher.launch({ executablePath: PATH!, args: ['--no-sandbox'] });
    own.context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    own.page = await own.context.newPage();
    watch(own);
    await own.page.goto(own.studio.link);
  });
  afterAll(async () => {
    await browser?.close();
    own.studio?.child.kill('SIGKILL');
    rmSync(runs, { recursive: true, force: true });
  });
  return own;
}

function watch({ page, complaints }: Desk): void {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') complaints.push(request.url());
  });
}

/** Shows a page of the studio. */
export async function show({ page, studio }: Desk, place: string): Promise<void> {
  const { origin } = new URL(studio.link);
  await page.goto(`${origin}/#/${place}`);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Finds nothing that keeps somebody out, in the light and in the dark, wide and narrow. */
export async function expectAccessible({ page }: Desk): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 400, height: 800 });
  expect(await violations(page)).toEqual([]);
  const wide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
  expect(await page.evaluate(wide)).toBe(false);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

async function violations(page: Page): Promise<string[]> {
  // Run as the page's own debugger, to which the page's policy does not apply.
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Writes a picture for the documents, where TOUCHSTONE_SCREENSHOTS asks for them. */
export async function picture({ page }: Desk, name: string): Promise<void> {
  if (process.env.TOUCHSTONE_SCREENSHOTS !== '1') return;
  await page.screenshot({ path: join('docs', 'images', `studio-${name}.png`) });
}
