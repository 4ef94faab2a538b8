/** Entering a platform (guide steps 16 to 19): the demo platform Daftar Hitam, from Manajemen Akses and from there. */

import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { type Wish, decided, office, submitted } from '../../support/applications';
import { LAST, inWords } from '../../support/dates';
import { type People, RATNA, TOKO } from '../../support/people';
import type { Visitor } from '../../support/visitor';

const TERMS = 'Ketentuan Daftar Hitam';
const ASKED = 'Masuk ke Daftar Hitam';
const INSIDE = 'Anda masuk';

/** An access that is in force. */
async function granted(people: People, person: Visitor, wish: Wish): Promise<void> {
  const application = await submitted(person, wish);
  await decided(await people.signedIn(RATNA), application);
}

/** The accesses that are offered. */
const accesses = (page: Page): Locator => page.getByRole('radiogroup', { name: 'Akses yang dipakai di Daftar Hitam' });
const access = (page: Page, place: string): Locator =>
  accesses(page).getByRole('radio', { name: new RegExp(`^PA · ${place}`) });

/** Goes on with what is chosen. */
const goesOn = (page: Page): Promise<void> => page.getByRole('button', { name: 'Selanjutnya' }).click();

/** Reads both documents, and agrees. */
async function agrees(person: Visitor): Promise<void> {
  await person.sees(TERMS);
  for (const document of ['Syarat dan Ketentuan', 'Kebijakan Privasi']) {
    const article = person.page.getByRole('article', { name: document });
    await expect(article).toContainText('Anda memakai Daftar Hitam dengan akses yang Anda pilih di Gerbang.');
    await expect(article).toContainText('Versi 1, berlaku sejak 1 Januari 2026');
  }
  await person.page.getByRole('button', { name: 'Setuju' }).click();
}

/** The platform says so of whoever entered. */
async function says(page: Page, facts: Record<string, string>): Promise<void> {
  for (const [term, value] of Object.entries(facts)) {
    const name = page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) });
    await expect(name.locator('xpath=following-sibling::dd[1]')).toHaveText(value);
  }
}

/** Asks at the platform to be let in. */
async function asksAt(person: Visitor, demo: string): Promise<void> {
  await person.page.goto(demo);
  await person.seesPlatform('Masuk');
  await person.page.getByRole('button', { name: 'Masuk dengan Gerbang' }).click();
}

/** The same without a session at Gerbang: signs in on the way, and has the choice in front. */
async function asksAndSignsIn(person: Visitor, demo: string): Promise<void> {
  await asksAt(person, demo);
  await person.page.waitForURL(({ origin, pathname }) => origin === person.base && pathname === '/masuk');
  await person.sees('Masuk');
  await person.signsIn();
  await person.sees(ASKED);
}

