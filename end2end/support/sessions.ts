/** A session that ends, or begins again, while a page of it stays open. */

import { post } from './requests';
import type { Visitor } from './visitor';

/** Areas whose pages update themselves over a stream of events. */
type Area = '/akses' | '/verifikasi';

/** Ends the session without touching the page; waits until the page has been refused a new stream. */
export async function losesSession(visitor: Visitor, area: Area): Promise<void> {
  visitor.allows(401, new RegExp(`^${area}/peristiwa$`));
  const refused = streamAnswer(visitor, area, 401);
  await post(visitor, '/keluar', {});
  await refused;
}

/** Signs in again without touching the page; waits until the page has a stream again. */
export async function findsSession(visitor: Visitor, area: Area): Promise<void> {
  const { email, password } = visitor.account!;
  const opened = streamAnswer(visitor, area, 200);
  await post(visitor, '/masuk', { email, password });
  await opened;
}

async function streamAnswer({ page }: Visitor, area: Area, status: number): Promise<void> {
  await page.waitForResponse((answer) => answer.status() === status && answer.url().endsWith(`${area}/peristiwa`));
}
