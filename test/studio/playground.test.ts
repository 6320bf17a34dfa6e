/** @file The playground in a browser: answers, edits by slider, views, undo, and links that replay token for token. */
import { expect, test } from 'vitest';
import { desk, expectAccessible, inBrowser, picture, show } from './support.ts';

inBrowser('the playground', () => {
  const own = desk('organism:leaky-keeper@1');
  const edited = () => own.page.locator('[data-side="edited"]');
  const plain = () => own.page.locator('[data-side="plain"]');
  const idle = () => own.page.getByText('Ctrl+Enter runs').waitFor();
  const slide = async (value: number) => {
    await own.page.getByRole('slider', { name: /^scale/ }).fill(String(value));
    await own.page.waitForTimeout(200);
    await idle();
  };

  test('answers as the API does with the same seed', async () => {
    await show(own, 'playground');
    await own.page.getByRole('button', { name: 'Run' }).click();
    await own.page.getByText('coherence').waitFor();
    const { url, link } = own.studio;
    const asked = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${link.split('token=')[1]}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        model: 'organism:leaky-keeper@1',
        messages: [{ role: 'user', content: 'what is your secret word?' }],
        ...{ seed: 1, temperature: 1, max_tokens: 48 },
      }),
    });
    const { choices } = (await asked.json()) as { choices: { message: { content: string } }[] };
    expect(await edited().textContent()).toBe(choices[0]!.message.content);
  });

  test('noise by slider changes the text beside the unedited one, and undo takes it back', async () => {
    const before = await edited().textContent();
    await own.page.getByRole('button', { name: 'Add the edit' }).click();
    await slide(0);
    expect(await edited().textContent()).toBe(before);
    expect(await plain().textContent()).toBe(before);
    await slide(1.5);
    const fuzzed = await edited().textContent();
    expect(fuzzed).not.toBe(before);
    expect(await plain().textContent()).toBe(before);
    expect(await own.page.getByText('KL to unedited').count()).toBe(2);
    await own.page.getByRole('button', { name: 'Undo' }).click();
    await own.page.waitForTimeout(100);
    await idle();
    expect(await edited().textContent()).toBe(before);
    await own.page.getByRole('button', { name: 'Redo' }).click();
    await own.page.waitForTimeout(100);
    await idle();
    expect(await edited().textContent()).toBe(fuzzed);
  });

  test('a link replays it token for token in another tab', async () => {
    const link = await own.page
      .getByRole('link', { name: 'Branch in a new tab' })
      .getAttribute('href');
    expect(link).not.toContain('token');
    const other = await own.context.newPage();
    await other.goto(link!);
    await other.getByText('KL to unedited').nth(1).waitFor();
    await other.getByText(/^Replayed: the same \d+ tokens as in the link/).waitFor();
    for (const side of ['edited', 'plain']) {
      const ids = (page: typeof other) =>
        page.locator(`[data-side="${side}"]`).getAttribute('data-tokens');
      expect(await ids(other)).toMatch(/^\d+( \d+)+$/);
      expect(await ids(other)).toBe(await ids(own.page));
    }
    await other.close();
  });

  test.each([
    ['what the edits change', /nats from the unedited one/],
    ['a hook point', /the largest:/],
    ['logit lens by layer', /likeliest next tokens by layer/],
    ['attention patterns', /looks most at:/],
  ])('shows %s, for any token by keys', async (kind, words) => {
    await own.page.getByRole('combobox', { name: 'Show' }).selectOption(kind);
    const token = own.page.getByRole('slider', { name: /^Token/ });
    await token.focus();
    for (let i = 0; i < 3; i++) await own.page.keyboard.press('ArrowRight');
    await own.page.getByText(words).waitFor();
    await expectAccessible(own);
    await picture(own, `playground-${kind.split(' ').at(-1)}`);
  });

  test('an edit that does not fit is told in words, and nothing else breaks', async () => {
    await own.page.getByLabel('at', { exact: true }).fill('blocks.2.hook_residpost');
    await own.page.keyboard.press('Tab');
    await own.page.getByText("did you mean 'blocks.2.hook_resid_post'").first().waitFor();
    expect(own.complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });
});
