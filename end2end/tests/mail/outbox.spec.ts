/** Mails that were refused for good, and jobs. */

import { expect, test } from '../../fixtures';
import { AGUS, newAddress } from '../../support/accounts';

test('a mail refused for good is listed and can be sent again, and jobs show how they ran', async ({ people, scripted }) => {
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  const email = `penuh.${newAddress()}`;
  await admin.goto('/admin?tindak=undang');
  await admin.sees('Undang petugas');
  await page.getByLabel('Alamat surel').fill(email);
  await page.getByRole('radio', { name: /^Verifikator/ }).check();
  await page.getByRole('radio', { name: /^Nasional/ }).check();
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  await expect(page.getByText('Undangan dikirim')).toBeVisible();
  await admin.inspects();
  const mails = page.getByRole('list', { name: 'Surel yang tertahan' }).getByRole('listitem').filter({ hasText: email });
  await expect(async () => {
    await admin.goto('/admin/surel');
    await expect(mails).toBeVisible({ timeout: 300 });
  }).toPass();
  await admin.sees('Surel');
  for (const text of ['Undangan menjadi Verifikator Gerbang', '1 percobaan', 'kotak surat tidak ada']) {
    await expect(mails).toContainText(text);
  }
  await mails.getByRole('button', { name: /^Kirim ulang/ }).click();
  await expect(page.getByText('Dikirim ulang', { exact: true })).toBeVisible();
  await expect(mails).toHaveCount(0);
  await admin.inspects();
  await (await admin.opensMail('Undangan menjadi Verifikator Gerbang', email)).close();

  await page.getByRole('navigation', { name: 'Administrasi' }).getByRole('link', { name: 'Tugas', exact: true }).click();
  await admin.sees('Tugas');
  const jobs = page.getByRole('region', { name: 'Tugas' }).getByRole('row');
  expect(await jobs.count()).toBeGreaterThan(4);
  await expect(async () => {
    if (!scripted) admin.expectsReload();
    await page.getByRole('link', { name: 'Perbarui' }).click();
    await expect(jobs.filter({ hasText: 'Berhasil' }).first()).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(jobs.filter({ hasText: 'Gagal' })).toHaveCount(0);
  await admin.inspects();
});
