/** Responses that come late, out of order or not at all. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { office, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { member } from '../../support/staff';

test('a late response of the queue does not replace a newer one', async ({ people }) => {
  const verifier = await member(people, 'Frans Kaisiepo', 'verifier', ['Jawa Tengah']);
  const person = await people.newcomer();
  const { page } = verifier;
  const desk = new Desk(verifier);
  await desk.opens();
  await expect(page.getByText('Antrean kosong')).toBeVisible();
  const late: (() => Promise<void>)[] = [];
  await page.route(
    '**/api/verifikasi/antrean?*',
    async (route) => {
      const response = await route.fetch();
      late.push(() => route.fulfill({ response }));
    },
    { times: 1 },
  );
  await submitted(person, office('Jawa Tengah', 'Dinas Perhubungan'));
  await expect.poll(() => late.length).toBe(1);
  await submitted(person, office('Jawa Tengah', 'Dinas Pariwisata'));
  await expect(desk.rows()).toHaveCount(2);
  await late[0]();
  await verifier.inspects();
  await expect(desk.rows()).toHaveCount(2);
});

test('a page of the letter that fails to load is requested again', async ({ people }) => {
  const application = await submitted(await people.newcomer(), office('Kepulauan Riau'));
  const verifier = await people.signedIn(RATNA);
  const { page } = verifier;
  // As if the server were busy with other letters.
  verifier.allows(0, /\/0\.png$/);
  await page.route('**/0.png?*', (route) => route.abort(), { times: 1 });
  await new Desk(verifier).opensCase(application, 'Rina Hapsari');
  const failure = page.getByText('Halaman 1 tidak dapat digambar');
  await expect(failure).toBeVisible();
  await verifier.inspects();
  const drawn = page.getByRole('img', { name: 'Surat, halaman 1 dari 1' });
  await expect(drawn).toBeVisible();
  await expect(failure).toHaveCount(0);
  await expect(drawn).toHaveAttribute('src', /\?lebar=1200&coba=1$/);
});
