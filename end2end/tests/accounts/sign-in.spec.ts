/** Sign-up, confirmation of the address, and sign-in. */

import { expect, test } from '../../fixtures';
import { PASSWORD, SITI, newAddress } from '../../support/accounts';
import type { Visitor } from '../../support/visitor';

const WRONG = 'Alamat surel atau kata sandi tidak cocok, atau akun belum dikonfirmasi.';

/** Signs out from any page. */
async function signsOut(person: Visitor) {
  await person.goto('/profil');
  await person.sees('Profil');
  await person.page.getByRole('button', { name: 'Keluar' }).click();
  await person.sees('Masuk');
}

test('a new user signs up, confirms the address, signs out and signs in again', async ({ people, scripted }) => {
  const person = await people.anonymous();
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
  await person.inspects();
  await expect(page.getByLabel('Nama lengkap')).toHaveValue(person.account.name);
  await expect(page.getByText('Alamat ini bukan alamat kedinasan (.go.id).')).toBeVisible();
  await page.getByLabel('Kata sandi', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Daftar', exact: true }).click();
  await person.sees('Periksa surel Anda');

  const mail = await person.opensMail('Konfirmasi alamat surel Anda');
  const link = await person.follows(mail, 'Konfirmasi alamat surel');
  await person.sees('Konfirmasi alamat surel');
  await expect(person.page.getByText(person.account.email)).toBeVisible();
  await person.page.getByLabel('Kata sandi', { exact: true }).fill('Gerbang-2025');
  person.allowsRefusal(/^\/daftar\/konfirmasi$/);
  await person.page.getByRole('button', { name: 'Konfirmasi dan masuk' }).click();
  await expect(person.page.getByText('Kata sandi tidak cocok dengan yang Anda buat saat mendaftar.')).toBeVisible();
  await person.inspects();
  await person.page.getByLabel('Kata sandi', { exact: true }).fill(PASSWORD);
  await person.page.getByRole('button', { name: 'Konfirmasi dan masuk' }).click();
  await person.sees('Manajemen Akses');
  await expect(person.page.getByRole('heading', { name: 'Belum ada akses' })).toBeVisible();

  await signsOut(person);
  person.allowsRefusal(/^\/masuk$/);
  await person.signsIn(person.account, 'bukan kata sandinya');
  await expect(person.page.getByText(WRONG)).toBeVisible();
  await person.inspects();
  await person.signsIn();
  await person.sees('Manajemen Akses');

  // The link of the mail works once.
  person.allows(422, /^\/daftar\/konfirmasi$/);
  await person.goto(link);
  await person.sees('Tautan tidak berlaku');
});

test('sign-up and password reset do not reveal whether an address is registered', async ({ people }) => {
  const person = await people.anonymous();
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

test('sign-in returns to the page that was asked for', async ({ people }) => {
  const person = await people.anonymous();
  await person.goto('/akses/baru');
  await person.sees('Masuk');
  person.allowsRefusal(/^\/masuk$/);
  await person.signsIn(SITI, 'bukan kata sandinya');
  await expect(person.page.getByText(WRONG)).toBeVisible();
  await person.signsIn(SITI);
  await person.sees('Hubungkan atau buat akses');
});
