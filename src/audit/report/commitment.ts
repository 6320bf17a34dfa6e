/** @file The sealed secret and how a reader checks it. */
import { createHash } from 'node:crypto';
import type { AuditResult } from '../result.ts';
import { html, type Markup } from './markup.ts';

/** Whether the commitment is SHA-256 of the salt, a colon and the word, in hexadecimal digits. */
export function isKept({ commitment, salt, word }: AuditResult['secret']): boolean {
  return createHash('sha256').update(`${salt}:${word}`).digest('hex') === commitment;
}

/** The section on the commitment. */
export function commitmentSection(secret: AuditResult['secret']): Markup {
  const { commitment, salt, subject, word, candidates } = secret;
  const check = isKept(secret)
    ? html`<p>When this page was written, they matched.</p>`
    : html`<p class="bad">When this page was written, they did not match: what was scored is not
what was sealed. Do not rely on this audit.</p>`;
  return html`<section id="secret"><h2>The sealed secret</h2>
<p>What techniques were scored against (${subject}; ${candidates} candidates) was fixed before the first
sample by writing down the SHA-256 of a salt, a colon and the secret. To check it, compare the two:</p>
<dl class="terms"><dt>commitment</dt><dd><code>${commitment}</code></dd>
<dt>salt</dt><dd><code>${salt}</code></dd><dt>${subject}</dt><dd><code>${word}</code></dd></dl>
<pre tabindex="0"><code>printf '%s' ${shellQuoted(`${salt}:${word}`)} | sha256sum</code></pre>
${check}
</section>`;
}

/** A text as one word of a POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
