/** Entering a platform (guide steps 16 to 19): the demo platform Daftar Hitam, from Manajemen Akses and from the platform. */

import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { RATNA, TOKO } from '../../support/accounts';
import { type Details, decided, office, submitted } from '../../support/applications';
import { LAST, inWords } from '../../support/dates';
import type { People } from '../../support/people';
import type { Visitor } from '../../support/visitor';

const TERMS = 'Ketentuan Daftar Hitam';
const CHOICE = 'Masuk ke Daftar Hitam';
const INSIDE = 'Anda masuk';

/** Gives the person an active access. */
async function granted(people: People, person: Visitor, details: Details): Promise<void> {
  const application = await submitted(person, details);
  await decided(await people.signedIn(RATNA), application);
}

/** The choice of an access. */
const accesses = (page: Page): Locator => page.getByRole('radiogroup', { name: 'Akses yang dipakai di Daftar Hitam' });

const access = (page: Page, place: string): Locator =>
  accesses(page).getByRole('radio', { name: new RegExp(`^PA · ${place}`) });

/** Continues with the chosen access. */
const continues = (page: Page): Promise<void> => page.getByRole('button', { name: 'Selanjutnya' }).click();

/** Sees both documents and accepts them. */
async function agrees(person: Visitor): Promise<void> {
  await person.sees(TERMS);
  for (const document of ['Syarat dan Ketentuan', 'Kebijakan Privasi']) {
    const article = person.page.getByRole('article', { name: document });
    await expect(article).toContainText('Anda memakai Daftar Hitam dengan akses yang Anda pilih di Gerbang.');
    await expect(article).toContainText('Versi 1, berlaku sejak 1 Januari 2026');
  }
  await person.page.getByRole('button', { name: 'Setuju' }).click();
}

/** Expects these claims on the page of the platform. */
async function showsFacts(page: Page, facts: Record<string, string>): Promise<void> {
  for (const [term, value] of Object.entries(facts)) {
    const name = page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) });
    await expect(name.locator('xpath=following-sibling::dd[1]')).toHaveText(value);
  }
}

/** Starts the sign-in at the platform. */
async function startsAt(person: Visitor, demo: string): Promise<void> {
  await person.page.goto(demo);
  await person.seesPlatform('Masuk');
  await person.page.getByRole('button', { name: 'Masuk dengan Gerbang' }).click();
}

/** Starts the sign-in at the platform without a session at Gerbang, signs in, and sees the choice of an access. */
async function startsAndSignsIn(person: Visitor, demo: string): Promise<void> {
  await startsAt(person, demo);
  await person.page.waitForURL(({ origin, pathname }) => origin === person.base && pathname === '/masuk');
  await person.sees('Masuk');
  await person.signsIn();
  await person.sees(CHOICE);
}

test('the launcher leads by platform, access and terms into the platform', async ({ people, server }) => {
  test.slow();
  const person = await people.newcomer();
  await granted(people, person, office('Jawa Barat'));
  await granted(people, person, office('Jawa Barat', 'Dinas Sosial'));
  person.mayVisit(server.demo);
  const { page } = person;
  await person.goto('/akses');
  await person.sees('Manajemen Akses');

  // Guide step 16: Pilih Platform.
  await page.getByRole('link', { name: 'Pilih Platform' }).click();
  const dialog = await person.seesDialog('Pilih Platform');
  await expect(dialog.getByText('Toko Daring tidak ditampilkan karena hanya menerima akses Penyedia.')).toBeVisible();
  await expect(dialog.getByText('Sanksi daftar hitam penyedia')).toBeVisible();
  // Guide step 17: choose a platform.
  await dialog.getByRole('link', { name: 'Pilih Daftar Hitam' }).click();
  await expect(dialog.getByText('Terpilih')).toBeVisible();
  // Guide step 18: choose an access. None of two unused ones is preselected.
  await expect(accesses(page).getByRole('radio')).toHaveCount(2);
  await expect(accesses(page).getByRole('radio', { checked: true })).toHaveCount(0);
  await person.inspects();
  person.allowsRefusal(/^\/platform\/daftar-hitam$/);
  await continues(page);
  await expect(page.getByText('Akses belum dipilih.')).toBeVisible();
  await person.inspects();
  await access(page, 'Dinas Sosial Jawa Barat').check();
  await continues(page);
  // Guide step 19: accept the terms, once.
  await agrees(person);
  await person.seesPlatform(INSIDE);
  const facts = {
    Nama: 'Rina Hapsari',
    'Alamat surel': person.account!.email,
    'Tipe Profil': 'Non Penyedia',
    Role: 'PA · Pengguna Anggaran',
    'Berlaku sampai': inWords(LAST),
  };
  await showsFacts(page, facts);
  await expect(page.getByText(/^Dinas Sosial Jawa Barat/)).toBeVisible();
  await expect(page.getByText(/^Provinsi Jawa Barat/)).toBeVisible();

  // The next time, the last choice is preselected and the terms are not shown.
  await person.goto('/platform/daftar-hitam');
  await person.seesDialog('Pilih Platform');
  await expect(access(page, 'Dinas Sosial Jawa Barat')).toBeChecked();
  await expect(accesses(page).getByText('terakhir dipakai')).toHaveCount(1);
  await access(page, 'Dinas Kesehatan Jawa Barat').check();
  await continues(page);
  await person.seesPlatform(INSIDE);
  await showsFacts(page, facts);
  await expect(page.getByText(/^Dinas Kesehatan Jawa Barat/)).toBeVisible();
});

