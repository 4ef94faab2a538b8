/** One draft in two tabs. */

import { expect, test } from '../../fixtures';
import { filledDraft } from '../../support/applications';
import { Form } from '../../support/form';

test('a stale tab is told that the draft has changed, and overwrites nothing', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const id = await filledDraft(person, { institution: 'Kementerian Perhubungan', workUnit: 'Biro Perencanaan dan Keuangan' });
  const other = await people.anotherTab(person);
  const [form, stale] = [person, other].map((tab) => new Form(tab, 'Formulir Pendaftaran Akses PA'));
  for (const tab of [person, other]) {
    await tab.goto(`/akses/pengajuan/${id}/formulir`);
    await tab.sees(form.heading);
  }
  await form.address.fill('Jalan Medan Merdeka Barat Nomor 8, Jakarta');
  if (scripted) await expect(person.page.getByText('Menyimpan…')).toBeVisible();
  await form.isSaved();
  if (!scripted) {
    await form.send();
    await person.sees('Tinjau sebelum mengirim');
  }

  other.allows(409, scripted ? /^\/api\/pengajuan\/simpan$/ : /\/formulir$/);
  await stale.address.fill('Alamat yang diketik di tab kedua');
  if (!scripted) await stale.send();
  const alert = other.page.getByRole('alert').filter({ hasText: 'Draf ini berubah di tab atau perangkat lain' });
  await expect(alert).toBeVisible();
  // The text that was typed is still on the screen.
  await expect(stale.address).toHaveValue('Alamat yang diketik di tab kedua');
  await other.inspects();
  other.expectsReload();
  await other.page.getByRole('link', { name: 'Muat isian terbaru' }).click();
  await expect(stale.address).toHaveValue('Jalan Medan Merdeka Barat Nomor 8, Jakarta');
  await other.sees(stale.heading);
  await stale.send();
  await other.sees('Tinjau sebelum mengirim');
  await expect(other.page.getByText('Jalan Medan Merdeka Barat Nomor 8, Jakarta')).toBeVisible();
});

test('a review that another tab has made stale cannot be submitted', async ({ people }) => {
  const person = await people.newcomer();
  const id = await filledDraft(person, { institution: 'Kementerian Perhubungan', workUnit: 'Pusat Data dan Teknologi Informasi' });
  const other = await people.anotherTab(person);
  await person.goto(`/akses/pengajuan/${id}/tinjau`);
  await person.sees('Tinjau sebelum mengirim');
  await other.goto(`/akses/pengajuan/${id}/formulir`);
  await other.sees('Formulir Pendaftaran Akses PA');
  const form = new Form(other, 'Formulir Pendaftaran Akses PA');
  await form.address.fill('Jalan Medan Merdeka Barat Nomor 9, Jakarta');
  await form.send();
  await other.sees('Tinjau sebelum mengirim');

  person.allowsRefusal(/\/tinjau$/, 409);
  await person.page.getByRole('checkbox').check();
  await person.page.getByRole('button', { name: 'Kirim', exact: true }).click();
  const alert = person.page.getByRole('alert').filter({ hasText: 'Draf ini berubah di tab atau perangkat lain' });
  await expect(alert).toBeVisible();
  await person.inspects();
});

test('submitting a draft from two tabs gives one application', async ({ people }) => {
  const person = await people.newcomer();
  const id = await filledDraft(person, { institution: 'Kementerian Pariwisata' });
  const other = await people.anotherTab(person);
  const references: string[] = [];
  for (const tab of [person, other]) {
    await tab.goto(`/akses/pengajuan/${id}/tinjau`);
    await tab.sees('Tinjau sebelum mengirim');
    await tab.page.getByRole('checkbox').check();
  }
  for (const tab of [person, other]) {
    await tab.page.getByRole('button', { name: 'Kirim', exact: true }).click();
    await tab.sees('Pengajuan Anda sudah kami terima');
    references.push((await tab.page.getByText(/^GB-\d\d-\d{6}-\d$/).textContent())!);
  }
  expect(references[0]).toBe(references[1]);
});
