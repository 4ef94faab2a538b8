/** The pictures of the README, in `docs/screenshots`: real screens over development data and a few applications. */

import { join, resolve } from 'node:path';
import { expect, test } from './fixtures';
import { decided, emptyForm, office, submitted, taken } from './support/applications';
import { PERIOD } from './support/dates';
import { Form } from './support/form';
import { letterSaying } from './support/letters';
import type { Visitor } from './support/visitor';

const FOLDER = resolve(import.meta.dirname, '../docs/screenshots');
const PHONE = { width: 390, height: 844 };

/** Accounts of the development data. */
const account = (email: string, name: string) => ({ email, name, password: 'Gerbang-2026' });
const SITI = account('siti.pa@contoh.go.id', 'Siti Rahmawati');
const BUDI = account('budi.kpa@contoh.go.id', 'Budi Santoso');
const RATNA = account('verifikator@contoh.go.id', 'Ratna Wulandari');

const INSTITUTION = 'Kementerian Kesehatan';

/** Pictures are taken in this order: later ones show what earlier ones made. */
test.describe.configure({ mode: 'serial' });

test('the desk, with a queue and an open case', async ({ people }) => {
  for (const [name, province] of [
    ['I Gusti Ngurah Adi', 'Bali'],
    ['Maria Goreti Lende', 'Nusa Tenggara Timur'],
    ['Yohanes Kambuaya', 'Papua Barat'],
    ['Teuku Iskandar', 'Aceh'],
    ['Andi Tenri Ajeng', 'Sulawesi Selatan'],
  ]) {
    await submitted(await people.newcomer(name), office(province));
  }
  const workUnit = 'Biro Hukum dan Organisasi';
  const file = letterSaying([
    'KEPUTUSAN MENTERI KESEHATAN',
    'tentang pengangkatan Kuasa Pengguna Anggaran',
    '',
    'Menetapkan pejabat di bawah ini:',
    '',
    `Nama: ${BUDI.name}`,
    'NIP: 19810905 200604 1 001',
    `Satuan kerja: ${workUnit}, ${INSTITUTION}`,
    '',
    'sebagai Kuasa Pengguna Anggaran,',
    `untuk masa ${PERIOD}.`,
    '',
    'Jakarta, 2 Januari',
    'Pengguna Anggaran',
  ]);
  const application = await submitted(await people.signedIn(BUDI), { role: 'kpa', institution: INSTITUTION, workUnit, file });
  const ratna = await people.signedIn(RATNA);
  await taken(ratna, application);
  await ratna.goto(`/verifikasi/${application.id}`);
  await ratna.sees(BUDI.name);
  await expect(ratna.page.getByText(/^Anda pegang/)).toBeVisible();
  const page = ratna.page.getByRole('img', { name: 'Surat, halaman 1 dari 1' });
  await expect.poll(() => page.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await picture(ratna, 'verifikasi');
});

test('what an applicant sees', async ({ people }) => {
  const siti = await people.signedIn(SITI);
  const ratna = await people.signedIn(RATNA);
  await decided(ratna, await submitted(siti, { institution: INSTITUTION, workUnit: 'Sekretariat Jenderal' }));
  const waiting = await submitted(siti, office('Kalimantan Timur'));
  await siti.goto(`/akses/pengajuan/${waiting.id}/status`);
  await siti.sees('Pengajuan Anda sudah kami terima');
  await picture(siti, 'status');

  await siti.goto('/akses');
  await siti.sees('Manajemen Akses');
  await picture(siti, 'akses');
  await siti.goto('/platform/daftar-hitam');
  await siti.seesDialog('Pilih Platform');
  await picture(siti, 'platform');

  const form = new Form(siti, 'Formulir Pendaftaran Akses PA');
  await form.opens(await emptyForm(siti));
  await form.type('Provinsi');
  await form.pick('Nama Instansi', 'jawa barat', 'Provinsi Jawa Barat');
  await form.pick('Satuan Kerja', 'dinas kesehatan', 'Dinas Kesehatan Jawa Barat');
  await form.period();
  await siti.page.evaluate(() => window.scrollTo(0, 0));
  await picture(siti, 'formulir');

  await siti.page.setViewportSize(PHONE);
  await expect(siti.page.getByText(/^Tersimpan \d\d\.\d\d/)).toBeVisible();
  await picture(siti, 'formulir-ponsel');
});

/** Takes the picture once nothing moves and no field has the focus. */
async function picture({ page }: Visitor, name: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
