/** @file Dictionaries in a browser: trained with their curves live, browsed, searched, mapped, matched, and used in the playground. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTouchstone, touchstone } from '../cli/child.ts';
import { writeTexts } from '../cli/texts.ts';
import { desk, expectAccessible, inBrowser, picture, show } from './support.ts';

const HOOK = 'blocks.3.hook_resid_post';

inBrowser('the page of dictionaries', () => {
  const own = desk('organism-base');
  const root = mkdtempSync(join(tmpdir(), 'touchstone-dictionaries-'));
  const texts = writeTexts(join(root, 'texts.jsonl'), 40);
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const api = async <Answer>(path: string): Promise<Answer> => {
    const { url, link } = own.studio;
    const headers = { authorization: `Bearer ${link.split('token=')[1]}` };
    const answer = await fetch(`${url}/touchstone/${path}`, { headers });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Answer;
  };
  const look = async (place: string) => {
    await show(own, place);
  };

  test('without any, it says with which command one is trained', async () => {
    await look('dictionaries');
    await own.page.getByText('touchstone dict train --model MODEL').waitFor();
    await own.page.getByText('touchstone studio --dictionary NAME=PATH').waitFor();
    await expectAccessible(own);
  });

  test('curves of a training run grow while it goes on', async () => {
    const train = startTouchstone([
      ...['dict', 'train', '--model', 'organism-base', '--text', texts, '--read', HOOK],
      ...['--kind', 'topk:k=8,d_sae=256', '--seed', '1', '--seed', '2', '--steps', '150'],
      ...['--batch', '128', '--lr', '0.001', '--out', join(own.runs, 'saes')],
    ]);
    const ended = new Promise((resolve) => train.once('exit', resolve));
    const status = own.page.getByRole('status').filter({ hasText: /^Running: step [1-9]/ });
    for (;;) {
      await look('models');
      await look('dictionaries?run=saes');
      const seen = await status.waitFor({ timeout: 1000 }).catch(() => 'not yet');
      if (seen !== 'not yet' || train.exitCode !== null) break;
    }
    const early = await own.page.getByRole('status').textContent();
    expect(early).toMatch(/^Running: step [1-9]/);
    expect(await ended).toBe(0);
    await own.page.getByText('Done: step 150 of 150').waitFor();
    expect(await own.page.locator('polyline').count()).toBe(8);
    await expectAccessible(own);
    await picture(own, 'curves');
  });

  test('one that was trained is found, opened by its folder, and its latents are counted', async () => {
    await look('dictionaries');
    await own.page.getByRole('button', { name: /^Take .*topk.*1$/ }).click();
    await own.page.getByLabel('Name').fill('sae');
    await own.page.getByLabel('Texts on which').fill(texts);
    await own.page.getByRole('button', { name: 'Open it' }).click();
    await own.page.getByRole('link', { name: 'Look inside sae' }).click();
    await own.page.getByText('256 latents, most often active first').waitFor();
    const drawn = own.page.getByRole('group', { name: 'Latents' }).getByRole('button');
    expect(await drawn.count()).toBeLessThan(40);
    await drawn.first().focus();
    await own.page.keyboard.press('End');
    expect(await own.page.evaluate('document.activeElement.dataset.row')).toBe('255');
    await own.page.keyboard.press('Home');
    await own.page.keyboard.press('Enter');
    await own.page.getByRole('heading', { name: /^Latent \d+$/ }).waitFor();
  });

  test('a latent is portrayed as dict show portrays it', async () => {
    await own.page.getByText('Strongest examples').waitFor();
    await expectAccessible(own);
    await picture(own, 'dictionaries');
    const latent = Number(new URL(own.page.url()).hash.match(/latent=(\d+)/)![1]);
    const folder = (await api<{ found: { path: string }[] }>('dictionaries')).found[0]!.path;
    const { stdout } = touchstone([
      ...['dict', 'show', folder, '--model', 'organism-base', '--text', texts],
      ...['--latent', String(latent), '--json'],
    ]);
    const { latents } = JSON.parse(stdout) as { latents: unknown[] };
    expect(await api(`dictionaries/sae/latents/${latent}`)).toEqual(latents[0]);
  });

  test('latents are found by a text and by the logit that they write', async () => {
    await own.page.getByLabel('Text', { exact: true }).fill('the secret');
    await own.page.getByRole('button', { name: 'Search' }).click();
    await own.page.getByText(/latents active on "the secret"/).waitFor();
    await own.page.getByLabel('Latents that').selectOption('logit');
    await own.page.getByLabel('Text', { exact: true }).fill(' the');
    await own.page.getByRole('button', { name: 'Search' }).click();
    await own.page.getByText(/adds to the logit of/).waitFor();
    const [best] = (
      await api<{ latents: { latent: number; value: number }[] }>(
        'dictionaries/sae/search?by=logit&text=%20the',
      )
    ).latents;
    type Portrait = { logits: { promoted: { text: string; effect: number }[] } };
    const { logits } = await api<Portrait>(`dictionaries/sae/latents/${best!.latent}`);
    const same = logits.promoted.find(({ text }) => text === ' the');
    if (same) expect(same.effect).toBeCloseTo(best!.value, 4);
    await own.page.getByLabel('Text', { exact: true }).fill('two words');
    await own.page.getByRole('button', { name: 'Search' }).click();
    await own.page.getByText('a search by logit takes one').waitFor();
  });

  test('its directions are mapped, on canvas and in a list', async () => {
    await own.page.getByRole('link', { name: 'Map' }).click();
    await own.page.getByText('first two principal axes').waitFor();
    await own.page.getByRole('button', { name: 'Nearer' }).click();
    await own.page.getByText('zoom 1.6').waitFor();
    const rows = own.page.getByRole('group', { name: 'Latents from left to right' });
    const first = rows.getByRole('button').first();
    const words = await first.textContent();
    await first.click();
    await own.page.getByRole('heading', { name: `Latent ${words!.split(':')[0]}` }).waitFor();
    await own.page.getByText('Strongest examples').waitFor();
    await expectAccessible(own);
    await picture(own, 'map');
  });

  test('it is matched with another of itself and of another seed', async () => {
    const { found } = await api<{ found: { path: string }[] }>('dictionaries');
    await own.page.getByRole('link', { name: 'Beside another' }).click();
    for (const [i, words] of [/^1\.000 \[1\.000, 1\.000\], n = 256/, /^0\.\d+ \[/].entries()) {
      await own.page.getByLabel('Folder of the other').fill(found[i]!.path);
      await own.page.getByRole('button', { name: 'Compare' }).click();
      await own.page.getByRole('definition').filter({ hasText: words }).first().waitFor();
    }
    await expectAccessible(own);
  });

  test('in the playground a token shows its latents, one becomes an edit, and a link replays it by token ids', async () => {
    const { page } = own;
    const settled = () => page.getByText('Ctrl+Enter runs').waitFor();
    await look('playground');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('coherence').waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption('latents of a dictionary');
    await page.getByText(/^At token 0, \d+ active latents/).waitFor();
    const token = page.getByRole('slider', { name: /^Token/ });
    await token.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    await page.getByText('At token 3, 8 active latents').waitFor();
    await expectAccessible(own);
    const plain = await page.locator('[data-side="edited"]').getAttribute('data-tokens');
    const only = page.getByRole('checkbox', { name: 'edits act only where' });
    const clamp = page.getByRole('button', { name: /^Clamp latent/ }).first();
    await only.check();
    await clamp.click();
    const json = page.getByLabel('Edit 1: latent as JSON');
    expect(await json.inputValue()).toContain('"when":{"direction":{"dictionary":"sae"');
    await page.getByRole('button', { name: 'Remove Edit 1: latent' }).click();
    await only.uncheck();
    await clamp.click();
    const kl = () => page.getByRole('region', { name: 'Edited' }).locator('dd').nth(1);
    await kl().waitFor();
    const before = await kl().textContent();
    await page.getByRole('slider', { name: /^value/ }).fill('-20');
    await page.waitForTimeout(300);
    await settled();
    await page.getByText('KL to unedited').nth(1).waitFor();
    const ids = await page.locator('[data-side="edited"]').getAttribute('data-tokens');
    expect(await kl().textContent()).not.toBe(before);
    expect(await page.locator('[data-side="plain"]').getAttribute('data-tokens')).toBe(plain);
    await picture(own, 'latents');
    const link = await page.getByRole('link', { name: 'Branch in a new tab' }).getAttribute('href');
    const other = await own.context.newPage();
    await other.goto(link!);
    await other.getByText(/^Replayed: the same \d+ tokens/).waitFor();
    expect(await other.locator('[data-side="edited"]').getAttribute('data-tokens')).toBe(ids);
    await other.close();
    expect(own.complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });
});
