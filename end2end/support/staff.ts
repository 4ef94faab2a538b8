/** Members of the staff that a test has to itself: with a queue of their own, since they are bound to institutions. */

import { expect } from '@playwright/test';
import { pick } from './applications';
import { AGUS, PASSWORD, type People, newAddress, post } from './people';
import type { Visitor } from './visitor';

/** Invited by the administrator, through the product's own forms, and signed in. Bound to these provinces, or to none. */
export async function member(
  people: People,
  name: string,
  role: 'verifier' | 'supervisor' | 'admin' = 'verifier',
  provinces: string[] = [],
): Promise<Visitor> {
  const admin = await people.signedIn(AGUS);
  const account = { email: newAddress(), name, password: PASSWORD };
  const ids = await Promise.all(
    provinces.map((province) => pick(admin, 'instansi', { kind: 'provinsi', query: province }, `Provinsi ${province}`)),
  );
  await post(admin, '/admin', [
    ['tindak', 'undang'],
    ['email', account.email],
    ['staff_role', role],
    ['lingkup', ids.length ? 'instansi' : 'nasional'],
    ...ids.map((id): [string, string] => [`scope_${id}`, 'ya']),
  ]);
  const visitor = await people.stranger();
  const token = await tokenOf(visitor, account.email, /undangan\?token=([\w-]+)/);
  await post(visitor, '/undangan', { token, name, password: account.password });
  visitor.account = account;
  return visitor;
}

/** What the link of the latest mail to somebody carries. */
export async function tokenOf(visitor: Visitor, email: string, link: RegExp): Promise<string> {
  const mailbox = await (await visitor.context.request.get('/dev/surat')).text();
  const row = new RegExp(`<td>${email}<td><a href="(/dev/surat/[^"]+)"`).exec(mailbox);
  expect(row, `a mail to ${email}`).not.toBeNull();
  const mail = await (await visitor.context.request.get(row![1])).text();
  return link.exec(mail)![1];
}
