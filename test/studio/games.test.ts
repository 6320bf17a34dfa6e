/** @file A blind game in a browser from its seal to its score; and what the studio's routes tell before that: nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sealedSchema } from '../../src/audit/blind/index.ts';
import { parseReference } from '../../src/organism/index.ts';
import { SECRET_WORD } from '../../src/world/index.ts';
import { desk, expectAccessible, inBrowser, picture, show, startStudio } from './support.ts';

const SUSPECT = 'organism:leaky-keeper@1';
const { recipe, seed } = parseReference(SUSPECT);
const WORD = SECRET_WORD.candidates[recipe.kind.truth!(seed)[0]!]!;

inBrowser('a blind game', () => {
  const own = desk();
  const button = (name: string | RegExp) => own.page.getByRole('button', { name });
  const heading = (name: string | RegExp) => own.page.getByRole('heading', { name });

  /** Hosts a game about the keeper; the name of its run. */
  async function host(): Promise<string> {
    await show(own, 'games');
    await own.page.getByLabel('What is sealed').selectOption(SUSPECT);
    await button('Seal it and play').click();
    await heading('Tools').waitFor();
    const { open } = (await told('GET', '/v1/touchstone/games')).json as {
      open: { run: string }[];
    };
    return open.at(-1)!.run;
  }

  /** An answer of the studio to a program that has its token. */
  async function told(method: string, path: string, body?: string) {
    const { origin, hash } = new URL(own.studio.link);
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${hash.split('=')[1]}`,
        'content-type': 'application/json',
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : {} };
  }

  test('begins where the page says what to do, and is refused in words', async () => {
    await show(own, 'games');
    await own.page.getByText('None yet. Host a game above').waitFor();
    await expectAccessible(own);
    await own.page.getByLabel('URL').fill('http://192.0.2.1:8000');
    await own.page.getByRole('textbox', { name: 'Token' }).fill('x');
    await button('Join it').click();
    await own.page.getByText('the URL is not of this machine').waitFor();
    await own.page.getByLabel('URL').fill('http://127.0.0.1:9');
    await button('Join it').click();
    await own.page
      .getByText('no answer from the game at http://127.0.0.1:9 (is the host up?')
      .waitFor();
  });

  test('is played by keys from its tools with prices to its score, and stands on the board', async () => {
    await host();
    const ask = button(/^ask up to 4 samples, \d+ tokens/);
    await ask.focus();
    await own.page.keyboard.press('Enter');
    await own.page.getByLabel(/^n /).fill('8');
    await own.page.keyboard.press('Tab');
    await own.page.getByText(/up to 8 samples/).waitFor();
    await own.page.keyboard.press('Enter');
    await button('Use ask').focus();
    await own.page.keyboard.press('Enter');
    await own.page.getByText('1. ask').waitFor();
    await own.page.getByText('392 samples of 400 samples left').waitFor();
    await button(/^lens/).click();
    await button('Use lens').click();
    await own.page.getByText('2. lens').waitFor();
    await expectAccessible(own);
    await picture(own, 'game');
    for (const guess of [SECRET_WORD.candidates.find((one) => one !== WORD)!, WORD]) {
      await own.page.getByLabel('A candidate').fill(guess);
      await button('Add the guess').click();
    }
    await button(`Up ${WORD}`).click();
    await button('Submit 2 guesses').click();
    await button('Yes, open the seal').click();
    await heading('The score: found').waitFor();
    await own.page.getByText(`${WORD}: right`).waitFor();
    await expectAccessible(own);
    await own.page.getByRole('button', { name: 'Leave the game' }).click();
    await heading(/^Finished games/).waitFor();
    await own.page.getByRole('cell', { name: SUSPECT }).waitFor();
    await expectAccessible(own);
    await picture(own, 'games');
  });

  test('whose studio is killed goes on in the next one with what was spent', async () => {
    const run = await host();
    await button(/^ask/).click();
    await button('Use ask').click();
    await own.page.getByText('1. ask').waitFor();
    own.studio.child.kill('SIGKILL');
    own.studio = await startStudio(own.runs);
    await own.page.goto(own.studio.link);
    await show(own, 'games');
    await button(`Go on with ${run}`).click();
    await own.page.getByText('396 samples of 400 samples left').waitFor();
    await own.page.getByText('1. ask').waitFor();
  });

  test('no route of the studio tells what is sealed before guesses are in', async () => {
    const { open, board } = (await told('GET', '/v1/touchstone/games')).json as {
      open: { id: string; run: string }[];
      board: { run: string }[];
    };
    // A game that is over tells what it was about.
    for (const { run } of board) await told('DELETE', `/v1/touchstone/runs/${run}`);
    const { id, run } = open[0]!;
    const sealed = sealedIn(join(own.runs, run, 'events.jsonl'));
    expect(sealed.suspect).toBe(SUSPECT);
    const { paths } = (await told('GET', '/openapi.json')).json as {
      paths: Record<string, Record<string, unknown>>;
    };
    const fill = (path: string) =>
      path
        .replace('{id}', id)
        .replace('{run}', run)
        .replace('{tool}', 'ask')
        .replace(/\{\w+\}/, run);
    const right = [{ run }, { model: run }, { question: 'who are you?' }];
    const wrong = ['{', '{}', '[]', '{"guesses": "x"}', JSON.stringify({ model: run, run })];
    const bodies = [...wrong, ...right.map((body) => JSON.stringify(body))];
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path: fill(path), method: method.toUpperCase() })),
    );
    // The game is left last: its run lies there stopped, and is asked for again.
    const ending = { path: `/v1/touchstone/games/${id}`, method: 'DELETE' };
    const asked = routes.filter(({ method }) => method !== 'DELETE');
    for (const route of [...asked, ending, ...asked])
      for (const body of route.method === 'POST' ? bodies : [undefined]) {
        const { text } = await told(route.method, route.path, body);
        // The structure of a result is in the document of the API; its values are nowhere.
        const values = route.path === '/openapi.json' ? '' : text;
        for (const secret of [sealed.salt, String(sealed.seed), SUSPECT, '"truth"'])
          expect(values, `${route.method} ${route.path} ${body}`).not.toContain(secret);
        expect(beyondPublic(values)).not.toMatch(new RegExp(`\\b${WORD}\\b`));
      }
    expect(asked.length).toBeGreaterThan(25);
  });
});

function sealedIn(path: string) {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const found = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .flatMap((line) => Object.values(line))
    .find((value) => sealedSchema.safeParse(value).success);
  return sealedSchema.parse(found);
}

/** An answer without what is public: the candidates, and what the model said. */
function beyondPublic(text: string): string {
  return text.replace(/"(?:text|named|candidates)":(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/g, '');
}
