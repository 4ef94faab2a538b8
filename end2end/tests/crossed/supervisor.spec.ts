/** What a supervisor can do beyond a verifier, and what lies out of scope. */

import { expect, test } from '../../fixtures';
import { decided, office, submitted, taken } from '../../support/applications';
import { Desk } from '../../support/desk';
import { MADE, RATNA } from '../../support/people';
import { member } from '../../support/staff';

const REASON = 'Pemegang sebelumnya cuti hari ini.';

test('a supervisor takes a case over, with a reason', async ({ people, scripted }) => {
  const application = await submitted(await people.newcomer(), { institution: 'Kementerian Sekretariat Negara' });
  const [ratna, made] = [await people.signedIn(RATNA), await people.signedIn(MADE)];
  const [before, after] = [new Desk(ratna), new Desk(made)];
  await before.opensCase(application, 'Rina Hapsari');
  await before.takes();
  await after.opensCase(application, 'Rina Hapsari');
  await after.isHeldBy(RATNA.name);
  const dialog = await after.asks('Ambil alih', 'Ambil alih kasus ini?');
  const takes = () => dialog.getByRole('button', { name: 'Ambil alih' }).click();
  made.allowsRefusal(/^\/verifikasi\//);
  await takes();
  await expect(dialog.getByText('Alasan belum diisi.')).toBeVisible();
  await expect(dialog.getByLabel('Alasan')).toBeFocused();
  await made.looks();
  await dialog.getByLabel('Alasan').fill(REASON);
  await takes();
  await expect(dialog).toHaveCount(0);
  await expect(after.button('Setujui')).toBeVisible();
  await made.looks();
  await made.page.getByRole('link', { name: 'Linimasa' }).click();
  await expect(made.page.getByRole('listitem').filter({ hasText: 'Diambil alih penyelia' })).toContainText(REASON);
  await made.looks();

  // Whoever held it cannot decide it any more, and a verifier has no such button.
  if (!scripted) await ratna.reloads();
  await before.isHeldBy(MADE.name);
  await expect(before.bar.getByRole('link', { name: 'Ambil alih' })).toHaveCount(0);
  await ratna.looks();
});

test('a supervisor opens a decided case again: the access ends, the person is told', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Kalimantan Timur'));
  await decided(await people.signedIn(RATNA), application);
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible();

  const made = await people.signedIn(MADE);
  const desk = new Desk(made);
  await made.goto('/verifikasi/riwayat?cari=' + application.reference);
  await made.sees('Riwayat');
  await made.page.getByRole('row', { name: /Rina Hapsari/ }).getByRole('link').click();
  await made.sees('Rina Hapsari');
  const dialog = await desk.asks('Buka kembali', 'Buka kembali kasus ini?');
  made.allowsRefusal(/^\/verifikasi\//);
  await dialog.getByLabel('Alasan').fill('Salah');
  await dialog.getByRole('button', { name: 'Buka kembali' }).click();
  await expect(dialog.getByText('Alasan kurang dari 10 huruf.')).toBeVisible();
  await made.looks();
  await dialog.getByLabel('Alasan').fill('Surat ternyata sudah dicabut oleh instansi.');
  await dialog.getByRole('button', { name: 'Buka kembali' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(desk.button('Ambil kasus ini')).toBeVisible();
  await made.page.getByRole('link', { name: 'Linimasa' }).click();
  for (const what of ['Dibuka kembali', 'Disetujui']) {
    await expect(made.page.getByRole('listitem').filter({ hasText: what }).first()).toBeVisible();
  }
  await made.looks();

  if (!scripted) await person.reloads();
  await expect(person.page.getByText('Aktif', { exact: true })).toHaveCount(0);
  await person.sees('Manajemen Akses');
  const mail = await person.opensMail('Ditinjau kembali: pengajuan akses PA Dinas Kesehatan Kalimantan Timur');
  await expect(mail.getByText('Surat ternyata sudah dicabut oleh instansi.')).toBeVisible();
  await mail.close();

  // Approved once more, the access is back.
  await decided(made, application);
  if (!scripted) await person.reloads();
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible();
  await person.sees('Manajemen Akses');
});

test('what is out of scope is not there: in the queue, by its address, in the history', async ({ people }) => {
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
  // The person's other application is known to be, but cannot be opened.
  await desk.opensCase(mine, 'Rina Hapsari');
  await verifier.page.getByRole('link', { name: /^Riwayat 1/ }).click();
  const other = verifier.page.getByRole('listitem').filter({ hasText: theirs.reference });
  await expect(other).toBeVisible();
  await expect(other.getByRole('link')).toHaveCount(0);
  await verifier.looks();
});
