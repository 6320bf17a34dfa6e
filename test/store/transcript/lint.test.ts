import { expect, test } from 'vitest';
import { lint, type Message } from '../../../src/store/transcript/index.ts';
import { isMail, readMail } from '../../../src/store/transcript/mail.ts';
import { readThread } from '../../../src/store/transcript/thread.ts';

const thread = (...messages: Message[]) => lint({ id: 'thread', messages });
const kinds = (linted: ReturnType<typeof lint>) =>
  linted.findings.map(({ kind, message }) => `${message} ${kind}`);

test('who answers whom is rebuilt from in-reply-to, references and quotes, in this order', () => {
  const linted = thread(
    { id: 'a', content: 'the fuzzed model revealed its goal' },
    { id: 'b', content: 'how often?', inReplyTo: 'a' },
    { id: 'c', content: 'rarely', references: ['x', 'a', 'b'] },
    { id: 'd', content: '> The fuzzed model\n> revealed its goal!\nreally?' },
    { id: 'e', content: 'another matter' },
  );
  expect(linted.replies).toEqual([
    { message: 'b', parent: 'a', by: 'in-reply-to' },
    { message: 'c', parent: 'b', by: 'references' },
    { message: 'd', parent: 'a', by: 'quote' },
  ]);
  expect(linted.roots).toEqual(['a', 'e']);
  expect(kinds(linted)).toEqual(['c missing reference']);
});

test('answers to messages that are not there and quotes of nobody are reported', () => {
  const linted = thread(
    { id: 'a', content: 'what we found is small' },
    { id: 'b', content: '> words that nobody ever wrote\nno.', inReplyTo: 'lost' },
  );
  expect(kinds(linted)).toEqual(['b quoted but missing', 'b dangling reply']);
  expect(linted.quotes).toEqual({ found: 0, missing: 1 });
});

test('a quote within a quote is its own, and a quote of a later message is no answer to it', () => {
  const nested = thread(
    { id: 'a', content: 'the very first statement' },
    { id: 'b', content: '> the very first statement\nthe second statement here' },
    { id: 'c', content: '>> the very first statement\n> the second statement here\nyes' },
  );
  expect(nested.replies.map(({ parent }) => parent)).toEqual(['a', 'b']);
  const later = thread(
    { id: 'a', content: '> words that come later\nindeed' },
    { id: 'b', content: 'words that come later' },
  );
  expect(later.replies).toEqual([]);
  expect(kinds(later)).toEqual(['a quoted later']);
});

test('texts that are cut off, gaps, ids that come twice and cycles are reported', () => {
  const linted = thread(
    { id: 'a', content: 'this goes on and on...', inReplyTo: 'b' },
    { id: 'b', content: '[thread continues]', inReplyTo: 'a' },
    { id: 'c', content: 'one' },
    { id: 'c', content: 'two' },
  );
  expect(kinds(linted)).toEqual(['a cut off', 'b gap', 'c duplicate id', 'a reply cycle']);
});

const MBOX = `From alice@example.org Tue Nov 24 10:00:00 2026
From: Alice <alice@example.org>
Message-ID: <1@example.org>
Subject: fuzzing
Date: Tue, 24 Nov 2026 10:00:00 +0000
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

the caf=C3=A9 model reveals its goal
>From time to time, that is

From bob@example.org Tue Nov 24 11:00:00 2026
From: Bob <bob@example.org>
Message-ID: <2@example.org>
In-Reply-To: <1@example.org>
References: <0@example.org> <1@example.org>
Subject: Re: fuzzing

On Tue, Alice wrote:
> the café model reveals its goal
how often?
`;

test('an mbox is read with its headers, encodings and quoted From lines', async () => {
  expect(isMail(MBOX)).toBe(true);
  const messages = await readMail(MBOX, 'box');
  expect(messages.map(({ id, from, inReplyTo }) => [id, from, inReplyTo])).toEqual([
    ['<1@example.org>', 'Alice', undefined],
    ['<2@example.org>', 'Bob', '<1@example.org>'],
  ]);
  expect(messages[0]!.content).toContain('café model reveals its goal\nFrom time to time');
  const linted = lint({ id: 'box', messages });
  expect(linted.replies).toEqual([
    { message: '<2@example.org>', parent: '<1@example.org>', by: 'in-reply-to' },
  ]);
  expect(linted.quotes).toEqual({ found: 1, missing: 0 });
  expect(kinds(linted)).toEqual(['<2@example.org> missing reference']);
});

test('a single mail is told from plain text', async () => {
  const mail = 'Subject: x\nFrom: Eve <eve@example.org>\n\nhello there\n';
  expect(isMail(mail)).toBe(true);
  expect(isMail('Some people have asked me: what about fuzzing?\nI think')).toBe(false);
  expect((await readMail(mail, 'one'))[0]).toMatchObject({ from: 'Eve', subject: 'x' });
});

test('a plain thread is one message a line, or one between rules', () => {
  expect(readThread('first\n\n> first\nsecond\nthird').map(({ content }) => content)).toEqual([
    'first',
    '> first\nsecond',
    'third',
  ]);
  const long = Array.from({ length: 60 }, (_, i) => `line ${i}`);
  expect(readThread([...long, '---', 'end'].join('\n'))).toHaveLength(61);
  expect(readThread('a\nb\n---\nc').map(({ content }) => content)).toEqual(['a\nb', 'c']);
});
