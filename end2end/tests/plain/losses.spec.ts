/** Without script, too, a session that ends takes nothing that was typed. */

import { expect, test } from '../../fixtures';
import { filledDraft, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { Form } from '../../support/form';
import { RATNA, post } from '../../support/people';

test('a form that comes after the session has ended is kept and sent again', async ({ people }) => {
  const person = await people.newcomer();
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await filledDraft(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Perencanaan dan Keuangan' });
  await form.opens(id);
  await post(person, '/keluar', {});
  await form.address.fill('Jalan Ridwan Rais Nomor 6,\nJakarta Pusat');
  person.allows(401, /\/formulir$/);
  await form.send();
  await person.sees('Sesi Anda sudah berakhir');
  const other = await people.anotherTab(person, person.page.getByRole('link', { name: 'Masuk di tab baru' }));
  await other.sees('Masuk');
  await other.signsIn();
  await other.sees('Manajemen Akses');
  await person.page.getByRole('button', { name: 'Kirim lagi' }).click();
  await person.sees('Tinjau sebelum mengirim');
  await expect(person.page.getByText('Jalan Ridwan Rais Nomor 6, Jakarta Pusat')).toBeVisible();
});

test('the same holds for the reason of a verdict', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Hukum dan Organisasi' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.wouldReject('Surat tidak memuat tanda tangan pejabat yang berwenang.');
  await post(verifier, '/keluar', {});
  verifier.allows(401, /^\/verifikasi\//);
  await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  await verifier.sees('Sesi Anda sudah berakhir');
  await post(verifier, '/masuk', { email: RATNA.email, password: RATNA.password });
  await verifier.page.getByRole('button', { name: 'Kirim lagi' }).click();
  await desk.isDecided('Ditolak');
  await verifier.looks();
  await expect(verifier.page.getByText('Surat tidak memuat tanda tangan pejabat yang berwenang.')).toBeVisible();
});
