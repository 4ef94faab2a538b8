/** Accounts: sign-up, sign-in, forgotten passwords, profile, sessions. */

import { expect, test } from '../../fixtures';
import { PASSWORD, SITI, newAddress } from '../../support/people';
import type { Visitor } from '../../support/visitor';

const WRONG = 'Alamat surel atau kata sandi tidak cocok, atau akun belum dikonfirmasi.';
const NEW_PASSWORD = 'kuda lari di pantai';

/** Signs out, from any page. */
async function signsOut(person: Visitor) {
  await person.goto('/profil');
  await person.sees('Profil');
  await person.page.getByRole('button', { name: 'Keluar' }).click();
  await person.sees('Masuk');
}

test('somebody signs up, confirms the address, signs out and in again', async ({ people, scripted }) => {
  const person = await people.stranger();
  const { page } = person;
  person.account = { email: newAddress('contoh.com'), name: 'Rina Hapsari, S.E.', password: PASSWORD };
  await person.goto('/masuk');
  await person.sees('Masuk');
  await page.getByRole('link', { name: 'Daftar', exact: true }).click();
  await person.sees('Daftar');
  await page.getByLabel('Nama lengkap').fill(person.account.name);
  await page.getByLabel('Alamat surel').fill(person.account.email);
  if (scripted) await expect(page.getByText('Alamat ini bukan alamat kedinasan (.go.id).')).toBeVisible();
  await page.getByLabel('Kata sandi', { exact: true }).fill('pendek');
  person.allowsRefusal(/^\/daftar$/);
  await page.getByRole('button', { name: 'Daftar', exact: true }).click();
  await expect(page.getByText('Kata sandi kurang dari 10 karakter.')).toBeVisible();
  await expect(page.getByLabel('Kata sandi', { exact: true })).toBeFocused();
  await person.looks();
  await expect(page.getByLabel('Nama lengkap')).toHaveValue(person.account.name);
  await expect(page.getByText('Alamat ini bukan alamat kedinasan (.go.id).')).toBeVisible();
  await page.getByLabel('Kata sandi', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Daftar', exact: true }).click();
  await person.sees('Periksa surel Anda');

  const mail = await person.opensMail('Konfirmasi alamat surel Anda');
  await person.follows(mail, 'Konfirmasi alamat surel');
  await person.sees('Konfirmasi alamat surel');
  const link = person.page.url();
  await expect(person.page.getByText(person.account.email)).toBeVisible();
  await person.page.getByLabel('Kata sandi', { exact: true }).fill('Gerbang-2025');
  person.allowsRefusal(/^\/daftar\/konfirmasi$/);
  await person.page.getByRole('button', { name: 'Konfirmasi dan masuk' }).click();
  await expect(person.page.getByText('Kata sandi tidak cocok dengan yang Anda buat saat mendaftar.')).toBeVisible();
  await person.looks();
  await person.page.getByLabel('Kata sandi', { exact: true }).fill(PASSWORD);
  await person.page.getByRole('button', { name: 'Konfirmasi dan masuk' }).click();
  await person.sees('Manajemen Akses');
  await expect(person.page.getByRole('heading', { name: 'Belum ada akses' })).toBeVisible();

  await signsOut(person);
  person.allowsRefusal(/^\/masuk$/);
  await person.signsIn(person.account, 'bukan kata sandinya');
  await expect(person.page.getByText(WRONG)).toBeVisible();
  await person.looks();
  await person.signsIn();
  await person.sees('Manajemen Akses');

  // The link of the mail is used up.
  person.allows(422, /^\/daftar\/konfirmasi$/);
  await person.goto(new URL(link).pathname + new URL(link).search);
  await person.sees('Tautan tidak berlaku');
});

test('no page tells whether an address is registered', async ({ people }) => {
  const person = await people.stranger();
  const { page } = person;
  const unknown = newAddress();
  const known = (await people.newcomer()).account!.email;
  const pages: Record<string, string[]> = { daftar: [], lupa: [] };
  for (const email of [known, unknown]) {
    await person.goto('/daftar');
    await person.sees('Daftar');
    await page.getByLabel('Nama lengkap').fill('Rina Hapsari');
    await page.getByLabel('Alamat surel').fill(email);
    await page.getByLabel('Kata sandi', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Daftar', exact: true }).click();
    await person.sees('Periksa surel Anda');
    pages.daftar.push(await page.getByRole('main').innerText());

    await person.goto('/masuk');
    await person.sees('Masuk');
    await page.getByRole('link', { name: 'Lupa kata sandi?' }).click();
    await person.sees('Lupa kata sandi');
    await page.getByLabel('Alamat surel').fill(email);
    await page.getByRole('button', { name: 'Kirim tautan' }).click();
    await person.sees('Periksa surel Anda');
    pages.lupa.push(await page.getByRole('main').innerText());
  }
  expect(pages.daftar[0]).toBe(pages.daftar[1]);
  expect(pages.lupa[0]).toBe(pages.lupa[1]);
  await person.opensMail('Alamat surel ini sudah terdaftar', known);
  await person.opensMail('Alamat surel ini belum terdaftar', unknown);
});

test('a forgotten password is set anew by a mail', async ({ people }) => {
  const person = await people.newcomer();
  await person.goto('/lupa-kata-sandi');
  await person.sees('Lupa kata sandi');
  await person.page.getByLabel('Alamat surel').fill(person.account!.email);
  await person.page.getByRole('button', { name: 'Kirim tautan' }).click();
  await person.sees('Periksa surel Anda');

  const mail = await person.opensMail('Atur ulang kata sandi');
  await person.follows(mail, 'Buat kata sandi baru');
  await person.sees('Kata sandi baru');
  const { page } = person;
  const link = new URL(page.url());
  person.allowsRefusal(/^\/atur-ulang-kata-sandi$/);
  await page.getByLabel('Kata sandi baru', { exact: true }).fill('indonesia2026');
  await page.getByRole('button', { name: 'Simpan kata sandi' }).click();
  await expect(page.getByText('Kata sandi ini mudah ditebak.')).toBeVisible();
  await person.looks();
  await page.getByLabel('Kata sandi baru', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Simpan kata sandi' }).click();
  await person.sees('Masuk');
  await expect(page.getByText('Kata sandi baru tersimpan')).toBeVisible();
  await person.signsIn(person.account, NEW_PASSWORD);
  await person.sees('Manajemen Akses');
  await (await person.opensMail('Kata sandi Anda telah diganti')).close();

  person.allows(422, /^\/atur-ulang-kata-sandi$/);
  await person.goto(link.pathname + link.search);
  await person.sees('Tautan tidak berlaku');
});

test('who is not signed in comes to the page that was asked for after signing in', async ({ people }) => {
  const person = await people.stranger();
  await person.goto('/akses/baru');
  await person.sees('Masuk');
  person.allowsRefusal(/^\/masuk$/);
  await person.signsIn(SITI, 'bukan kata sandinya');
  await expect(person.page.getByText(WRONG)).toBeVisible();
  await person.signsIn(SITI);
  await person.sees('Hubungkan atau buat akses');
});

test('a new password ends the other sessions', async ({ people }) => {
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
  await person.looks();
  await page.getByLabel('Kata sandi saat ini').fill(PASSWORD);
  await page.getByLabel('Kata sandi baru').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Ganti kata sandi' }).click();
  await expect(page.getByText('Kata sandi baru berlaku, dan semua sesi lain Anda sudah diakhiri.')).toBeVisible();
  await person.looks();

  await elsewhere.goto('/akses');
  await elsewhere.sees('Masuk');
  await elsewhere.signsIn(person.account, NEW_PASSWORD);
  await elsewhere.sees('Manajemen Akses');
});

test('the profile is changed, right or not at all', async ({ people }) => {
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
  await person.looks();
  await expect(page.getByLabel('Nama lengkap')).toHaveValue('Dr. Rina Hapsari');
  await page.getByLabel('NIP atau NRP').fill('19780412 200312 2 003');
  await page.getByRole('button', { name: 'Simpan profil' }).click();
  await expect(page.getByText('Perubahan profil Anda sudah disimpan.')).toBeVisible();
  await expect(page.getByRole('link', { name: /Profil dan sesi/ })).toContainText('RH');
  await person.looks();
  await person.reloads();
  await person.sees('Profil');
  await expect(page.getByLabel('Nama lengkap')).toHaveValue('Dr. Rina Hapsari');
  await expect(page.getByLabel('NIP atau NRP')).toHaveValue('19780412 200312 2 003');
  await expect(page.getByLabel('Nomor telepon')).toHaveValue('+6281234567890');
  await expect(page.getByRole('radio', { name: 'WITA' })).toBeChecked();
});

test('sessions are listed and ended', async ({ people }) => {
  const person = await people.newcomer();
  const elsewhere = await people.stranger();
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
  await person.looks();
  await elsewhere.goto('/akses');
  await elsewhere.sees('Masuk');
});
