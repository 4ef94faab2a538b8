/** Forgotten and changed passwords. */

import { expect, test } from '../../fixtures';
import { PASSWORD } from '../../support/accounts';

const NEW_PASSWORD = 'kuda lari di pantai';

test('a mailed link resets a forgotten password, once', async ({ people }) => {
  const person = await people.newcomer();
  await person.goto('/lupa-kata-sandi');
  await person.sees('Lupa kata sandi');
  await person.page.getByLabel('Alamat surel').fill(person.account!.email);
  await person.page.getByRole('button', { name: 'Kirim tautan' }).click();
  await person.sees('Periksa surel Anda');

  const mail = await person.opensMail('Atur ulang kata sandi');
  const link = await person.follows(mail, 'Buat kata sandi baru');
  await person.sees('Kata sandi baru');
  const { page } = person;
  await expect(page.getByText(person.account!.email)).toBeVisible();
  person.allowsRefusal(/^\/atur-ulang-kata-sandi$/);
  await page.getByLabel('Kata sandi baru', { exact: true }).fill('indonesia2026');
  await page.getByRole('button', { name: 'Simpan kata sandi' }).click();
  await expect(page.getByText('Kata sandi ini mudah ditebak.')).toBeVisible();
  await person.inspects();
  await page.getByLabel('Kata sandi baru', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Simpan kata sandi' }).click();
  await person.sees('Masuk');
  await expect(page.getByText('Kata sandi baru tersimpan')).toBeVisible();
  await person.signsIn(person.account, NEW_PASSWORD);
  await person.sees('Manajemen Akses');
  await (await person.opensMail('Kata sandi Anda telah diganti')).close();

  person.allows(422, /^\/atur-ulang-kata-sandi$/);
  await person.goto(link);
  await person.sees('Tautan tidak berlaku');
});

test('changing the password ends the other sessions', async ({ people }) => {
  const person = await people.newcomer();
  const elsewhere = await people.signedIn(person.account!);
  await elsewhere.goto('/akses');
  await elsewhere.sees('Manajemen Akses');

  const { page } = person;
  await person.goto('/profil');
  await person.sees('Profil');
  await page.getByRole('navigation', { name: 'Akun' }).getByRole('link', { name: 'Kata sandi' }).click();
  await person.sees('Kata sandi');
  person.allowsRefusal(/^\/profil\/kata-sandi$/);
  await page.getByLabel('Kata sandi saat ini').fill('bukan kata sandinya');
  await page.getByLabel('Kata sandi baru').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Ganti kata sandi' }).click();
  await expect(page.getByText('Kata sandi saat ini tidak cocok.')).toBeVisible();
  await person.inspects();
  await page.getByLabel('Kata sandi saat ini').fill(PASSWORD);
  await page.getByLabel('Kata sandi baru').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Ganti kata sandi' }).click();
  await expect(page.getByText('Kata sandi baru berlaku, dan semua sesi lain Anda sudah diakhiri.')).toBeVisible();
  await person.inspects();

  await elsewhere.goto('/akses');
  await elsewhere.sees('Masuk');
  await elsewhere.signsIn(person.account, NEW_PASSWORD);
  await elsewhere.sees('Manajemen Akses');
});
