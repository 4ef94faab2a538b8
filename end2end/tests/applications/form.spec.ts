/** The form of guide step 10: what it asks for, what it refuses, and that no answer is lost. */

import { expect, test } from '../../fixtures';
import { emptyForm, filledDraft, submitted } from '../../support/applications';
import { FIRST, LAST, PERIOD } from '../../support/dates';
import { Form } from '../../support/form';
import { REFUSED, letter } from '../../support/letters';

const PA = 'Surat Tanda Jabatan sebagai PA';
const KPA = 'Surat Pengangkatan sebagai KPA';

test('the error summary lists every missing answer and links to its field', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await emptyForm(person);
  await form.opens(id);
  await expect(form.address).toHaveCount(0);
  person.allowsRefusal(/\/formulir$/);
  await form.send();
  const summary = await form.isRefused(6);
  await person.inspects();
  const lines = {
    'Jenis Instansi belum dipilih': page.getByRole('radio', { name: 'Kementerian', exact: true }),
    'Nama Instansi belum dipilih': page.locator('#institution'),
    'Satuan Kerja belum dipilih': page.locator('#work_unit'),
    'Hari pertama peran belum diisi': page.getByRole('group', { name: 'Hari pertama' }).getByRole('textbox').first(),
    'Hari terakhir peran belum diisi': page.getByRole('group', { name: 'Hari terakhir' }).getByRole('textbox').first(),
    'Surat belum diunggah': page.locator('input[type=file]'),
  };
  for (const [line, field] of Object.entries(lines)) {
    const link = summary.getByRole('link', { name: line, exact: true });
    await link.click();
    await expect(field).toBeFocused();
    // With script, the file input is hidden behind its label.
    await expect(field.or(page.locator('label', { has: field })).first()).toBeInViewport();
  }
});

test('pickers match abbreviations in any order, and a new institution clears the work unit', async ({ people }) => {
  const person = await people.newcomer();
  const form = new Form(person, 'Formulir Pendaftaran Akses KPA');
  const id = await emptyForm(person, 'kpa');
  await form.opens(id);
  await form.type('Provinsi');
  await form.pick('Nama Instansi', 'timur prov jawa', 'Provinsi Jawa Timur');
  await form.pick('Satuan Kerja', 'PENDIDIKAN din', 'Dinas Pendidikan dan Kebudayaan Jawa Timur');
  await expect(form.address).toBeVisible();
  await form.pick('Nama Instansi', 'jawa tengah', 'Provinsi Jawa Tengah');
  await expect(form.box('Satuan Kerja')).toHaveValue('');
  await expect(form.address).toHaveCount(0);
});

test('choosing another work unit clears the address', async ({ people }) => {
  const person = await people.newcomer();
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await filledDraft(person, { institution: 'Kementerian Perhubungan', workUnit: 'Sekretariat Jenderal' });
  await form.opens(id);
  await expect(form.address).not.toHaveValue('');
  await form.pick('Satuan Kerja', 'biro hukum', 'Biro Hukum dan Organisasi');
  await expect(form.address).toHaveValue('');
  person.allowsRefusal(/\/formulir$/);
  await form.send();
  await expect(person.page.getByText('Alamat Satuan Kerja belum diisi.')).toBeVisible();
});

test('choosing the same work unit again keeps the address', async ({ people }) => {
  const person = await people.newcomer();
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await filledDraft(person, { institution: 'Kementerian Sosial', workUnit: 'Sekretariat Jenderal' });
  await form.opens(id);
  await form.pick('Satuan Kerja', 'sekjen', 'Sekretariat Jenderal');
  await expect(form.address).toHaveValue('Jalan Merdeka Barat Nomor 12, Jakarta');
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
});

test('a work unit that is closed this year is not offered', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await emptyForm(person);
  await form.opens(id);
  await form.type('Provinsi');
  await form.pick('Nama Instansi', 'jawa barat', 'Provinsi Jawa Barat');
  // Every eleventh work unit of the development data is closed; this is one.
  await form.box('Satuan Kerja').fill('dinas pendidikan dan kebudayaan');
  if (!scripted) {
    await page.getByRole('button', { name: 'Cari Satuan Kerja' }).click();
    await person.sees('Cari Satuan Kerja');
  }
  await expect(page.getByText(/^Tidak ada yang cocok dari \d+ satuan kerja aktif tahun \d{4}\./)).toBeVisible();
  await person.inspects();
});

test('a form that is refused before autosave can be submitted again', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await filledDraft(person, { institution: 'Kementerian Perhubungan', workUnit: 'Biro Umum dan Pengadaan Barang/Jasa' });
  await form.opens(id);
  person.allowsRefusal(/\/formulir$/);
  // Enter is pressed before autosave has run.
  const year = page.getByRole('group', { name: 'Hari terakhir' }).getByRole('textbox', { name: 'Tahun' });
  await year.fill('2019');
  await year.press('Enter');
  await form.isRefused(1);
  await year.fill(`${LAST.year}`);
  await year.press('Enter');
  await person.sees('Tinjau sebelum mengirim');
});

