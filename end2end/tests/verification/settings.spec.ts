/** What administrators set for the desk: reasons, check lists and holidays. */

import { expect, test } from '../../fixtures';
import { AGUS } from '../../support/accounts';
import { office, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { member } from '../../support/staff';

test('reasons and check-list items can be added, edited, moved and deleted', async ({ people }) => {
  const application = await submitted(await people.newcomer(), { ...office('Kepulauan Bangka Belitung'), role: 'kpa' });
  const verifier = await member(people, 'Johannes Leimena', 'verifier', ['Kepulauan Bangka Belitung']);
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  await admin.goto('/admin');
  await admin.sees('Petugas');
  await page.getByRole('navigation', { name: 'Administrasi' }).getByRole('link', { name: 'Alasan dan daftar periksa' }).click();
  await admin.sees('Alasan dan daftar periksa');
  await page.getByRole('link', { name: 'Tambah alasan' }).click();
  let dialog = await admin.seesDialog('Tambah alasan');
  admin.allowsRefusal(/^\/admin\/alasan$/);
  await dialog.getByLabel('Judul').fill('Cap');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  await expect(dialog.locator('.error').first()).toBeVisible();
  await admin.inspects();
  await dialog.getByLabel('Judul').fill('Cap instansi tidak ada');
  await dialog.getByLabel('Saran untuk pemohon').fill('Lampirkan surat yang bercap instansi.');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  const reason = page.getByRole('listitem').filter({ hasText: 'Cap instansi tidak ada' });
  await expect(reason).toContainText('Belum pernah dipakai');
  await admin.inspects();
  const place = async () => (await page.getByRole('region', { name: 'Alasan penolakan' }).getByRole('listitem').allInnerTexts())
    .findIndex((text) => text.includes('Cap instansi'));
  const before = await place();
  await reason.getByRole('button', { name: /^Naikkan/ }).click();
  await expect.poll(place).toBe(before - 1);

  const checks = page.getByRole('region', { name: 'Daftar periksa KPA' });
  await checks.getByRole('link', { name: 'Tambah butir' }).click();
  dialog = await admin.seesDialog('Tambah butir');
  await dialog.getByLabel('Yang dicentang').fill('Cap instansi terbaca');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  const item = checks.getByRole('listitem').filter({ hasText: 'Cap instansi' });
  await expect(item).toBeVisible();
  await item.getByRole('link', { name: /^Ubah/ }).click();
  dialog = await admin.seesDialog('Ubah butir');
  await dialog.getByLabel('Yang dicentang').fill('Cap instansi terbaca jelas');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  await expect(item).toContainText('Cap instansi terbaca jelas');
  await admin.inspects();

  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await expect(verifier.page.getByRole('checkbox', { name: 'Cap instansi terbaca jelas' })).toBeVisible();
  await desk.rejects('Surat tidak bercap.', 'Cap instansi tidak ada');
  await verifier.inspects();
  await admin.reloads();
  await admin.sees('Alasan dan daftar periksa');
  await expect(reason).toContainText('Dipakai 1 kali');
  for (const [row, title] of [[reason, 'Hapus alasan ini?'], [item, 'Hapus butir ini?']] as const) {
    await row.getByRole('link', { name: /^Hapus/ }).click();
    await (await admin.seesDialog(title)).getByRole('button', { name: 'Hapus' }).click();
    await expect(row).toHaveCount(0);
    await admin.inspects();
  }
  // The old verdict keeps the deleted reason.
  await verifier.reloads();
  await verifier.sees('Rina Hapsari');
  await expect(verifier.page.getByText('Cap instansi tidak ada')).toBeVisible();
});

test('a holiday moves the promised date', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Maluku'));
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  const due = async () => {
    await person.goto(`/akses/pengajuan/${application.id}/status`);
    await person.sees('Pengajuan Anda sudah kami terima');
    const text = await person.page.getByText(/^Paling lambat/).innerText();
    return /(\d+) (\w+) (\d{4})/.exec(text)!;
  };
  const before = await due();
  await admin.goto('/admin/libur');
  await admin.sees('Hari libur');
  admin.allowsRefusal(/^\/admin\/libur$/);
  await page.getByRole('button', { name: 'Tambah', exact: true }).click();
  await expect(page.getByText('Tanggal belum diisi.')).toBeVisible();
  await admin.inspects();
  const day = page.getByRole('group', { name: 'Tanggal' });
  await day.getByRole('textbox', { name: 'Tanggal' }).fill(before[1]);
  await day.getByRole('combobox', { name: 'Bulan' }).selectOption(before[2]);
  await day.getByRole('textbox', { name: 'Tahun' }).fill(before[3]);
  await page.getByLabel('Judul').fill('Cuti bersama percobaan');
  await page.getByRole('button', { name: 'Tambah', exact: true }).click();
  await expect(page.getByText('Hari libur tersimpan')).toBeVisible();
  const coming = page.getByRole('list', { name: 'Hari libur mendatang' });
  const holiday = coming.getByRole('listitem').filter({ hasText: 'Cuti bersama percobaan' });
  await expect(holiday).toContainText(before[0]);
  await admin.inspects();
  // The server rereads the calendar every two seconds.
  await expect.poll(async () => (await due())[0]).not.toBe(before[0]);
  await holiday.getByRole('button', { name: /^Hapus/ }).click();
  await expect(page.getByText('Hari libur dihapus')).toBeVisible();
  await expect(holiday).toHaveCount(0);
  await admin.inspects();
  await expect.poll(async () => (await due())[0]).toBe(before[0]);
});
