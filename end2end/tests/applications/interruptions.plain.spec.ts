/** An ended session loses no answer of the form, without script either. */

import { expect, test } from '../../fixtures';
import { filledDraft } from '../../support/applications';
import { Form } from '../../support/form';
import { post } from '../../support/requests';

test('a form posted after the session has ended can be posted again after signing in', async ({ people }) => {
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
