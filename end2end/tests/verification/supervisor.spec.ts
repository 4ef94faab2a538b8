/** What supervisors can do beyond verifiers. */

import { expect, test } from '../../fixtures';
import { MADE, RATNA } from '../../support/accounts';
import { decided, office, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';

const REASON = 'Pemegang sebelumnya cuti hari ini.';

test('a supervisor takes a case over and gives a reason', async ({ people, scripted }) => {
  const application = await submitted(await people.newcomer(), { institution: 'Kementerian Sekretariat Negara' });
  const [ratna, made] = [await people.signedIn(RATNA), await people.signedIn(MADE)];
  const [before, after] = [new Desk(ratna), new Desk(made)];
  await before.opensCase(application, 'Rina Hapsari');
  await before.takes();
  await after.opensCase(application, 'Rina Hapsari');
  await after.isHeldBy(RATNA.name);
  const dialog = await after.opensDialog('Ambil alih', 'Ambil alih kasus ini?');
  const takes = () => dialog.getByRole('button', { name: 'Ambil alih' }).click();
  made.allowsRefusal(/^\/verifikasi\//);
  await takes();
  await expect(dialog.getByText('Alasan belum diisi.')).toBeVisible();
  await expect(dialog.getByLabel('Alasan')).toBeFocused();
  await made.inspects();
  await dialog.getByLabel('Alasan').fill(REASON);
  await takes();
  await expect(dialog).toHaveCount(0);
  await expect(after.button('Setujui')).toBeVisible();
  await made.inspects();
  await made.page.getByRole('link', { name: 'Linimasa' }).click();
  await expect(made.page.getByRole('listitem').filter({ hasText: 'Diambil alih penyelia' })).toContainText(REASON);
  await made.inspects();

  // The previous holder can no longer decide, and verifiers have no Ambil alih button.
  if (!scripted) await ratna.reloads();
  await before.isHeldBy(MADE.name);
  await expect(before.bar.getByRole('link', { name: 'Ambil alih' })).toHaveCount(0);
  await ratna.inspects();
});

test('a reopened case ends the access and tells the applicant', async ({ people, scripted }) => {
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
  const dialog = await desk.opensDialog('Buka kembali', 'Buka kembali kasus ini?');
  made.allowsRefusal(/^\/verifikasi\//);
  await dialog.getByLabel('Alasan').fill('Salah');
  await dialog.getByRole('button', { name: 'Buka kembali' }).click();
  await expect(dialog.getByText('Alasan kurang dari 10 huruf.')).toBeVisible();
  await made.inspects();
  await dialog.getByLabel('Alasan').fill('Surat ternyata sudah dicabut oleh instansi.');
  await dialog.getByRole('button', { name: 'Buka kembali' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(desk.button('Ambil kasus ini')).toBeVisible();
  await made.page.getByRole('link', { name: 'Linimasa' }).click();
  for (const what of ['Dibuka kembali', 'Disetujui']) {
    await expect(made.page.getByRole('listitem').filter({ hasText: what }).first()).toBeVisible();
  }
  await made.inspects();

  if (!scripted) await person.reloads();
  await expect(person.page.getByText('Aktif', { exact: true })).toHaveCount(0);
  await person.sees('Manajemen Akses');
  const mail = await person.opensMail('Ditinjau kembali: pengajuan akses PA Dinas Kesehatan Kalimantan Timur');
  await expect(mail.getByText('Surat ternyata sudah dicabut oleh instansi.')).toBeVisible();
  await mail.close();

  // Approving it again restores the access.
  await decided(made, application);
  if (!scripted) await person.reloads();
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible();
  await person.sees('Manajemen Akses');
});
