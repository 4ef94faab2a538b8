/** A broken connection or an ended session loses no answer of the form. */

import { expect, test } from '../../fixtures';
import { filledDraft } from '../../support/applications';
import { Form } from '../../support/form';
import { post } from '../../support/requests';

const HEADING = 'Formulir Pendaftaran Akses PA';

test('an answer typed offline is saved once the connection is back', async ({ people }) => {
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

test('an answer typed after the session has ended is saved after the next sign-in', async ({ people }) => {
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
  await person.inspects();

  const other = await people.anotherTab(person);
  await other.goto('/masuk');
  await other.sees('Masuk');
  await other.signsIn();
  await other.sees('Manajemen Akses');
  await form.isSaved();
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText('Jalan Ridwan Rais Nomor 6, Jakarta Pusat')).toBeVisible();
});