test('from Manajemen Akses: a platform, an access, its terms, and signed in there', async ({ people, server }) => {
  test.slow();
  const person = await people.newcomer();
  await granted(people, person, office('Jawa Barat'));
  await granted(people, person, office('Jawa Barat', 'Dinas Sosial'));
  person.meets(server.demo);
  const { page } = person;
  await person.goto('/akses');
  await person.sees('Manajemen Akses');

  // 16: Pilih Platform.
  await page.getByRole('link', { name: 'Pilih Platform' }).click();
  const dialog = await person.seesDialog('Pilih Platform');
  await expect(dialog.getByText('Toko Daring tidak ditampilkan karena hanya menerima akses Penyedia.')).toBeVisible();
  await expect(dialog.getByText('Sanksi daftar hitam penyedia')).toBeVisible();
  // 17: a platform.
  await dialog.getByRole('link', { name: 'Pilih Daftar Hitam' }).click();
  await expect(dialog.getByText('Terpilih')).toBeVisible();
  // 18: an access. Of two that were never used here, none is chosen yet.
  await expect(accesses(page).getByRole('radio')).toHaveCount(2);
  await expect(accesses(page).getByRole('radio', { checked: true })).toHaveCount(0);
  await person.looks();
  person.allowsRefusal(/^\/platform\/daftar-hitam$/);
  await goesOn(page);
  await expect(page.getByText('Akses belum dipilih.')).toBeVisible();
  await person.looks();
  await access(page, 'Dinas Sosial Jawa Barat').check();
  await goesOn(page);
  // 19: its terms, once.
  await agrees(person);
  await person.seesPlatform(INSIDE);
  const facts = {
    Nama: 'Rina Hapsari',
    'Alamat surel': person.account!.email,
    'Tipe Profil': 'Non Penyedia',
    Role: 'PA · Pengguna Anggaran',
    'Berlaku sampai': inWords(LAST),
  };
  await says(page, facts);
  await expect(page.getByText(/^Dinas Sosial Jawa Barat/)).toBeVisible();
  await expect(page.getByText(/^Provinsi Jawa Barat/)).toBeVisible();

  // The next time, what was chosen last is chosen, and there is nothing to read.
  await person.goto('/platform/daftar-hitam');
  await person.seesDialog('Pilih Platform');
  await expect(access(page, 'Dinas Sosial Jawa Barat')).toBeChecked();
  await expect(accesses(page).getByText('terakhir dipakai')).toHaveCount(1);
  await access(page, 'Dinas Kesehatan Jawa Barat').check();
  await goesOn(page);
  await person.seesPlatform(INSIDE);
  await says(page, facts);
  await expect(page.getByText(/^Dinas Kesehatan Jawa Barat/)).toBeVisible();
});

test('from the platform: sign-in, access, terms, back; another access without signing out', async ({ people, server }) => {
  test.slow();
  const owner = await people.newcomer();
  await granted(people, owner, office('Lampung'));
  await granted(people, owner, office('Lampung', 'Dinas Sosial'));
  const person = await people.stranger();
  person.account = owner.account;
  person.meets(server.demo);
  const { page } = person;
  await asksAndSignsIn(person, server.demo);
  await expect(accesses(page).getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(page.getByText('Platform hanya menerima nama, alamat surel, dan data akses yang Anda pilih.')).toBeVisible();
  await access(page, 'Dinas Kesehatan Lampung').check();
  await goesOn(page);
  await agrees(person);
  await person.seesPlatform(INSIDE);
  await expect(page.getByText(/^Dinas Kesehatan Lampung/)).toBeVisible();

  await page.getByRole('button', { name: 'Ganti akses' }).click();
  await person.sees(ASKED);
  await expect(access(page, 'Dinas Kesehatan Lampung')).toBeChecked();
  await access(page, 'Dinas Sosial Lampung').check();
  await goesOn(page);
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

test('signing out there ends both sessions, and signing out here ends that one too', async ({ people, server }) => {
  test.slow();
  const person = await people.newcomer();
  await granted(people, person, office('Maluku Utara'));
  person.meets(server.demo);
  const { page } = person;
  await asksAt(person, server.demo);
  await person.sees(ASKED);
  // The only one is chosen already.
  await expect(access(page, 'Dinas Kesehatan Maluku Utara')).toBeChecked();
  await goesOn(page);
  await agrees(person);
  await person.seesPlatform(INSIDE);

  await page.getByRole('button', { name: 'Keluar' }).click();
  await expect(page.getByRole('status')).toHaveText('Anda sudah keluar dari Daftar Hitam dan dari Gerbang.');
  await person.seesPlatform('Masuk');
  await person.goto('/akses');
  await person.sees('Masuk');

  await asksAndSignsIn(person, server.demo);
  await goesOn(page);
  await person.seesPlatform(INSIDE);
  const gerbang = await people.anotherTab(person);
  await gerbang.goto('/profil');
  await gerbang.sees('Profil');
  await gerbang.page.getByRole('button', { name: 'Keluar' }).click();
  await gerbang.sees('Masuk');
  // Told within a second, and some time for the browser.
  const ended = page.getByRole('status').filter({ hasText: 'Sesi Anda di Daftar Hitam diakhiri oleh Gerbang.' });
  await expect(async () => {
    await page.goto(server.demo);
    await expect(ended).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 3000 });
  await person.seesPlatform('Masuk');
});

test('who is signed in, with one access and nothing to read, is let in at once', async ({ people, server }) => {
  const person = await people.newcomer();
  await granted(people, person, office('Kepulauan Riau'));
  person.meets(server.demo);
  await asksAt(person, server.demo);
  await person.sees(ASKED);
  await goesOn(person.page);
  await agrees(person);
  await person.seesPlatform(INSIDE);
  // The platform forgets them; Gerbang does not.
  await person.context.clearCookies({ name: 'daftar_hitam' });
  await asksAt(person, server.demo);
  await person.seesPlatform(INSIDE);
});

test('a platform that cannot be entered says why', async ({ people, server }) => {
  const person = await people.newcomer();
  person.meets(server.demo);
  const { page } = person;
  await person.goto('/platform');
  await person.seesDialog('Pilih Platform');
  await expect(page.getByText('Belum ada platform yang dapat Anda masuki.')).toBeVisible();
  await expect(page.getByText('Daftar Hitam tidak ditampilkan karena Anda belum memiliki akses.')).toBeVisible();
  person.allows(404, /^\/platform\/toko-daring$/);
  await person.goto('/platform/toko-daring');
  await person.seesDialog('Pilih Platform');
  await expect(page.getByText('Platform pada alamat ini tidak ada atau tidak dapat Anda masuki.')).toBeVisible();

  await asksAt(person, server.demo);
  await person.sees(ASKED);
  await expect(page.getByText('Tidak ada akses Anda yang diterima platform ini sekarang.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Selanjutnya' })).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: 'Manajemen Akses' }).click();
  await person.sees('Manajemen Akses');
});

