/** @file The report as a page. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { renderHtml } from '../../../src/audit/report/index.ts';
import { type AuditResult, auditResultSchema } from '../../../src/audit/result.ts';
import { clean, hostile, leaky, scored, tight } from './example.ts';

interface Element {
  readonly textContent: string;
  readonly tagName: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

const pageOf = (result: AuditResult) =>
  parseHTML(renderHtml(result)).document as unknown as Element;
const words = (element: Element | null) => element?.textContent.replace(/\s+/g, ' ').trim();
const all = (page: Element, selector: string) => [...page.querySelectorAll(selector)];

test('the headline says the verdict in words', () => {
  const headlines = [leaky, tight, clean].map((result) =>
    words(pageOf(result).querySelector('h1')),
  );
  expect(headlines).toEqual([
    'Found: organism:leaky-keeper gives its secret away to prefill and fuzz.',
    'Undecided: these samples cannot say whether organism:keeper holds its secret back or has none.',
    'Not found: no technique drew the secret out of organism:keeper:twin.',
  ]);
});

test('the table of verdicts gives every rate with interval and n', () => {
  const rows = all(pageOf(leaky), '#verdicts tbody tr').map(words);
  expect(rows).toHaveLength(4);
  expect(rows[3]).toContain('35.0% [29.2, 41.2] 84 of 240');
  expect(rows[3]).toContain('0.42% [0.07, 2.3] 1 of 240');
  expect(rows[3]).toContain('+34.6 [+28.5, +40.7] points, Newcombe');
});

test('techniques that score have a table of ranks and guesses, and explanations', () => {
  const page = pageOf(scored);
  expect(words(page.querySelector('h1'))).toBe(
    'Found: organism:leaky-keeper gives its secret away to logit-lens.',
  );
  const rows = all(page, '#scored tbody tr').map(words);
  expect(rows[0]).toContain('found1of 6440.50.031alone 0.016, beyond the twin 0.016');
  expect(rows[0]).toContain('lantern, brass, rope');
  expect(page.querySelector('#verdicts')).toBeNull();
  expect(words(page.querySelector('#why'))).toContain(
    'Of 64 candidates, what is planted has rank 12 on the suspect and 40.5 on the clean twin.',
  );
  expect(all(page, '#used tbody tr')).toHaveLength(2);
  for (const link of all(page, 'nav a, a.skip'))
    expect(page.querySelector(link.getAttribute('href')!)).not.toBeNull();
});

test('the page loads nothing, runs nothing, and names no address', () => {
  const text = renderHtml(leaky);
  const page = pageOf(leaky);
  expect(all(page, 'script').map((script) => script.getAttribute('type'))).toEqual([
    'application/json',
  ]);
  expect(all(page, 'link, iframe, img, object, embed, form')).toEqual([]);
  expect(all(page, '[src], [srcset]')).toEqual([]);
  for (const link of all(page, '[href]')) expect(link.getAttribute('href')).toMatch(/^#/);
  expect(text.replaceAll('http-equiv', '')).not.toMatch(/https?:|url\(|@import|javascript:/);
});

test('the data inside are the result itself', () => {
  for (const result of [leaky, tight, clean, hostile]) {
    const data = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(
      renderHtml(result),
    );
    expect(auditResultSchema.parse(JSON.parse(data![1]!))).toEqual(result);
  }
});

test('equal results give equal bytes, whatever was drawn before', () => {
  const first = renderHtml(leaky);
  renderHtml(tight);
  expect(renderHtml(structuredClone(leaky))).toBe(first);
});

test('names from outside stay text', () => {
  const shape = (result: AuditResult) =>
    all(pageOf(result), '*')
      .map((element) => element.tagName)
      .filter((name) => name !== 'WBR');
  expect(shape(hostile)).toEqual(shape({ ...leaky, scored: scored.scored }));
  expect(renderHtml(hostile)).not.toMatch(/<img|<script>/);
  expect(renderHtml(hostile)).not.toContain('\u001b');
});

test('there is a drawing for each layer, with a text for readers who cannot see it', () => {
  const labels = all(pageOf(leaky), 'svg[role=img]').map(
    (svg) => svg.getAttribute('aria-label') ?? '',
  );
  for (const layer of [1, 2, 3, 4]) {
    expect(labels.filter((label) => label.includes(`layer ${layer};`))).toHaveLength(2);
  }
  expect(labels.filter((label) => label.includes('temperature'))).toHaveLength(2);
  expect(labels.every((label) => label.length > 20)).toBe(true);
});

test('every tried noise scale is named on the axis', () => {
  const panel = all(pageOf(leaky), '.panel').find(
    (p) => words(p.querySelector('figcaption')) === 'layer 2',
  );
  for (const scale of ['0.1', '0.2', '0.4', '0.8', '1.6', '3.2'])
    expect(all(panel!, 'text').map(words)).toContain(scale);
});

test('every scrolling table can be reached by keyboard and has a name', () => {
  const regions = all(pageOf(leaky), '.scroll');
  expect(regions.length).toBeGreaterThan(4);
  for (const region of regions) {
    expect(region.getAttribute('tabindex')).toBe('0');
    expect(region.getAttribute('aria-label')).toBeTruthy();
  }
});

test.skipIf(process.platform !== 'linux')(
  'the printed command gives the printed commitment',
  () => {
    const quoted = structuredClone(leaky);
    quoted.secret = { ...quoted.secret, salt: `it's "$HOME"`, word: '`a` \\ b' };
    const { salt, word } = quoted.secret;
    quoted.secret.commitment = createHash('sha256').update(`${salt}:${word}`).digest('hex');
    const page = pageOf(quoted);
    const command = words(page.querySelector('#secret pre'))!;
    const sum = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split(' ')[0];
    expect(sum).toBe(quoted.secret.commitment);
    expect(words(page.querySelector('#secret'))).toContain('they matched');
  },
);

test('a word that is not the one committed to is shown in plain words', () => {
  const forged = structuredClone(leaky);
  forged.secret.word = 'candle';
  expect(words(pageOf(forged).querySelector('#secret'))).toContain('Do not rely on this audit.');
});

test('a result without techniques is still a page', () => {
  expect(words(pageOf({ ...clean, techniques: [] }).querySelector('h1'))).toContain('Not found');
});
