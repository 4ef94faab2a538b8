/** A line that breaks and a session that ends lose nothing that was typed. */

import { expect, test } from '../../fixtures';
import { filledDraft, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { Form } from '../../support/form';
import { RATNA, post } from '../../support/people';

const HEADING = 'Formulir Pendaftaran Akses PA';
const REASON = 'Surat tidak memuat tanda tangan pejabat yang berwenang.';

test('what is typed without a connection is stored once it is back', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, HEADING);
  const id = await filledDraft(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Umum dan Pengadaan Barang/Jasa' });
  await form.opens(id);
  person.allows(0, /^\//);
  await person.context.setOffline(true);
  await form.address.fill('Jalan Ridwan Rais Nomor 5, Jakarta Pusat');
  await expect(page.getByText('Belum tersimpan. Mencoba lagi…')).toBeVisible();
  await form.send();
  await expect(page.getByText('Sistem belum dapat menjawab. Isian Anda masih ada di layar')).toBeVisible();
  await person.context.setOffline(false);
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText('Jalan Ridwan Rais Nomor 5, Jakarta Pusat')).toBeVisible();
});

test('a session that ends while one types loses nothing', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, HEADING);
  const id = await filledDraft(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Perencanaan dan Keuangan' });
  await form.opens(id);
  await post(person, '/keluar', {});
  person.allows(401, /^\/api\/pengajuan\/simpan$/);
  await form.address.fill('Jalan Ridwan Rais Nomor 6, Jakarta Pusat');
  await expect(page.getByText('Sesi Anda sudah berakhir. Masuk lagi di tab lain')).toBeVisible();
  await expect(form.address).toHaveValue('Jalan Ridwan Rais Nomor 6, Jakarta Pusat');
  await person.looks();

  const other = await people.anotherTab(person);
  await other.goto('/masuk');
  await other.sees('Masuk');
  await other.signsIn();
  await other.sees('Manajemen Akses');
  await form.stored();
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText('Jalan Ridwan Rais Nomor 6, Jakarta Pusat')).toBeVisible();
});

test('a session that ends takes no reason from the desk', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Hukum dan Organisasi' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.wouldReject(REASON);
  await desk.losesSession();
  await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  await expect(dialog.getByText('Sesi Anda sudah berakhir.')).toBeVisible();
  await verifier.looks();
  await expect(dialog.getByLabel('Penjelasan untuk pemohon')).toHaveValue(REASON);
  await desk.findsSession();
  await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  await desk.isDecided('Ditolak');
});
