/** What mails contain. */

import { type Locator, type Page, expect } from '@playwright/test';
import type { Visitor } from './visitor';

/** The token in the link of the latest mail to an address; `link` captures it. */
export async function mailedToken(visitor: Visitor, email: string, link: RegExp): Promise<string> {
  const mailbox = await (await visitor.context.request.get('/dev/surat')).text();
  const row = new RegExp(`<td>${email}<td><a href="(/dev/surat/[^"]+)"`).exec(mailbox);
  expect(row, `there must be a mail to ${email}`).not.toBeNull();
  const mail = await (await visitor.context.request.get(row![1])).text();
  return link.exec(mail)![1];
}

/** One of the facts that an open mail lists, by its label. */
export function fact(mail: Page, label: string): Locator {
  // Mails are laid out with nested tables; the innermost row is the last.
  return mail.locator('tr', { has: mail.locator('td:first-child', { hasText: new RegExp(`^${label}$`) }) }).last();
}
