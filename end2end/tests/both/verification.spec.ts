/** The desk: the queue, the case, the verdict (guide steps 13 to 15). */

import { expect, test } from '../../fixtures';
import { decided, submitted } from '../../support/applications';
import { HENDRA, RATNA } from '../../support/people';

const REASON = 'Nama pada surat berbeda dengan nama pada akun.';

test('the queue shows the oldest first; a case shows the data beside the letter', async ({ people }) => {
  const [rina, joko] = [await people.newcomer(), await people.newcomer('Joko Susilo')];
  const first = await submitted(rina, { institution: 'Kementerian Keuangan', workUnit: 'Biro Umum dan Pengadaan Barang/Jasa' });
  const second = await submitted(joko, {
    role: 'kpa',
    type: 'provinsi',
    institution: 'Provinsi Bali',
    workUnit: 'Inspektorat Daerah Bali',
  });
  const verifier = await people.signedIn(RATNA);
  const { page } = verifier;
  await verifier.goto('/akses');
  await verifier.sees('Manajemen Akses');
  await verifier.goesTo('Verifikasi');
  await verifier.sees('Antrean verifikasi');
  const rows = await page.getByRole('row').allInnerTexts();
  const place = (reference: string) => rows.findIndex((row) => row.includes(reference));
  expect(place(first.reference)).toBeGreaterThan(0);
  expect(place(second.reference)).toBeGreaterThan(place(first.reference));
  const row = page.getByRole('row').filter({ hasText: second.reference });
  for (const text of ['Joko Susilo', 'Inspektorat Daerah Bali', 'Provinsi Bali', 'KPA', 'Akses baru', '3 hari kerja lagi', 'Menunggu kurang dari 1 hari kerja']) {
    await expect(row).toContainText(text);
  }
  await row.getByRole('link').click();
  await verifier.sees('Joko Susilo');
  const data = page.getByRole('table', { name: 'Data pengajuan dan data SiRUP' });
  await expect(data.getByRole('row', { name: /^Satker/ })).toContainText('Inspektorat Daerah Bali');
  await expect(page.getByText('Akses baru tanpa hubungan SiRUP.')).toBeVisible();
  const drawn = page.getByRole('img', { name: 'Surat, halaman 1 dari 1' });
  await expect.poll(() => drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(500);
  await expect(page.getByText('Surat Pengangkatan sebagai KPA')).toBeVisible();
});

test('Tolak needs a reason; the reason reaches the person', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan' });
  const verifier = await people.signedIn(RATNA);
  const { page } = verifier;
  await verifier.goto(`/verifikasi/${application.id}`);
  await verifier.sees('Rina Hapsari');
  verifier.allowsRefusal(/^\/verifikasi\//);
  await page.getByRole('button', { name: 'Tolak' }).click();
  await expect(page.getByText('Alasan belum diisi.')).toBeVisible();
  await expect(page.getByLabel('Alasan penolakan')).toBeFocused();
  await verifier.looks();
  await page.getByLabel('Alasan penolakan').fill('singkat');
  await page.getByRole('button', { name: 'Tolak' }).click();
  await expect(page.getByText('Alasan kurang dari 10 huruf.')).toBeVisible();
  await page.getByLabel('Alasan penolakan').fill(REASON);
  await page.getByRole('button', { name: 'Tolak' }).click();
  await expect(page.getByText(`Ditolak oleh ${RATNA.name}`)).toBeVisible();
  await verifier.looks();

  // The mail's button leads to a new start with the old answers.
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText(`“${REASON}”`)).toBeVisible();
  const mail = await person.opensMail('Ditolak: pengajuan akses PA Biro Hukum dan Organisasi');
  await expect(mail.getByText(REASON)).toBeVisible();
  await person.follows(mail, 'Daftar Ulang');
  await person.sees('Daftar ulang');
  await person.page.getByRole('button', { name: 'Daftar Ulang' }).click();
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(person.page.getByText(REASON).filter({ visible: true })).toBeVisible();
});

test('the mail of a refusal leads to the old answers, though one has to sign in first', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Sekretariat Jenderal' });
  await decided(await people.signedIn(RATNA), application, REASON);
  const later = await people.stranger();
  later.account = person.account;
  const mail = await later.opensMail('Ditolak: pengajuan akses PA Sekretariat Jenderal');
  await later.follows(mail, 'Daftar Ulang');
  await later.sees('Masuk');
  await later.signsIn();
  await later.sees('Daftar ulang');
  await later.page.getByRole('button', { name: 'Daftar Ulang' }).click();
  await later.sees('Formulir Pendaftaran Akses PA');
  await expect(later.page.getByLabel('Alamat Satuan Kerja')).toHaveValue('Jalan Merdeka Barat Nomor 12, Jakarta');
});

test('a second verdict comes too late and is told so', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Kehutanan' });
  const [ratna, hendra] = [await people.signedIn(RATNA), await people.signedIn(HENDRA)];
  for (const verifier of [ratna, hendra]) {
    await verifier.goto(`/verifikasi/${application.id}`);
    await verifier.sees('Rina Hapsari');
  }
  await ratna.page.getByRole('button', { name: 'Setujui' }).click();
  await expect(ratna.page.getByText(`Disetujui oleh ${RATNA.name}`)).toBeVisible();

  const { page } = hendra;
  await page.getByLabel('Alasan penolakan').fill(REASON);
  hendra.allowsRefusal(/^\/verifikasi\//, 409);
  await page.getByRole('button', { name: 'Tolak' }).click();
  const told = `Sudah diputus orang lain: ${RATNA.name} menyetujui pengajuan ini pada`;
  await expect(page.getByRole('alert').filter({ hasText: told })).toBeVisible();
  await hendra.looks();
  if (scripted) await page.getByRole('button', { name: 'Muat keadaan terbaru' }).click();
  await expect(page.getByText(`Disetujui oleh ${RATNA.name}`)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Tolak' })).toHaveCount(0);

  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible();
  const mail = await person.opensMail('Disetujui: akses PA Biro Hukum dan Organisasi');
  await mail.goto('/dev/surat');
  const row = mail.getByRole('row').filter({ hasText: person.account!.email });
  await expect(row.filter({ hasText: 'Disetujui' })).toHaveCount(1);
  await expect(row.filter({ hasText: 'Ditolak' })).toHaveCount(0);
});

test('nobody decides their own application', async ({ people }) => {
  const verifier = await people.signedIn(RATNA);
  const application = await submitted(verifier, { institution: 'Kementerian Pertahanan' });
  await verifier.goto(`/verifikasi/${application.id}`);
  await verifier.sees(RATNA.name);
  await expect(verifier.page.getByText('Pengajuan Anda sendiri')).toBeVisible();
  await expect(verifier.page.getByRole('button', { name: 'Setujui' })).toHaveCount(0);
});

test('the desk is not there for who is no verifier', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Agama' });
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByRole('link', { name: 'Verifikasi', exact: true })).toHaveCount(0);
  person.allows(404, /^\/verifikasi/);
  for (const path of ['/verifikasi', `/verifikasi/${application.id}`]) {
    await person.goto(path);
    await person.sees('Halaman tidak ditemukan');
  }
});
