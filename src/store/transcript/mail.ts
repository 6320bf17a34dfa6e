/** @file Mail read as a transcript: an mbox of messages, or one message. */
import PostalMime, { type Email } from 'postal-mime';
import { badInput } from '../../tensor/index.ts';
import type { Message } from './transcript.ts';

/** Whether a text looks like mail: an mbox's first line, or a header that every message has. */
export function isMail(text: string): boolean {
  return (
    /^From \S+.*\d{4}/.test(text) ||
    /^(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?(?:message-id|from):/i.test(text)
  );
}

/** @throws TouchstoneError where there is no message in it */
export async function readMail(text: string, path: string): Promise<Message[]> {
  const parts = splitMbox(text);
  const messages: Message[] = [];
  for (const part of parts) messages.push(messageOf(await PostalMime.parse(part)));
  if (messages.length === 0) badInput(`${path} holds no mail`);
  return messages;
}

/** Messages of an mbox (RFC 4155): each after a line that begins with `From `; such lines within are quoted by `>`. */
function splitMbox(text: string): string[] {
  if (!/^From /.test(text)) return [text];
  return text
    .split(/(?:^|\r?\n)From [^\r\n]*\r?\n/)
    .filter((part) => part.trim() !== '')
    .map((part) => part.replace(/^>(>*From )/gm, '$1'));
}

function messageOf(mail: Email): Message {
  const { from, messageId, inReplyTo, references, date, subject, text } = mail;
  const name = from?.name || (from && 'address' in from ? from.address : undefined);
  return {
    content: text ?? '',
    ...(name && { from: name }),
    ...(messageId && { id: messageId }),
    ...(inReplyTo && { inReplyTo: idsIn(inReplyTo)[0] ?? inReplyTo }),
    ...(references && { references: idsIn(references) }),
    ...(date && { date }),
    ...(subject && { subject }),
  };
}

function idsIn(text: string): string[] {
  return text.match(/<[^<>\s]+>/g) ?? [];
}