test('a platform leads by sign-in, access and terms back to itself, and the access can be changed there', async ({ people, server }) => {
  test.slow();
  const owner = await people.newcomer();
  await granted(people, owner, office('Lampung'));
  await granted(people, owner, office('Lampung', 'Dinas Sosial'));
  const person = await people.anonymous();
  person.account = owner.account;
  person.mayVisit(server.demo);
  const { page } = person;
  await startsAndSignsIn(person, server.demo);
  await expect(accesses(page).getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(page.getByText('Platform hanya menerima nama, NIP, alamat surel, dan data akses yang Anda pilih.')).toBeVisible();
  await access(page, 'Dinas Kesehatan Lampung').check();
  await continues(page);
  await agrees(person);
  await person.seesPlatform(INSIDE);
  await expect(page.getByText(/^Dinas Kesehatan Lampung/)).toBeVisible();

  await page.getByRole('button', { name: 'Ganti akses' }).click();
  await person.sees(CHOICE);
  await expect(access(page, 'Dinas Kesehatan Lampung')).toBeChecked();
  await access(page, 'Dinas Sosial Lampung').check();
  await continues(page);
  await person.seesPlatform(INSIDE);
  await expect(page.getByText(/^Dinas Sosial Lampung/)).toBeVisible();

  for (const [button, notice] of [
    ['Baca ulang profil', 'Profil dibaca ulang dari Gerbang.'],
    ['Perbarui token', 'Token diperbarui.'],
  ]) {
    await page.getByRole('button', { name: button }).click();
    await expect(page.getByRole('status')).toHaveText(notice);
    await person.seesPlatform(INSIDE);
    await expect(page.getByText(/^Dinas Sosial Lampung/)).toBeVisible();
  }
});

test('signing out at the platform or at Gerbang ends both sessions', async ({ people, server }) => {
  test.slow();
  const person = await people.newcomer();
  await granted(people, person, office('Maluku Utara'));
  person.mayVisit(server.demo);
  const { page } = person;
  await startsAt(person, server.demo);
  await person.sees(CHOICE);
  // A single access is preselected.
  await expect(access(page, 'Dinas Kesehatan Maluku Utara')).toBeChecked();
  await continues(page);
  await agrees(person);
  await person.seesPlatform(INSIDE);

  await page.getByRole('button', { name: 'Keluar' }).click();
  await expect(page.getByRole('status')).toHaveText('Anda sudah keluar dari Daftar Hitam dan dari Gerbang.');
  await person.seesPlatform('Masuk');
  await person.goto('/akses');
  await person.sees('Masuk');

  await startsAndSignsIn(person, server.demo);
  await continues(page);
  await person.seesPlatform(INSIDE);
  const gerbang = await people.anotherTab(person);
  await gerbang.goto('/profil');
  await gerbang.sees('Profil');
  await gerbang.page.getByRole('button', { name: 'Keluar' }).click();
  await gerbang.sees('Masuk');
  // The platform is told within a second; the rest is for the browser.
  const ended = page.getByRole('status').filter({ hasText: 'Sesi Anda di Daftar Hitam diakhiri oleh Gerbang.' });
  await expect(async () => {
    await page.goto(server.demo);
    await expect(ended).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 3000 });
  await person.seesPlatform('Masuk');
});

test('a signed-in user with one access and accepted terms enters at once', async ({ people, server }) => {
  const person = await people.newcomer();
  await granted(people, person, office('Kepulauan Riau'));
  person.mayVisit(server.demo);
  await startsAt(person, server.demo);
  await person.sees(CHOICE);
  await continues(person.page);
  await agrees(person);
  await person.seesPlatform(INSIDE);
  // The session at the platform is lost; that at Gerbang is not.
  await person.context.clearCookies({ name: 'daftar_hitam' });
  await startsAt(person, server.demo);
  await person.seesPlatform(INSIDE);
});

test('a platform that cannot be entered says why', async ({ people, server }) => {
  const person = await people.newcomer();
  person.mayVisit(server.demo);
  const { page } = person;
  await person.goto('/platform');
  await person.seesDialog('Pilih Platform');
  await expect(page.getByText('Belum ada platform yang dapat Anda masuki.')).toBeVisible();
  await expect(page.getByText('Daftar Hitam tidak ditampilkan karena Anda belum memiliki akses.')).toBeVisible();
  person.allows(404, /^\/platform\/toko-daring$/);
  await person.goto('/platform/toko-daring');
  await person.seesDialog('Pilih Platform');
  await expect(page.getByText('Platform pada alamat ini tidak ada atau tidak dapat Anda masuki.')).toBeVisible();

  await startsAt(person, server.demo);
  await person.sees(CHOICE);
  await expect(page.getByText('Tidak ada akses Anda yang diterima platform ini sekarang.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Selanjutnya' })).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: 'Manajemen Akses' }).click();
  await person.sees('Manajemen Akses');
});