test('only the first registrant of a work unit is asked for its address', async ({ people }) => {
  const details = { institution: 'Kementerian Perhubungan', workUnit: 'Inspektorat Jenderal' };
  await submitted(await people.newcomer(), details);
  const second = await people.newcomer('Joko Susilo');
  const form = new Form(second, 'Formulir Pendaftaran Akses PA');
  const id = await emptyForm(second);
  await second.goto(`/akses/pengajuan/${id}/formulir`);
  await second.sees(form.heading);
  await form.type('Kementerian');
  await form.pick('Nama Instansi', 'kemen perhubungan', details.institution);
  await form.pick('Satuan Kerja', 'irjen', details.workUnit);
  await form.period();
  await form.uploads(PA, letter());
  await expect(form.address).toHaveCount(0);
  await form.send();
  await second.sees('Tinjau sebelum mengirim');
  await expect(second.page.getByText('Alamat Satuan Kerja')).toHaveCount(0);
});

test('impossible dates are refused with the reason', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await filledDraft(person, { workUnit: 'Sekretariat Jenderal' });
  await form.opens(id);
  person.allowsRefusal(/\/formulir$/);
  const wrong = [
    { first: FIRST, last: { day: 31, month: 12, year: FIRST.year - 1 }, says: 'mendahului hari pertama. Periksa tahunnya.' },
    { first: { ...FIRST, year: 2020 }, last: { day: 31, month: 12, year: 2020 }, says: 'sudah lewat.' },
    { first: FIRST, last: { day: 31, month: 2, year: LAST.year }, says: 'Tanggal ini tidak ada dalam kalender.' },
  ];
  for (const { first, last, says } of wrong) {
    await form.day('Hari pertama', first);
    await form.day('Hari terakhir', last);
    await form.send();
    await expect(page.getByText(says)).toBeVisible();
    await form.isRefused(1);
  }
  await person.inspects();
  await form.period();
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText(PERIOD)).toBeVisible();
});

test('each kind of bad file has its own message; a good file is kept, replaced and removed', async ({
  people,
  scripted,
}) => {
  test.slow();
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses KPA');
  const id = await emptyForm(person, 'kpa');
  await form.opens(id);
  await form.uploads(KPA, letter('surat pertama.pdf'));
  // With script, the file has a request of its own, which carries the status of the refusal.
  person.allows(422, scripted ? /\/surat$/ : /\/formulir$/);
  for (const { file, scripted: says, plain } of REFUSED) {
    await test.step(file.name, async () => {
      await form.letter(KPA, file);
      if (!scripted) await page.getByRole('button', { name: 'Unggah', exact: true }).click();
      await expect(page.getByText((!scripted && plain) || says)).toBeVisible();
      await expect(page.getByText('surat pertama.pdf')).toBeVisible();
    });
  }
  await person.inspects();
  await form.uploads(KPA, letter('surat kedua.pdf', 3));
  await expect(page.getByText(/^Terunggah · 3 halaman/)).toBeVisible();
  await expect(page.getByText('surat pertama.pdf')).toHaveCount(0);
  await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toHaveCount(0);
  await person.inspects();
  await page.getByRole('button', { name: `Hapus ${KPA}` }).click();
  await expect(page.getByText('surat kedua.pdf')).toHaveCount(0);
  await expect(page.getByText(/^Terunggah/)).toHaveCount(0);
  await person.inspects();
});

test('answers survive a refusal, a reload, another device and leaving the form', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await emptyForm(person);
  await form.opens(id);
  await form.type('Lembaga');
  await form.pick('Nama Instansi', 'arsip nasional', 'Arsip Nasional Republik Indonesia');
  await form.pick('Satuan Kerja', 'sekjen', 'Sekretariat Jenderal');
  await form.address.fill('Jalan Ampera Raya\nCilandak Timur');
  await form.day('Hari pertama', { day: 40, month: 3, year: 2026 });
  await form.uploads(PA, letter());
  await form.day('Hari terakhir', LAST);
  await form.isSaved();

  const kept = async (visitor = person) => {
    const same = new Form(visitor, form.heading);
    await expect(visitor.page.getByRole('radio', { name: 'Lembaga', exact: true })).toBeChecked();
    await expect(same.box('Nama Instansi')).toHaveValue('Arsip Nasional Republik Indonesia');
    await expect(same.box('Satuan Kerja')).toHaveValue('Sekretariat Jenderal');
    await expect(same.address).toHaveValue('Jalan Ampera Raya\nCilandak Timur');
    const first = visitor.page.getByRole('group', { name: 'Hari pertama' });
    await expect(first.getByRole('textbox', { name: 'Tanggal' })).toHaveValue('40');
    await expect(first.getByRole('combobox', { name: 'Bulan' })).toHaveValue('3');
    const last = visitor.page.getByRole('group', { name: 'Hari terakhir' });
    await expect(last.getByRole('textbox', { name: 'Tahun' })).toHaveValue(`${LAST.year}`);
    await expect(visitor.page.getByText('surat jabatan.pdf')).toBeVisible();
  };
  person.allowsRefusal(/\/formulir$/);
  await form.send();
  await form.isRefused(1);
  await kept();
  await form.opens(id);
  await kept();
  const phone = await people.signedIn(person.account!);
  await phone.goto(`/akses/pengajuan/${id}`);
  await phone.sees(form.heading);
  await kept(phone);

  await page.getByRole('button', { name: 'Simpan dan keluar' }).click();
  await person.sees('Manajemen Akses');
  const draft = page.getByRole('article').filter({ hasText: 'Sekretariat Jenderal' });
  await expect(draft.getByText('Draf', { exact: true })).toBeVisible();
  await draft.getByRole('link', { name: 'Lanjutkan' }).click();
  await person.sees(form.heading);
  await kept();
});
