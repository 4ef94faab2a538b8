/** Applications of suppliers (Penyedia): a company in place of institution and work unit, its own check list, access for one year. */

import type { Page } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { Desk } from '../../support/desk';
import { Form } from '../../support/form';
import { type LetterFile, letterSaying } from '../../support/letters';
import type { Visitor } from '../../support/visitor';

const COMPANY = 'PT Maju Bersama Sejahtera';
const ADDRESS = 'Jalan Pemuda Nomor 112, Rawamangun, Jakarta Timur';
const PROOF = 'Bukti Badan Usaha';

/** Number of NIBs made so far; each test gets one of its own, of 13 digits. */
let nibs = 0;

const newNib = () => {
  nibs += 1;
  return `9${String(process.pid).padStart(7, '0')}${String(nibs).padStart(5, '0')}`;
};

const fills = async (page: Page, fields: Record<string, string>) => {
  for (const [label, value] of Object.entries(fields)) await page.getByRole('textbox', { name: label, exact: true }).fill(value);
};

/** The table that compares the answers with the proof. */
const comparison = (desk: Desk) =>
  desk.visitor.page.getByRole('table', { name: 'Data pengajuan dan halaman bukti yang memuatnya' });

/** Begins an application as a supplier. */
async function begins(person: Visitor, form: Form): Promise<void> {
  const { page, scripted } = person;
  await person.goto('/akses/baru');
  await person.sees('Hubungkan atau buat akses');
  await page.getByRole('radio', { name: /^Penyedia/ }).first().check();
  if (scripted) await expect(page.getByRole('radio', { name: /^Penyedia · Pelaku Usaha/ })).toBeChecked();
  await person.inspects();
  await page.getByRole('button', { name: 'Lanjutkan' }).click();
  await person.sees(form.heading);
  await expect(page.getByLabel('Pilih Role')).toHaveValue('Penyedia · Pelaku Usaha');
  await expect(page.getByRole('group', { name: 'Hari pertama' })).toHaveCount(0);
  await expect(page.getByText('Akses berlaku satu tahun sejak disetujui.')).toBeVisible();
}

/** Numbers of the wrong length are refused with their length. */
async function entersShortNumbers(person: Visitor, form: Form, nib: string): Promise<void> {
  const { page } = person;
  person.allowsRefusal(/\/formulir$/);
  await fills(page, { 'Nama Perusahaan': COMPANY, NPWP: '02.345.678.9-012.00', NIB: nib.slice(1), 'Alamat Perusahaan': ADDRESS });
  await form.send();
  await form.isRefused(3);
  await expect(page.getByText('NPWP berisi 15 atau 16 angka. Terisi 14.').last()).toBeVisible();
  await expect(page.getByText('NIB berisi 13 angka. Terisi 12.').last()).toBeVisible();
  await person.inspects();
}

/** The desk compares the answers with the proof, which states another NPWP, and returns the application. */
async function returnsNpwp(desk: Desk, nib: string, reference: string): Promise<void> {
  await desk.opens();
  await desk.searches(nib);
  await expect(desk.rows()).toHaveCount(1);
  for (const text of [COMPANY, `NIB ${nib}`]) await expect(desk.rows()).toContainText(text);
  await desk.rows('Rina Hapsari').click();
  await desk.visitor.sees('Rina Hapsari');
  await expect(desk.visitor.page.getByText(reference)).toBeVisible();
  for (const [term, found] of Object.entries({ Pemohon: 'hal. 1', Perusahaan: 'hal. 1', NPWP: 'tidak ditemukan', NIB: 'hal. 1', Alamat: 'hal. 1' })) {
    await expect(comparison(desk).getByRole('row', { name: new RegExp(`^${term}`) })).toContainText(found);
  }
  await desk.takes();
  await expect(desk.visitor.page.getByRole('group', { name: /^Daftar periksa Penyedia/ })).toBeVisible();
  await desk.visitor.inspects();
  await desk.returns({ NPWP: 'NPWP pada bukti berakhiran 012.001.' });
  await desk.visitor.inspects();
}

