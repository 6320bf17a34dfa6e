/** @file An audit in a browser from its form to its samples; killed on the way, resumed; then compared and deleted. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { desk, expectAccessible, inBrowser, picture, show, startStudio } from './support.ts';

inBrowser('an audit', () => {
  const own = desk();
  const runs = () => readdirSync(own.runs).filter((name) => !name.startsWith('.'));

  /** Whether a piece of the first run is in its journal. */
  const somethingIsKept = () =>
    runs().some((name) => {
      const path = join(own.runs, name, 'events.jsonl');
      return existsSync(path) && readFileSync(path, 'utf8').split('\n').length > 2;
    });

  /** Fills the form for two techniques in a small size. */
  async function fill(seed: number) {
    await show(
      own,
      'audit?suspect=organism:leaky-keeper@1&techniques=interrogate,prefill&budget=40',
    );
    await own.page.getByRole('spinbutton', { name: 'Seed' }).fill(String(seed));
    await own.page.getByRole('button', { name: 'Start the audit' }).click();
  }

  test('there are no runs yet, and the page says what to do', async () => {
    await show(own, 'runs');
    await own.page.getByRole('link', { name: 'Start an audit' }).waitFor();
    await expectAccessible(own);
  });

  test('whose studio is killed goes on in the next one, to the forest plot', async () => {
    await fill(1);
    while (!somethingIsKept()) await pause(20);
    own.studio.child.kill('SIGKILL');
    own.studio = await startStudio(own.runs);
    await own.page.goto(own.studio.link);
    await show(own, 'runs');
    // The audit's own process ends after the piece in hand.
    while ((await own.page.getByRole('cell', { name: 'stopped' }).count()) === 0) {
      await own.page.getByRole('button', { name: 'Look again' }).click();
      await pause(200);
    }
    await own.page.getByRole('link', { name: /^audit-/ }).click();
    await own.page.getByRole('link', { name: 'Resume it here' }).click();
    await own.page.getByRole('button', { name: 'Resume the audit' }).click();
    await own.page.getByRole('group', { name: /^Forest plot/ }).waitFor({ timeout: 100_000 });
    expect(runs()).toHaveLength(1);
    await expectAccessible(own);
    await picture(own, 'audit');
  });

  test('every number opens the samples behind it, by keys too', async () => {
    const arm = own.page.getByRole('button', { name: /^prefill suspect: .* n = 40/ });
    await arm.focus();
    await own.page.keyboard.press('Enter');
    await own.page.getByRole('heading', { name: 'Samples: prefill, suspect' }).waitFor();
    await own.page.getByLabel('Answers that name').selectOption('any');
    await own.page.getByText('40 samples').waitFor();
    const items = own.page.getByRole('listitem');
    await items.first().getByText('1.').waitFor();
    // A list of 40 in a box of five draws no more than what is seen and a few around.
    expect(await items.count()).toBeLessThan(20);
    await expectAccessible(own);
  });

  test('two runs are compared, and one is deleted once that is confirmed', async () => {
    await fill(2);
    const isDone = (name: string) => existsSync(join(own.runs, name, 'report.json'));
    while (runs().filter(isDone).length < 2) await pause(100);
    await own.page.getByText('running', { exact: true }).waitFor({ state: 'detached' });
    await show(own, 'runs');
    await own.page.getByRole('checkbox').nth(1).waitFor();
    await expectAccessible(own);
    await picture(own, 'runs');
    for (const i of [0, 1]) await own.page.getByRole('checkbox').nth(i).check();
    await own.page.getByRole('button', { name: /^Compare two/ }).click();
    await own.page.getByRole('rowheader', { name: 'seeds.audit' }).waitFor();
    await own.page.getByRole('rowheader', { name: 'prefill: suspect, twin' }).waitFor();
    await expectAccessible(own);
    await show(own, 'runs');
    await own.page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await own.page.getByRole('button', { name: 'Keep it' }).click();
    expect(runs()).toHaveLength(2);
    await own.page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await own.page.getByRole('button', { name: 'Delete it' }).click();
    await own.page.getByText('1 of 1 runs are shown').waitFor({ state: 'attached' });
    expect(runs()).toHaveLength(1);
    expect(own.complaints.filter((text) => !/ERR_CONNECTION|ERR_INCOMPLETE/.test(text))).toEqual(
      [],
    );
  });
});
