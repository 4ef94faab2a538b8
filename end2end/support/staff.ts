/** Members of the staff made for one test. Bound to institutions of that test, they have a queue of their own. */

import { expect } from '@playwright/test';
import { AGUS, ENDANG, PASSWORD, newAddress } from './accounts';
import { opensMailedLink } from './mailbox';
import type { People } from './people';
import { pick, post } from './requests';
import type { Visitor } from './visitor';

/**
 * Invites a member of the staff and signs in as that member. The scope is these provinces, or national if there are none.
 * The second administrator confirms any role but verifier.
 */
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
  if (role !== 'verifier') await confirms(people, account.email);
  const visitor = await people.anonymous();
  await opensMailedLink(visitor, account.email, '/undangan');
  await post(visitor, '/undangan', { name, password: account.password });
  visitor.account = account;
  return visitor;
}

/** Confirms the role that the first administrator proposed for an address, as the second one. */
async function confirms(people: People, email: string): Promise<void> {
  const second = await people.signedIn(ENDANG);
  const page = await (await second.context.request.get('/admin')).text();
  const proposal = new RegExp(`${email}[^]*?name="kukuhkan" value="([^"]+)"`).exec(page);
  expect(proposal, `a role must be proposed for ${email}`).not.toBeNull();
  await post(second, '/admin', { kukuhkan: proposal![1] });
}