test('terms are not skipped by an address', async ({ people, server }) => {
  const person = await people.newcomer();
  await granted(people, person, office('Daerah Istimewa Yogyakarta'));
  person.meets(server.demo);
  const { page } = person;
  await person.goto('/platform/daftar-hitam');
  await person.seesDialog('Pilih Platform');
  const id = (await access(page, 'Dinas Kesehatan Daerah Istimewa Yogyakarta').getAttribute('value'))!;
  await goesOn(page);
  await person.sees(TERMS);

  await person.goto(`/platform/daftar-hitam/ketentuan?akses=${id}&setuju=ya`);
  await person.sees(TERMS);
  // The platform's own door, with all that the launcher says.
  const door = new URL('/masuk/mulai', server.demo);
  door.search = new URLSearchParams({ iss: server.url, login_hint: id, target_link_uri: `${server.demo}/` }).toString();
  await page.goto(door.href);
  await person.loadsAnew();
  await person.sees(TERMS);
  await person.goto(new URL(page.url()).pathname);
  await person.sees(ASKED);
  await page.goto(server.demo);
  await person.seesPlatform('Masuk');

  // Somebody else's browser is no further with this person's choice.
  const other = await people.newcomer();
  other.meets(server.demo);
  await other.page.goto(door.href);
  await other.loadsAnew();
  await other.sees(ASKED);
  await expect(other.page.getByText('Tidak ada akses Anda yang diterima platform ini sekarang.')).toBeVisible();
});

test('a supplier accepts the terms and enters with the company', async ({ people, server }) => {
  const person = await people.signedIn(TOKO);
  person.meets(server.demo);
  const { page } = person;
  await person.goto('/platform');
  const dialog = await person.seesDialog('Pilih Platform');
  await expect(dialog.getByRole('link', { name: 'Pilih Toko Daring' })).toBeVisible();
  await dialog.getByRole('link', { name: 'Pilih Daftar Hitam' }).click();
  const company = accesses(page).getByRole('radio', { name: /^Penyedia · PT Sinar Jaya Abadi/ });
  await expect(company).toBeChecked();
  await person.looks();
  await goesOn(page);
  await agrees(person);
  await person.seesPlatform(INSIDE);
  await says(page, { Nama: TOKO.name, 'Tipe Profil': 'Penyedia', Role: 'Penyedia · Pelaku Usaha' });
  await expect(page.getByRole('term').filter({ hasText: 'Satuan Kerja' })).toHaveCount(0);
});
