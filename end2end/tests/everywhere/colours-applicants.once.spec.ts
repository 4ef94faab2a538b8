/** Dark colours on every kind of page that applicants see. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { decided, filledDraft, openDraft, submitted } from '../../support/applications';
import { Form } from '../../support/form';

test('every kind of page for applicants is accessible in dark colours', async ({ people }) => {
  const dark = { colorScheme: 'dark' as const };
  const stranger = await people.anonymous(dark);
  for (const [path, heading] of [['/masuk', 'Masuk'], ['/daftar', 'Daftar'], ['/bantuan', 'Pusat Bantuan']]) {
    await stranger.goto(path);
    await stranger.sees(heading);
  }
  const person = await people.newcomer('Rina Hapsari', dark);
  const verifier = await people.signedIn(RATNA, dark);
  const institution = 'Kementerian Kesehatan';
  const refused = await submitted(person, { institution, workUnit: 'Sekretariat Jenderal' });
  await decided(verifier, refused, 'Surat tidak menyebut masa berlaku jabatan.');
  const approved = await submitted(person, { institution, workUnit: 'Biro Umum dan Pengadaan Barang/Jasa' });
  await decided(verifier, approved);
  const waiting = await submitted(person, { institution, workUnit: 'Biro Perencanaan dan Keuangan' });
  const draft = await filledDraft(person, { institution, workUnit: 'Pusat Data dan Teknologi Informasi' });
  const fresh = await openDraft(person);
  const application = '/akses/pengajuan/';
  for (const [path, heading] of [
    ['/akses', 'Manajemen Akses'],
    ['/akses/baru', 'Hubungkan atau buat akses'],
    [`${application}${fresh}/sirup`, 'Hubungkan akses SiRUP'],
    [`${application}${draft}/formulir`, 'Formulir Pendaftaran Akses PA'],
    [`${application}${draft}/tinjau`, 'Tinjau sebelum mengirim'],
    [`${application}${waiting.id}/status`, 'Pengajuan Anda sudah kami terima'],
    [`${application}${approved.id}/status`, 'Akses Anda disetujui'],
    [`${application}${refused.id}/status`, 'Pengajuan Anda ditolak'],
    ['/pengaturan/instansi', 'Pengaturan Informasi Instansi/Perusahaan'],
    ['/profil', 'Profil'],
    ['/profil/sesi', 'Sesi'],
    ['/profil/platform', 'Platform yang terhubung'],
  ]) {
    await person.goto(path);
    await person.sees(heading);
  }
  // Errors and dialogs have colours of their own.
  await person.goto(`${application}${fresh}/sirup`);
  await person.sees('Hubungkan akses SiRUP');
  await person.page.getByRole('button', { name: 'Hubungkan Akses' }).click();
  await expect(person.page.getByText('Username SiRUP belum diisi.')).toBeVisible();
  await person.inspects();
  await person.page.getByRole('main').getByRole('link', { name: 'Daftar Akses Baru' }).click();
  const popUp = await person.seesDialog('Daftarkan akses baru?');
  await popUp.getByRole('button', { name: 'Ya, Lanjutkan' }).click();
  await person.sees('Formulir Pendaftaran Akses PA');
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  await form.send();
  await form.isRefused(6);
  await person.inspects();
});
