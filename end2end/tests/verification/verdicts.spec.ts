/** The verdicts (guide steps 14 and 15): rejection, return for repair, undo. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { office, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { letter } from '../../support/letters';
import { fact } from '../../support/mailbox';
import { member } from '../../support/staff';

const REASON = 'Nama pada surat berbeda dengan nama pada akun.';
const PA = 'Surat Tanda Jabatan sebagai PA';

test('a rejection needs a listed reason and a text, and both reach the applicant', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.opensDialog('Tolak', 'Tolak pengajuan ini?');
  const rejects = () => dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  const [reason, text] = [dialog.getByLabel('Alasan', { exact: true }), dialog.getByLabel('Penjelasan untuk pemohon')];
  verifier.allowsRefusal(/^\/verifikasi\//);
  await rejects();
  await expect(dialog.getByText('Alasan belum dipilih.')).toBeVisible();
  await expect(dialog.getByText('Alasan belum diisi.')).toBeVisible();
  await expect(reason).toBeFocused();
  await verifier.inspects();
  await reason.selectOption('Nama atau NIP pada surat berbeda');
  if (scripted) await expect(text).toHaveValue(/^Samakan nama dan NIP/);
  await text.fill('singkat');
  await rejects();
  await expect(dialog.getByText('Alasan kurang dari 10 huruf.')).toBeVisible();
  await expect(reason.getByRole('option', { selected: true })).toHaveText('Nama atau NIP pada surat berbeda');
  await text.fill(REASON);
  if (scripted) {
    await dialog.getByRole('button', { name: 'Pratinjau surel' }).click();
    await expect(dialog.getByText(`Kepada ${person.account!.email}`)).toBeVisible();
    await expect(dialog.getByText('Ditolak: pengajuan akses PA Biro Hukum dan Organisasi')).toBeVisible();
    await verifier.inspects();
  }
  await rejects();
  await desk.isDecided('Ditolak');
  await expect(verifier.page.getByText('Nama atau NIP pada surat berbeda')).toBeVisible();
  await verifier.inspects();

  // The button of the mail starts a new application with the old answers, after a sign-in if needed.
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  const explanation = `Nama atau NIP pada surat berbeda. ${REASON}`;
  await expect(person.page.getByText(`“${explanation}”`)).toBeVisible();
  const later = await people.anonymous();
  later.account = person.account;
  const mail = await later.opensQueuedMail('Ditolak: pengajuan akses PA Biro Hukum dan Organisasi');
  await expect(mail.getByText(explanation)).toBeVisible();
  await later.follows(mail, 'Daftar Ulang');
  await later.sees('Masuk');
  await later.signsIn();
  await later.sees('Daftar ulang');
  await later.page.getByRole('button', { name: 'Daftar Ulang' }).click();
  await later.sees('Formulir Pendaftaran Akses PA');
  await expect(later.page.getByText(explanation).filter({ visible: true })).toBeVisible();
  await expect(later.page.getByLabel('Alamat Satuan Kerja')).toHaveValue('Jalan Merdeka Barat Nomor 12, Jakarta');
});

test('a returned application shows its marks, and comes back to the same verifier once repaired', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Banten'));
  const [verifier, other] = [
    await member(people, 'Siti Aisyah', 'verifier', ['Banten']),
    await member(people, 'Dedi Supriadi', 'verifier', ['Banten']),
  ];
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.opensDialog('Minta Perbaikan', 'Minta perbaikan');
  const sends = () => dialog.getByRole('button', { name: 'Minta Perbaikan', exact: true }).click();
  verifier.allowsRefusal(/^\/verifikasi\//);
  await sends();
  await expect(dialog.getByText('Belum ada yang ditandai.')).toBeVisible();
  await verifier.inspects();
  await dialog.getByRole('checkbox', { name: PA }).check();
  await dialog.getByRole('textbox', { name: `Catatan untuk ${PA}` }).fill('Tua');
  await sends();
  await expect(dialog.getByText('Isian kurang dari 5 huruf.')).toBeVisible();
  await verifier.inspects();
  await dialog.getByRole('textbox', { name: `Catatan untuk ${PA}` }).fill('Pindai ulang halaman dua, tidak terbaca.');
  await dialog.getByRole('checkbox', { name: 'Alamat Satuan Kerja' }).check();
  await dialog.getByRole('textbox', { name: 'Catatan untuk Alamat Satuan Kerja' }).fill('Tulis nomor dan kotanya.');
  await dialog.getByLabel('Pesan tambahan').fill('Isian lain sudah sesuai.');
  if (scripted) {
    await dialog.getByRole('button', { name: 'Pratinjau surel' }).click();
    await expect(dialog.getByText('Perlu perbaikan: pengajuan akses PA Dinas Kesehatan Banten')).toBeVisible();
    await verifier.inspects();
  }
  await sends();
  await desk.isDecided('Perbaikan diminta');
  await expect(verifier.page.getByText('Tulis nomor dan kotanya.')).toBeVisible();
  await verifier.inspects();
  // From the applicant's first change on, the open case says that it is being repaired.
  if (scripted) verifier.allows(409, /^\/api\/verifikasi\/(kasus|temuan)$/);

  const { page } = person;
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(page.getByText('Perlu Perbaikan', { exact: true })).toBeVisible();
  await person.goto(`/akses/pengajuan/${application.id}/status`);
  await person.sees('Pengajuan Anda perlu diperbaiki');
  await expect(page.getByText('Isian lain sudah sesuai.')).toBeVisible();
  await page.getByRole('link', { name: 'Perbaiki Pengajuan' }).click();
  await person.sees('Perbaiki Pengajuan Akses PA');
  await expect(page.getByText('Pindai ulang halaman dua, tidak terbaca.').first()).toBeVisible();
  await expect(page.getByLabel('Alamat Satuan Kerja')).toHaveAccessibleDescription(/Tulis nomor dan kotanya\./);
  await expect(page.getByText('surat jabatan.pdf')).toBeVisible();
  await page.locator('input[type=file]').setInputFiles(letter('surat yang jelas.pdf', 2));
  if (!scripted) await page.getByRole('button', { name: 'Unggah', exact: true }).click();
  await expect(page.getByText('surat yang jelas.pdf')).toBeVisible();
  await page.getByLabel('Alamat Satuan Kerja').fill('Jalan Syech Nawawi Al Bantani Nomor 1, Serang');
  await page.getByRole('button', { name: 'Ajukan Akses' }).click();
  await person.sees('Tinjau sebelum mengirim');
  if (scripted) await verifier.sees('Sedang diperbaiki pemohon');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Kirim', exact: true }).click();
  await person.sees('Pengajuan Anda sudah kami terima');
  await expect(page.getByText(application.reference, { exact: true })).toBeVisible();
  const mail = await person.opensQueuedMail('Perlu perbaikan: pengajuan akses PA Dinas Kesehatan Banten');
  await expect(mail.getByText('Tulis nomor dan kotanya.')).toBeVisible();
  await mail.close();

  // The case waits for the verifier who returned it: Ambil berikutnya gives it to nobody else.
  const others = new Desk(other);
  await others.opens('?role=pa');
  await expect(others.rows('Rina Hapsari')).not.toContainText('Untuk Anda');
  await other.page.getByRole('button', { name: /^Ambil berikutnya/ }).click();
  await other.sees('Tidak ada kasus bebas');
  await expect(other.page).toHaveURL(/\/verifikasi\?role=pa&kosong$/);
  await desk.opens();
  await expect(desk.rows('Rina Hapsari')).toContainText('Untuk Anda');
  await verifier.page.getByRole('button', { name: /^Ambil berikutnya/ }).click();
  await verifier.sees('Rina Hapsari');
  await expect(verifier.page.getByText(`Sudah diperbaiki; perbaikan diminta oleh ${verifier.account!.name}`)).toBeVisible();
  await expect(verifier.page.getByText('2 halaman', { exact: false }).first()).toBeVisible();
  await desk.approves();
  await verifier.inspects();
});

test('a verdict that is undone in time sends no mail', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Gorontalo'));
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await desk.approves();
  if (scripted) await expect(desk.bar.getByText(/Surel dikirim dalam \d+ detik\./)).toBeVisible();
  await verifier.inspects();
  await desk.button('Urungkan').click();
  await expect(desk.button('Setujui')).toBeVisible();
  await expect(verifier.page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();
  await expect(verifier.page.getByText(/^Disetujui oleh/)).toHaveCount(0);
  await verifier.inspects();
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();
  await expect(person.page.getByText('Aktif', { exact: true })).toHaveCount(0);

  await desk.rejects(REASON);
  const mail = await person.opensMail('Ditolak: pengajuan akses PA Dinas Kesehatan Gorontalo');
  await expect(fact(mail, 'Status')).toContainText('Rejected');
  await mail.goto('/dev/surat');
  const sent = mail.getByRole('row').filter({ hasText: person.account!.email }).filter({ hasText: 'Sent' });
  await expect(sent.filter({ hasText: 'Disetujui' })).toHaveCount(0);
  // Once the mail is sent, the verdict can no longer be undone.
  await verifier.reloads();
  await verifier.sees('Rina Hapsari');
  await expect(desk.button('Urungkan')).toHaveCount(0);
});
