/** Addresses of applications that the visitor may not open, or not yet. */

import { expect, test } from '../../fixtures';
import { emptyForm, filledDraft, openDraft, submitted } from '../../support/applications';

const NOT_FOUND = 'Halaman tidak ditemukan';

test('the draft and the application of another person are not found', async ({ people }) => {
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
    await stranger.sees(NOT_FOUND);
  }
  for (const file of [`${draft}/surat`, `${sent}/surat`, `${sent}/bukti.pdf`]) {
    expect((await stranger.context.request.get(`/akses/pengajuan/${file}`)).status()).toBe(404);
  }
  // Nor are they for an anonymous visitor.
  const nobody = await people.anonymous();
  await nobody.goto(`/akses/pengajuan/${draft}/formulir`);
  await nobody.sees('Masuk');
});

test('a step that is not due redirects to the current step', async ({ people }) => {
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
