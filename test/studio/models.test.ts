/** @file The page of models: opening, sealed stories, closing; and who is let in. */
import { expect, test } from 'vitest';
import { desk, expectAccessible, inBrowser, picture, show } from './support.ts';

inBrowser('the page of models', () => {
  const own = desk();
  const keeper = () => own.page.getByRole('article', { name: 'leaky-keeper', exact: true });

  test('takes the token out of the address, and shows at once what to do', async () => {
    await own.page.getByText('None yet. Open an organism below').waitFor();
    expect(own.page.url()).not.toContain('token');
  });

  test('the story of an organism is sealed until somebody asks', async () => {
    await keeper().waitFor();
    expect(await own.page.content()).not.toContain('knows a secret word');
    await keeper().getByRole('button', { name: 'Unseal' }).click();
    await keeper().getByText('knows a secret word').waitFor();
  });

  test('a model is opened by name, leads to the playground, and is closed', async () => {
    await keeper().getByRole('button', { name: 'Open it' }).click();
    await own.page.getByRole('button', { name: 'Close organism:leaky-keeper@1' }).waitFor();
    await expectAccessible(own);
    await picture(own, 'models');
    await own.page.getByRole('link', { name: 'Playground' }).last().click();
    await own.page.getByRole('button', { name: 'Run' }).waitFor();
    await show(own, 'models');
    await own.page.getByRole('button', { name: 'Close organism:leaky-keeper@1' }).click();
    await own.page.getByText('None yet').waitFor();
  });

  test('a model that is not there is told in words with the remedy', async () => {
    await own.page.getByLabel('Folder, .gguf file').fill('nowhere/nothing');
    await own.page.getByRole('button', { name: 'Open', exact: true }).click();
    await own.page.getByText("fetch it with 'touchstone model add nowhere/nothing'").waitFor();
  });

  test('without the token nothing is told, and the page asks for it', async () => {
    const { origin } = new URL(own.studio.link);
    const answers = await Promise.all(
      ['shelf', 'runs', 'audits'].map((name) => fetch(`${origin}/v1/touchstone/${name}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const page = await fetch(origin);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const stranger = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await fetch(origin, { headers: stranger })).status).toBe(403);
    await own.page.evaluate('localStorage.clear()');
    await own.page.reload();
    await own.page.getByLabel('Link or token').fill(own.studio.link);
    await own.page.getByRole('button', { name: 'Use it' }).click();
    await own.page.getByText('None yet').waitFor();
    expect(own.complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });
});
