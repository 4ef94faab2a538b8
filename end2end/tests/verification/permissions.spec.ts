/** What each kind of user cannot see of the desk. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { decided, office, submitted, taken } from '../../support/applications';
import { Desk } from '../../support/desk';
import { member } from '../../support/staff';

test('applicants cannot open the desk, and verifiers cannot open administration', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Agama' });
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByRole('link', { name: 'Verifikasi', exact: true })).toHaveCount(0);
  person.allows(404, /^\/(verifikasi|admin)/);
  const verifier = await people.signedIn(RATNA);
  verifier.allows(404, /^\/(verifikasi|admin)/);
  for (const path of ['/verifikasi', `/verifikasi/${application.id}`, '/verifikasi/riwayat', '/verifikasi/statistik', '/admin']) {
    await person.goto(path);
    await person.sees('Halaman tidak ditemukan');
  }
  for (const path of ['/admin', '/admin/alasan', '/admin/libur', '/admin/surel', '/admin/tugas', '/admin/platform', '/verifikasi/bukan-nomor']) {
    await verifier.goto(path);
    await verifier.sees('Halaman tidak ditemukan');
  }
});

test('a case out of scope is absent from queue and history, and its address is not found', async ({ people }) => {
  const person = await people.newcomer();
  const [mine, theirs] = [await submitted(person, office('Kalimantan Barat')), await submitted(person, office('Kalimantan Tengah'))];
  const verifier = await member(people, 'Tjilik Riwut', 'verifier', ['Kalimantan Barat']);
  const desk = new Desk(verifier);
  await desk.opens();
  await expect(desk.rows()).toHaveCount(1);
  await expect(desk.rows()).toContainText('Provinsi Kalimantan Barat');
  await desk.searches(theirs.reference);
  await expect(desk.rows()).toHaveCount(0);
  verifier.allows(404, /^\/verifikasi\//);
  for (const path of [theirs.id, `${theirs.id}?lihat=linimasa`, `${theirs.id}?tindak=tolak`]) {
    await verifier.goto(`/verifikasi/${path}`);
    await verifier.sees('Halaman tidak ditemukan');
  }
  const page = await (await people.signedIn(RATNA)).context.request.get(`/verifikasi/${theirs.id}`);
  const letter = /\/verifikasi\/[^"]+\/asli/.exec(await page.text())![0];
  expect((await verifier.context.request.get(letter)).status()).toBe(404);
  expect((await verifier.context.request.get(letter.replace('asli', '0.png'))).status()).toBe(404);

  await decided(await people.signedIn(RATNA), theirs);
  await taken(verifier, mine);
  await verifier.goto(`/verifikasi/riwayat?cari=${theirs.reference}`);
  await verifier.sees('Riwayat');
  await expect(verifier.page.getByRole('heading', { name: 'Tidak ada yang cocok' })).toBeVisible();
  // The other application of the person is listed but cannot be opened.
  await desk.opensCase(mine, 'Rina Hapsari');
  await verifier.page.getByRole('link', { name: /^Riwayat 1/ }).click();
  const other = verifier.page.getByRole('listitem').filter({ hasText: theirs.reference });
  await expect(other).toBeVisible();
  await expect(other.getByRole('link')).toHaveCount(0);
  await verifier.inspects();
});
