/** Linking a SiRUP account (guide steps 3 to 9), and why it can fail. */

import { expect, test } from '../../fixtures';
import { SIRUP_PASSWORD, SITI } from '../../support/accounts';
import { openDraft } from '../../support/applications';
import type { Visitor } from '../../support/visitor';

async function triesToLink(person: Visitor, username: string, password = SIRUP_PASSWORD) {
  person.allowsRefusal(/\/sirup$/);
  await person.page.getByLabel('Username pada Platform SiRUP').fill(username);
  await person.page.getByLabel('Kata Sandi pada Platform SiRUP').fill(password);
  await person.page.getByRole('button', { name: 'Hubungkan Akses' }).click();
}

async function opensSirupStep(person: Visitor, role: 'pa' | 'kpa') {
  const id = await openDraft(person, role);
  await person.goto(`/akses/pengajuan/${id}`);
  await person.sees('Hubungkan akses SiRUP');
  return id;
}

for (const role of ['pa', 'kpa'] as const) {
  test(`wrong credentials as ${role.toUpperCase()} open a dialog that offers Daftar Akses Baru`, async ({ people, scripted }) => {
    const person = await people.newcomer();
    const { page } = person;
    await opensSirupStep(person, role);
    await triesToLink(person, `tidak.ada.${role}`, 'salah');
    let popUp = await person.seesDialog('Gagal masuk ke SiRUP');
    await expect(popUp.getByText('Sisa 4 dari 5 percobaan')).toBeVisible();
    await expect(popUp.getByRole('link', { name: 'Pusat Bantuan' })).toBeVisible();
    // Closing the dialog keeps the username; without script the password is never sent back.
    if (scripted) await page.keyboard.press('Escape');
    else await popUp.getByRole('link', { name: 'Tutup pesan' }).click();
    await expect(popUp).toHaveCount(0);
    await person.inspects();
    if (scripted) await expect(page.getByLabel('Username pada Platform SiRUP')).toBeFocused();
    else await expect(page.getByLabel('Kata Sandi pada Platform SiRUP')).toHaveValue('');
    await triesToLink(person, `tidak.ada.${role}`, 'salah');
    popUp = await person.seesDialog('Gagal masuk ke SiRUP');
    await expect(popUp.getByText('Sisa 3 dari 5 percobaan')).toBeVisible();
    await popUp.getByRole('link', { name: 'Daftar Akses Baru' }).click();
    popUp = await person.seesDialog('Daftarkan akses baru?');
    await popUp.getByRole('button', { name: 'Ya, Lanjutkan' }).click();
    await person.sees(`Formulir Pendaftaran Akses ${role.toUpperCase()}`);
    await expect(page.getByLabel('Username pada Platform Sebelumnya')).toHaveCount(0);
    await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
  });
}

test('an account registered on or after 1 August 2024 is refused with that reason', async ({ people }) => {
  const person = await people.newcomer();
  await opensSirupStep(person, 'pa');
  await triesToLink(person, 'pa.baru');
  const popUp = await person.seesDialog('Akun SiRUP tidak dapat dihubungkan');
  await expect(popUp.getByText('dibuat pada atau setelah 1 Agustus 2024')).toBeVisible();
  await expect(popUp.getByRole('link', { name: 'Pusat Bantuan' })).toBeVisible();
  await popUp.getByRole('link', { name: 'Daftar Akses Baru' }).click();
  await person.seesDialog('Daftarkan akses baru?');
});

test('linking can be retried when SiRUP does not answer', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const { page } = person;
  await opensSirupStep(person, 'pa');
  await triesToLink(person, 'pa.gangguan');
  const popUp = await person.seesDialog('SiRUP belum menjawab');
  await expect(popUp.getByText('Isian Anda tersimpan; coba lagi dalam beberapa menit')).toBeVisible();
  await expect(popUp.getByRole('link', { name: 'Daftar Akses Baru' })).toBeVisible();
  const asked = scripted ? page.waitForResponse((response) => response.request().method() === 'POST') : undefined;
  await popUp.getByRole('link', { name: 'Coba lagi' }).click();
  if (scripted) {
    await asked;
    await person.seesDialog('SiRUP belum menjawab');
  } else {
    await person.sees('Hubungkan akses SiRUP');
    await expect(popUp).toHaveCount(0);
  }
});

test('an account linked to somebody else leads only to Pusat Bantuan', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const id = await opensSirupStep(person, 'pa');
  await triesToLink(person, 'pa.terpakai');
  const popUp = await person.seesDialog('Akses SiRUP sudah pernah dihubungkan');
  await expect(popUp.getByText('sudah pernah dihubungkan dengan Manajemen Akun Terpusat SPSE')).toBeVisible();
  await expect(popUp).not.toContainText('Pemilik Lama');
  await expect(popUp.getByRole('link', { name: 'Daftar Akses Baru' })).toHaveCount(0);
  await popUp.getByRole('link', { name: 'Pusat Bantuan' }).click();
  await person.sees('Pusat Bantuan');
  expect(new URL(page.url()).search).toBe(`?langkah=sirup-terhubung&pengajuan=${id}`);
  await expect(page.getByText('Satu akun SiRUP hanya dapat dihubungkan dengan satu orang.')).toBeVisible();
});

test('an applicant without SiRUP registers a new access after confirming it', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const id = await opensSirupStep(person, 'kpa');
  await page.getByRole('main').getByRole('link', { name: 'Daftar Akses Baru' }).click();
  let popUp = await person.seesDialog('Daftarkan akses baru?');
  await popUp.getByRole('link', { name: 'Batal' }).click();
  await expect(popUp).toHaveCount(0);
  await person.sees('Hubungkan akses SiRUP');
  await page.getByRole('main').getByRole('link', { name: 'Daftar Akses Baru' }).click();
  popUp = await person.seesDialog('Daftarkan akses baru?');
  await popUp.getByRole('button', { name: 'Ya, Lanjutkan' }).click();
  await person.sees('Formulir Pendaftaran Akses KPA');
  expect(new URL(page.url()).pathname).toBe(`/akses/pengajuan/${id}/formulir`);
});

test('a linked account can be used again, and a different role is pointed out', async ({ people }) => {
  const person = await people.signedIn(SITI);
  const { page } = person;
  const first = await openDraft(person, 'pa');
  await person.goto(`/akses/pengajuan/${first}/sirup`);
  await person.sees('Hubungkan akses SiRUP');
  await page.getByLabel('Username pada Platform SiRUP').fill('PA.Lama');
  await page.getByLabel('Kata Sandi pada Platform SiRUP').fill(SIRUP_PASSWORD);
  await page.getByRole('button', { name: 'Hubungkan Akses' }).click();
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(page.getByText('Data diisi dari SiRUP')).toBeVisible();

  const second = await openDraft(person, 'kpa');
  await person.goto(`/akses/pengajuan/${second}/sirup`);
  await person.sees('Hubungkan akses SiRUP');
  await expect(page.getByRole('heading', { name: 'Sudah pernah Anda hubungkan' })).toBeVisible();
  await page.getByRole('button', { name: 'Pakai pa.lama' }).click();
  await person.sees('Formulir Pendaftaran Akses KPA');
  await expect(page.getByText('SiRUP mencatat role PA')).toBeVisible();
  await expect(page.getByLabel('Username pada Platform Sebelumnya')).toHaveValue('pa.lama');
});
