/** The own profile and the own sessions. */

import { expect, test } from '../../fixtures';

test('a profile with an invalid field is not saved, a valid one is', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  await person.goto('/profil');
  await person.sees('Profil');
  await page.getByLabel('Nama lengkap').fill('Dr. Rina Hapsari');
  await page.getByLabel('NIP atau NRP').fill('1978041220031');
  await page.getByLabel('Nomor telepon').fill('0812 3456 7890');
  await page.getByRole('radio', { name: 'WITA' }).check();
  person.allowsRefusal(/^\/profil$/);
  await page.getByRole('button', { name: 'Simpan profil' }).click();
  await expect(page.getByText('NIP berisi 18 angka. Baru terisi 13.')).toBeVisible();
  await expect(page.getByLabel('NIP atau NRP')).toBeFocused();
  await person.inspects();
  await expect(page.getByLabel('Nama lengkap')).toHaveValue('Dr. Rina Hapsari');
  await page.getByLabel('NIP atau NRP').fill('19780412 200312 2 003');
  await page.getByRole('button', { name: 'Simpan profil' }).click();
  await expect(page.getByText('Perubahan profil Anda sudah disimpan.')).toBeVisible();
  await expect(page.getByRole('link', { name: /Profil dan sesi/ })).toContainText('RH');
  await person.inspects();
  await person.reloads();
  await person.sees('Profil');
  await expect(page.getByLabel('Nama lengkap')).toHaveValue('Dr. Rina Hapsari');
  await expect(page.getByLabel('NIP atau NRP')).toHaveValue('19780412 200312 2 003');
  await expect(page.getByLabel('Nomor telepon')).toHaveValue('+6281234567890');
  await expect(page.getByRole('radio', { name: 'WITA' })).toBeChecked();
});

test('sessions are listed and can be ended', async ({ people }) => {
  const person = await people.newcomer();
  const elsewhere = await people.anonymous();
  await elsewhere.goto('/masuk');
  await elsewhere.sees('Masuk');
  await elsewhere.signsIn(person.account);
  await elsewhere.sees('Manajemen Akses');

  const { page } = person;
  await person.goto('/profil/sesi');
  await person.sees('Sesi');
  const sessions = page.getByRole('main').getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: 'Sesi ini' })).toHaveCount(1);
  await sessions.filter({ hasText: 'Chrome di Linux' }).getByRole('button', { name: /^Akhiri/ }).click();
  await expect(sessions).toHaveCount(1);
  await person.inspects();
  await elsewhere.goto('/akses');
  await elsewhere.sees('Masuk');
});