/** Corrects the NPWP and submits the application again. */
async function correctsNpwp(person: Visitor, form: Form): Promise<void> {
  const { page } = person;
  await page.getByRole('link', { name: 'Perbaiki Pengajuan' }).click();
  await person.sees('Perbaiki Pengajuan Akses Penyedia');
  await expect(page.getByText('Perlu perbaikan: NPWP pada bukti berakhiran 012.001.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Nama Perusahaan', exact: true })).toHaveValue(COMPANY);
  await fills(page, { NPWP: '02.345.678.9-012.001' });
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await form.confirms();
}

/** Applies again: refused for the same company, but not for another one. */
async function appliesAgain(person: Visitor, form: Form, nib: string, proof: LetterFile): Promise<void> {
  const { page } = person;
  await person.goto('/akses/baru');
  await person.sees('Hubungkan atau buat akses');
  await page.getByRole('radio', { name: /^Penyedia/ }).first().check();
  await page.getByRole('button', { name: 'Lanjutkan' }).click();
  await person.sees(form.heading);
  await fills(page, { 'Nama Perusahaan': COMPANY, NPWP: '023456789012001', NIB: nib, 'Alamat Perusahaan': ADDRESS });
  await form.uploads(PROOF, proof);
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  person.allowsRefusal(/\/tinjau$/, 409);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Kirim', exact: true }).click();
  await expect(page.getByText(/^Anda sudah memiliki akses untuk perusahaan dengan NIB ini/)).toBeVisible();
  await person.inspects();
  await page.getByRole('link', { name: 'Kembali ke formulir' }).click();
  await person.sees(form.heading);
  await fills(page, { NIB: newNib() });
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await form.confirms();
}

test('a supplier applies for a company, corrects its NPWP and gets an access for one year', async ({ people, scripted }) => {
  test.slow();
  const person = await people.newcomer();
  const { page } = person;
  const desk = new Desk(await people.signedIn(RATNA));
  const form = new Form(person, 'Formulir Pendaftaran Akses Penyedia');
  const nib = newNib();

  await begins(person, form);
  await entersShortNumbers(person, form, nib);
  await fills(page, { NPWP: '02.345.678.9-012.000', NIB: nib });
  const proof = letterSaying([COMPANY.toUpperCase(), 'NPWP 02.345.678.9-012.001', `NIB ${nib}`, ADDRESS, 'Direktur Rina Hapsari']);
  await form.uploads(PROOF, proof);
  await form.send();

  await person.sees('Tinjau sebelum mengirim');
  for (const text of [COMPANY, '02.345.678.9-012.000', nib, ADDRESS, 'Satu tahun sejak disetujui']) {
    await expect(page.getByText(text, { exact: true }).first()).toBeVisible();
  }
  const reference = await form.confirms();

  await returnsNpwp(desk, nib, reference);
  // From the applicant's first change on, the open case says that it is being repaired.
  if (scripted) desk.visitor.allows(409, /^\/api\/verifikasi\/(kasus|temuan)$/);

  if (!scripted) await person.reloads();
  await person.sees('Pengajuan Anda perlu diperbaiki');
  await correctsNpwp(person, form);

  await desk.opens();
  await desk.finds(reference, 'Rina Hapsari');
  await expect(comparison(desk).getByRole('row', { name: /^NPWP/ })).toContainText('hal. 1');
  await desk.takes();
  await desk.approves();
  await desk.visitor.inspects();

  if (!scripted) await person.reloads();
  await person.sees('Akses Anda disetujui');
  await page.getByRole('link', { name: 'Buka Manajemen Akses' }).click();
  await person.sees('Manajemen Akses');
  const access = page.getByRole('article').filter({ hasText: COMPANY });
  await expect(access).toContainText('Aktif');
  await expect(access).toContainText(`NIB ${nib}`);

  await appliesAgain(person, form, nib, proof);
});
