/** Who comes by an address that is not theirs, skips a step, or works in two tabs. */

import { expect, test } from '../../fixtures';
import { emptyForm, filledDraft, openDraft, submitted } from '../../support/applications';
import { Form } from '../../support/form';

const GONE = 'Halaman tidak ditemukan';

test('a draft and an application of another person are not there', async ({ people }) => {
  const owner = await people.newcomer();
  const stranger = await people.newcomer('Joko Susilo');
  const draft = await filledDraft(owner, { institution: 'Kementerian Koperasi' });
  const { id: sent } = await submitted(owner, { institution: 'Kementerian Dalam Negeri' });
  stranger.allows(404, /^\/akses\/pengajuan\//);
  const pages = [
    ...['', '/sirup', '/formulir', '/instansi', '/satker', '/tinjau'].map((page) => draft + page),
    ...['/status', '/rincian'].map((page) => sent + page),
    'bukan-sebuah-nomor/formulir',
  ];
  for (const page of pages) {
    await stranger.goto(`/akses/pengajuan/${page}`);
    await stranger.sees(GONE);
  }
  for (const file of [`${draft}/surat`, `${sent}/surat`, `${sent}/bukti.pdf`]) {
    expect((await stranger.context.request.get(`/akses/pengajuan/${file}`)).status()).toBe(404);
  }
  // Nor for who is not signed in.
  const nobody = await people.stranger();
  await nobody.goto(`/akses/pengajuan/${draft}/formulir`);
  await nobody.sees('Masuk');
});

test('a step that is not due leads back to the one that is', async ({ people }) => {
  const person = await people.newcomer();
  const at = () => new URL(person.page.url()).pathname;
  const fresh = await openDraft(person);
  for (const step of ['tinjau', 'formulir', 'satker', 'status', 'rincian']) {
    await person.goto(`/akses/pengajuan/${fresh}/${step}`);
    await person.sees('Hubungkan akses SiRUP');
    expect(at()).toBe(`/akses/pengajuan/${fresh}/sirup`);
  }
  const unfinished = await emptyForm(person, 'kpa');
  await person.goto(`/akses/pengajuan/${unfinished}/tinjau`);
  await person.sees('Formulir Pendaftaran Akses KPA');
  expect(at()).toBe(`/akses/pengajuan/${unfinished}/formulir`);
  const { id: sent } = await submitted(person, { institution: 'Kementerian Kelautan dan Perikanan' });
  for (const step of ['', '/sirup', '/formulir', '/tinjau']) {
    await person.goto(`/akses/pengajuan/${sent}${step}`);
    await person.sees('Pengajuan Anda sudah kami terima');
    expect(at()).toBe(`/akses/pengajuan/${sent}/status`);
  }
});

test('of two tabs on one draft, the later is told and overrules nothing', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const id = await filledDraft(person, { institution: 'Kementerian Perhubungan', workUnit: 'Biro Perencanaan dan Keuangan' });
  const other = await people.anotherTab(person);
  const [form, late] = [person, other].map((tab) => new Form(tab, 'Formulir Pendaftaran Akses PA'));
  for (const tab of [person, other]) {
    await tab.goto(`/akses/pengajuan/${id}/formulir`);
    await tab.sees(form.heading);
  }
  await form.address.fill('Jalan Medan Merdeka Barat Nomor 8, Jakarta');
  if (scripted) await expect(person.page.getByText('Menyimpan…')).toBeVisible();
  await form.stored();
  if (!scripted) {
    await form.send();
    await person.sees('Tinjau sebelum mengirim');
  }

  other.allows(409, scripted ? /^\/api\/pengajuan\/simpan$/ : /\/formulir$/);
  await late.address.fill('Alamat yang diketik di tab kedua');
  if (!scripted) await late.send();
  const told = other.page.getByRole('alert').filter({ hasText: 'Draf ini berubah di tab atau perangkat lain' });
  await expect(told).toBeVisible();
  // What was typed is still on the screen.
  await expect(late.address).toHaveValue('Alamat yang diketik di tab kedua');
  await other.looks();
  await other.loadsAnew();
  await other.page.getByRole('link', { name: 'Muat isian terbaru' }).click();
  await expect(late.address).toHaveValue('Jalan Medan Merdeka Barat Nomor 8, Jakarta');
  await other.sees(late.heading);
  await late.send();
  await other.sees('Tinjau sebelum mengirim');
  await expect(other.page.getByText('Jalan Medan Merdeka Barat Nomor 8, Jakarta')).toBeVisible();
});

test('a review that another tab has overtaken is not sent', async ({ people }) => {
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
  const told = person.page.getByRole('alert').filter({ hasText: 'Draf ini berubah di tab atau perangkat lain' });
  await expect(told).toBeVisible();
  await person.looks();
});
