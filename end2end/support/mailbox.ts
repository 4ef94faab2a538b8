/** What mails contain. */

import { type Locator, type Page, expect } from '@playwright/test';
import type { Visitor } from './visitor';

/** Opens the link to the page `path` in the latest mail to an address: from now on the browser holds its secret. */
export async function opensMailedLink(visitor: Visitor, email: string, path: string): Promise<void> {
  const mailbox = await (await visitor.context.request.get('/dev/surat')).text();
  const row = new RegExp(`<td>${email}<td><a href="(/dev/surat/[^"]+)"`).exec(mailbox);
  expect(row, `there must be a mail to ${email}`).not.toBeNull();
  const mail = await (await visitor.context.request.get(row![1])).text();
  const link = new RegExp(`${path}\\?token=[\\w-]+`).exec(mail)![0];
  const answer = await visitor.context.request.get(link, { maxRedirects: 0 });
  expect(answer.status(), `${path} must take the secret out of its address`).toBe(303);
  expect(answer.headers()['location']).toBe(path);
}

/** One of the facts that an open mail lists, by its label. */
export function fact(mail: Page, label: string): Locator {
  // Mails are laid out with nested tables; the innermost row is the last.
  return mail.locator('tr', { has: mail.locator('td:first-child', { hasText: new RegExp(`^${label}$`) }) }).last();
}