test('no address skips the terms', async ({ people, server }) => {
  const person = await people.newcomer();
  await granted(people, person, office('Daerah Istimewa Yogyakarta'));
  person.mayVisit(server.demo);
  const { page } = person;
  await person.goto('/platform/daftar-hitam');
  await person.seesDialog('Pilih Platform');
  const id = (await access(page, 'Dinas Kesehatan Daerah Istimewa Yogyakarta').getAttribute('value'))!;
  await continues(page);
  await person.sees(TERMS);

  await person.goto(`/platform/daftar-hitam/ketentuan?akses=${id}&setuju=ya`);
  await person.sees(TERMS);
  // Nor does the platform's initiate_login_uri with the parameters that the launcher sends.
  const door = new URL('/masuk/mulai', server.demo);
  door.search = new URLSearchParams({ iss: server.url, login_hint: id, target_link_uri: `${server.demo}/` }).toString();
  await page.goto(door.href);
  person.expectsReload();
  await person.sees(TERMS);
  await person.goto(new URL(page.url()).pathname);
  await person.sees(CHOICE);
  await page.goto(server.demo);
  await person.seesPlatform('Masuk');

  // The choice of one person does not help the browser of another.
  const other = await people.newcomer();
  other.mayVisit(server.demo);
  await other.page.goto(door.href);
  other.expectsReload();
  await other.sees(CHOICE);
  await expect(other.page.getByText('Tidak ada akses Anda yang diterima platform ini sekarang.')).toBeVisible();
});

test('a supplier accepts the terms and enters with the company', async ({ people, server }) => {
  const person = await people.signedIn(TOKO);
  person.mayVisit(server.demo);
  const { page } = person;
  await person.goto('/platform');
  const dialog = await person.seesDialog('Pilih Platform');
  await expect(dialog.getByRole('link', { name: 'Pilih Toko Daring' })).toBeVisible();
  await dialog.getByRole('link', { name: 'Pilih Daftar Hitam' }).click();
  const company = accesses(page).getByRole('radio', { name: /^Penyedia · PT Sinar Jaya Abadi/ });
  await expect(company).toBeChecked();
  await person.inspects();
  await continues(page);
  await agrees(person);
  await person.seesPlatform(INSIDE);
  await showsFacts(page, { Nama: TOKO.name, 'Tipe Profil': 'Penyedia', Role: 'Penyedia · Pelaku Usaha' });
  await expect(page.getByRole('term').filter({ hasText: 'Satuan Kerja' })).toHaveCount(0);
});
