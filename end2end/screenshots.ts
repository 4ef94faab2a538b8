/** The pictures of the README, in `docs/screenshots`: real screens over development data and a few applications. */

import { join, resolve } from 'node:path';
import { expect, test } from './fixtures';
import { type Wish, decided, emptyForm, office, submitted, taken } from './support/applications';
import { PERIOD } from './support/dates';
import { Form } from './support/form';
import { letterSaying } from './support/letters';
import { BUDI, RATNA, SITI } from './support/people';
import type { Visitor } from './support/visitor';

const FOLDER = resolve(import.meta.dirname, '../docs/screenshots');
const PHONE = { width: 390, height: 844 };

const INSTITUTION = 'Kementerian Kesehatan';

/** Pictures are taken in this order: later ones show what earlier ones made. */
test.describe.configure({ mode: 'serial' });

test('the desk, with a queue and an open case', async ({ people }) => {
  for (const [name, province, service] of [
    ['I Gusti Ngurah Adi', 'Bali', 'Dinas Kesehatan'],
    ['Maria Goreti Lende', 'Nusa Tenggara Timur', 'Dinas Kesehatan'],
    ['Yohanes Kambuaya', 'Papua Barat', 'Dinas Kesehatan'],
    ['Teuku Iskandar', 'Aceh', 'Dinas Kesehatan'],
    ['Andi Tenri Ajeng', 'Sulawesi Selatan', 'Dinas Kesehatan'],
  ]) {
    const wish = office(province, service);
    await submitted(await people.newcomer(name), { ...wish, file: letterOn(name, `${service} ${province}`, wish.institution!) });
  }
  const budi = await people.signedIn(BUDI);
  const workUnit = 'Biro Hukum dan Organisasi';
  const wish: Wish = { role: 'kpa', institution: INSTITUTION, workUnit };
  const application = await submitted(budi, { ...wish, file: letterOn(BUDI.name, workUnit, INSTITUTION, 'Kuasa Pengguna Anggaran') });
  const ratna = await people.signedIn(RATNA);
  await taken(ratna, application);
  await ratna.goto(`/verifikasi/${application.id}`);
  await ratna.sees(BUDI.name);
  await expect(ratna.page.getByText(/^Anda pegang/)).toBeVisible();
  await expect(ratna.page.getByRole('img', { name: /^Halaman 1/ }).first()).toBeVisible();
  await picture(ratna, 'verifikasi');
});

test('what an applicant sees', async ({ people }) => {
  const siti = await people.signedIn(SITI);
  const ratna = await people.signedIn(RATNA);
  const approved: Wish = { institution: INSTITUTION, workUnit: 'Sekretariat Jenderal' };
  await decided(ratna, await submitted(siti, approved));
  const waiting = await submitted(siti, office('Kalimantan Timur'));
  await siti.goto(`/akses/pengajuan/${waiting.id}/status`);
  await siti.sees('Pengajuan Anda sudah kami terima');
  await picture(siti, 'status');

  const form = new Form(siti, 'Formulir Pendaftaran Akses PA');
  await form.opens(await emptyForm(siti));
  await form.type('Provinsi');
  await form.pick('Nama Instansi', 'jawa barat', 'Provinsi Jawa Barat');
  await form.pick('Satuan Kerja', 'dinas kesehatan', 'Dinas Kesehatan Jawa Barat');
  await form.period();
  await siti.page.evaluate(() => window.scrollTo(0, 0));
  await picture(siti, 'formulir');

  await siti.goto('/akses');
  await siti.sees('Manajemen Akses');
  await picture(siti, 'akses');
  await siti.goto('/platform/daftar-hitam');
  await siti.sees('Pilih Platform');
  await picture(siti, 'platform');

  await siti.page.setViewportSize(PHONE);
  await siti.goto('/akses');
  await siti.sees('Manajemen Akses');
  await picture(siti, 'akses-ponsel');
});

/** A letter that names what is applied for, so that the desk finds it there. */
function letterOn(name: string, workUnit: string, institution: string, role = 'Pengguna Anggaran') {
  return letterSaying([
    'KEPUTUSAN',
    `tentang penunjukan ${role}`,
    '',
    `Menetapkan ${name}`,
    `sebagai ${role} pada ${workUnit},`,
    `${institution},`,
    `untuk masa ${PERIOD}.`,
  ]);
}

/** Takes the picture once nothing moves and no field has the focus. */
async function picture({ page }: Visitor, name: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
