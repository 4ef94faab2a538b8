/** Administration: the staff, what the desk works by, mails that were given up, jobs. */

import { type Page } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { office, submitted, taken } from '../../support/applications';
import { Desk } from '../../support/desk';
import { AGUS, PASSWORD, newAddress } from '../../support/people';
import { member } from '../../support/staff';

/** The row of somebody of the staff. */
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

test('somebody is invited by mail, accepts, works within the scope, and is disabled at once', async ({ people, scripted }) => {
  const application = await submitted(await people.newcomer(), office('Papua Barat'));
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  const account = { email: newAddress(), name: 'Frans Kaisiepo, S.H.', password: PASSWORD };
  await admin.goto('/akses');
  await admin.sees('Manajemen Akses');
  await admin.goesTo('Administrasi');
  await admin.sees('Petugas');
  await page.getByRole('link', { name: 'Undang petugas' }).click();
  await admin.sees('Undang petugas');
  admin.allowsRefusal(/^\/admin$/);
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  for (const text of ['Alamat surel belum diisi.', 'Peran belum dipilih.', 'Lingkup belum dipilih.']) {
    await expect(page.getByText(text)).toBeVisible();
  }
  await expect(page.getByLabel('Alamat surel')).toBeFocused();
  await admin.looks();
  await page.getByLabel('Alamat surel').fill(account.email);
  await page.getByRole('radio', { name: /^Verifikator/ }).check();
  await page.getByRole('radio', { name: /^Instansi tertentu/ }).check();
  await page.getByRole('searchbox', { name: 'Cari instansi' }).fill('papua barat');
  if (!scripted) await page.getByRole('button', { name: 'Cari', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Provinsi Papua Barat', exact: true }).check();
  if (scripted) await expect(page.getByText('1 dicentang.')).toBeVisible();
  await admin.looks();
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  await expect(page.getByText('Undangan dikirim')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: account.email })).toContainText('Verifikator');
  await admin.looks();

  const guest = await people.stranger();
  guest.account = account;
  const mail = await guest.opensMail('Undangan menjadi Verifikator Gerbang');
  await expect(mail.getByText(`${AGUS.name} mengundang Anda menjadi Verifikator`)).toBeVisible();
  await guest.follows(mail, 'Terima undangan');
  await guest.sees('Terima undangan');
  const link = new URL(guest.page.url());
  guest.allowsRefusal(/^\/undangan$/);
  await guest.page.getByLabel('Kata sandi', { exact: true }).fill('pendek');
  await guest.page.getByRole('button', { name: 'Buat akun dan masuk' }).click();
  await expect(guest.page.getByText('Kata sandi kurang dari 10 karakter.')).toBeVisible();
  await guest.looks();
  await guest.page.getByLabel('Nama lengkap').fill(account.name);
  await guest.page.getByLabel('Kata sandi', { exact: true }).fill(account.password);
  await guest.page.getByRole('button', { name: 'Buat akun dan masuk' }).click();
  await guest.sees('Pilih kasus dari antrean');
  const desk = new Desk(guest);
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/]);
  // The link is used up.
  const late = await people.stranger();
  late.allows(422, /^\/undangan$/);
  await late.goto(link.pathname + link.search);
  await late.sees('Tautan tidak berlaku');

  // Another scope holds from the next look on.
  await admin.goto('/admin');
  await admin.sees('Petugas');
  await rowOf(page, account.name).getByRole('link', { name: /^Ubah/ }).click();
  await admin.sees(account.name);
  await expect(page.getByRole('checkbox', { name: 'Provinsi Papua Barat', exact: true })).toBeChecked();
  await page.getByRole('radio', { name: /^Penyelia/ }).check();
  await page.getByRole('searchbox', { name: 'Cari instansi' }).fill('papua selatan');
  if (!scripted) await page.getByRole('button', { name: 'Cari', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Provinsi Papua Selatan' }).check();
  await page.getByRole('checkbox', { name: 'Provinsi Papua Barat', exact: true }).uncheck();
  await page.getByRole('button', { name: 'Simpan' }).click();
  await expect(page.getByText('Peran dan lingkup yang baru berlaku mulai sekarang.')).toBeVisible();
  await expect(rowOf(page, account.name)).toContainText('Penyelia');
  await expect(rowOf(page, account.name)).toContainText('Provinsi Papua Selatan');
  await admin.looks();
  await desk.opens();
  await expect(desk.rows()).toHaveCount(0);
  guest.allows(404, /^\/verifikasi\//);
  await guest.goto(`/verifikasi/${application.id}`);
  await guest.sees('Halaman tidak ditemukan');

  await rowOf(page, account.name).getByRole('link', { name: /^Nonaktifkan/ }).click();
  const dialog = await admin.seesDialog('Nonaktifkan akun ini?');
  await dialog.getByRole('button', { name: 'Nonaktifkan' }).click();
  await expect(page.getByText('Akun dinonaktifkan')).toBeVisible();
  await expect(rowOf(page, account.name)).toContainText('Nonaktif');
  await admin.looks();
  await guest.goto('/verifikasi');
  await guest.sees('Masuk');
  guest.allowsRefusal(/^\/masuk$/);
  await guest.signsIn();
  await expect(guest.page.getByText('Alamat surel atau kata sandi tidak cocok')).toBeVisible();
  await guest.looks();
  await rowOf(page, account.name).getByRole('button', { name: /^Aktifkan/ }).click();
  await expect(page.getByText('Akun diaktifkan')).toBeVisible();
  await admin.looks();
  await guest.signsIn();
  await guest.sees('Pilih kasus dari antrean');

  // Without the role, the desk is gone; the account stays.
  await rowOf(page, account.name).getByRole('link', { name: /^Ubah/ }).click();
  await admin.sees(account.name);
  await page.getByRole('link', { name: 'Cabut peran' }).click();
  await (await admin.seesDialog('Cabut peran petugas ini?')).getByRole('button', { name: 'Cabut peran' }).click();
  await expect(page.getByText('Orang ini tidak lagi menjadi petugas.')).toBeVisible();
  await expect(rowOf(page, account.name)).toHaveCount(0);
  await admin.looks();
  guest.allows(404, /^\/verifikasi$/);
  await guest.goto('/verifikasi');
  await guest.sees('Halaman tidak ditemukan');
});

test('an invitation is withdrawn; what somebody held goes back when they are disabled', async ({ people }) => {
  const application = await submitted(await people.newcomer(), office('Kalimantan Selatan'));
  const verifier = await member(people, 'Silas Papare', 'verifier', ['Kalimantan Selatan']);
  await taken(verifier, application);
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  const email = newAddress();
  await admin.goto('/admin?tindak=undang');
  await admin.sees('Undang petugas');
  await page.getByLabel('Alamat surel').fill(email);
  await page.getByRole('radio', { name: /^Administrator/ }).check();
  await page.getByRole('radio', { name: /^Nasional/ }).check();
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  const invitation = page.getByRole('listitem').filter({ hasText: email });
  await expect(invitation).toContainText('Administrator');
  await invitation.getByRole('button', { name: 'Tarik undangan' }).click();
  await expect(page.getByText('Undangan ditarik')).toBeVisible();
  await expect(invitation).toHaveCount(0);
  await admin.looks();

  await rowOf(page, 'Silas Papare').getByRole('link', { name: /^Nonaktifkan/ }).click();
  const dialog = await admin.seesDialog('Nonaktifkan akun ini?');
  await dialog.getByRole('button', { name: 'Nonaktifkan' }).click();
  await expect(page.getByText('Semua sesinya berakhir, dan kasus yang dipegangnya kembali ke antrean.')).toBeVisible();
  await admin.looks();
  const other = await member(people, 'Marthen Indey', 'verifier', ['Kalimantan Selatan']);
  const desk = new Desk(other);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await other.looks();
});

test('reasons and check lists are added, worded otherwise, moved and taken off', async ({ people }) => {
  const application = await submitted(await people.newcomer(), { ...office('Kepulauan Bangka Belitung'), role: 'kpa' });
  const verifier = await member(people, 'Johannes Leimena', 'verifier', ['Kepulauan Bangka Belitung']);
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  await admin.goto('/admin');
  await admin.sees('Petugas');
  await page.getByRole('navigation', { name: 'Administrasi' }).getByRole('link', { name: 'Alasan dan daftar periksa' }).click();
  await admin.sees('Alasan dan daftar periksa');
  await page.getByRole('link', { name: 'Tambah alasan' }).click();
  let dialog = await admin.seesDialog('Tambah alasan');
  admin.allowsRefusal(/^\/admin\/alasan$/);
  await dialog.getByLabel('Judul').fill('Cap');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  await expect(dialog.locator('.error').first()).toBeVisible();
  await admin.looks();
  await dialog.getByLabel('Judul').fill('Cap instansi tidak ada');
  await dialog.getByLabel('Saran untuk pemohon').fill('Lampirkan surat yang bercap instansi.');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  const reason = page.getByRole('listitem').filter({ hasText: 'Cap instansi tidak ada' });
  await expect(reason).toContainText('Belum pernah dipakai');
  await admin.looks();
  const place = async () => (await page.getByRole('region', { name: 'Alasan penolakan' }).getByRole('listitem').allInnerTexts())
    .findIndex((text) => text.includes('Cap instansi'));
  const before = await place();
  await reason.getByRole('button', { name: /^Naikkan/ }).click();
  await expect.poll(place).toBe(before - 1);

  const checks = page.getByRole('region', { name: 'Daftar periksa KPA' });
  await checks.getByRole('link', { name: 'Tambah butir' }).click();
  dialog = await admin.seesDialog('Tambah butir');
  await dialog.getByLabel('Yang dicentang').fill('Cap instansi terbaca');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  const item = checks.getByRole('listitem').filter({ hasText: 'Cap instansi' });
  await expect(item).toBeVisible();
  await item.getByRole('link', { name: /^Ubah/ }).click();
  dialog = await admin.seesDialog('Ubah butir');
  await dialog.getByLabel('Yang dicentang').fill('Cap instansi terbaca jelas');
  await dialog.getByRole('button', { name: 'Simpan' }).click();
  await expect(item).toContainText('Cap instansi terbaca jelas');
  await admin.looks();

  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await expect(verifier.page.getByRole('checkbox', { name: 'Cap instansi terbaca jelas' })).toBeVisible();
  await desk.rejects('Surat tidak bercap.', 'Cap instansi tidak ada');
  await verifier.looks();
  await admin.reloads();
  await admin.sees('Alasan dan daftar periksa');
  await expect(reason).toContainText('Dipakai 1 kali');
  for (const [row, title] of [[reason, 'Hapus alasan ini?'], [item, 'Hapus butir ini?']] as const) {
    await row.getByRole('link', { name: /^Hapus/ }).click();
    await (await admin.seesDialog(title)).getByRole('button', { name: 'Hapus' }).click();
    await expect(row).toHaveCount(0);
    await admin.looks();
  }
  // The old verdict keeps its reason.
  await verifier.reloads();
  await verifier.sees('Rina Hapsari');
  await expect(verifier.page.getByText('Cap instansi tidak ada')).toBeVisible();
});

test('a holiday moves the promised day', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Maluku'));
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  const due = async () => {
    await person.goto(`/akses/pengajuan/${application.id}/status`);
    await person.sees('Pengajuan Anda sudah kami terima');
    const text = await person.page.getByText(/^Paling lambat/).innerText();
    return /(\d+) (\w+) (\d{4})/.exec(text)!;
  };
  const before = await due();
  await admin.goto('/admin/libur');
  await admin.sees('Hari libur');
  admin.allowsRefusal(/^\/admin\/libur$/);
  await page.getByRole('button', { name: 'Tambah', exact: true }).click();
  await expect(page.getByText('Tanggal belum diisi.')).toBeVisible();
  await admin.looks();
  const day = page.getByRole('group', { name: 'Tanggal' });
  await day.getByRole('textbox', { name: 'Tanggal' }).fill(before[1]);
  await day.getByRole('combobox', { name: 'Bulan' }).selectOption(before[2]);
  await day.getByRole('textbox', { name: 'Tahun' }).fill(before[3]);
  await page.getByLabel('Judul').fill('Cuti bersama percobaan');
  await page.getByRole('button', { name: 'Tambah', exact: true }).click();
  await expect(page.getByText('Hari libur tersimpan')).toBeVisible();
  const coming = page.getByRole('list', { name: 'Hari libur mendatang' });
  const holiday = coming.getByRole('listitem').filter({ hasText: 'Cuti bersama percobaan' });
  await expect(holiday).toContainText(before[0]);
  await admin.looks();
  // The calendar is read every other second.
  await expect.poll(async () => (await due())[0]).not.toBe(before[0]);
  await holiday.getByRole('button', { name: /^Hapus/ }).click();
  await expect(page.getByText('Hari libur dihapus')).toBeVisible();
  await expect(holiday).toHaveCount(0);
  await admin.looks();
  await expect.poll(async () => (await due())[0]).toBe(before[0]);
});

test('a mail that was refused for good is shown and sent again; jobs say how they went', async ({ people, scripted }) => {
  const admin = await people.signedIn(AGUS);
  const { page } = admin;
  const email = `penuh.${newAddress()}`;
  await admin.goto('/admin?tindak=undang');
  await admin.sees('Undang petugas');
  await page.getByLabel('Alamat surel').fill(email);
  await page.getByRole('radio', { name: /^Verifikator/ }).check();
  await page.getByRole('radio', { name: /^Nasional/ }).check();
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  await expect(page.getByText('Undangan dikirim')).toBeVisible();
  await admin.looks();
  const mails = page.getByRole('list', { name: 'Surel yang tertahan' }).getByRole('listitem').filter({ hasText: email });
  await expect(async () => {
    await admin.goto('/admin/surel');
    await expect(mails).toBeVisible({ timeout: 300 });
  }).toPass();
  await admin.sees('Surel');
  for (const text of ['Undangan menjadi Verifikator Gerbang', '1 percobaan', 'kotak surat tidak ada']) {
    await expect(mails).toContainText(text);
  }
  await mails.getByRole('button', { name: /^Kirim ulang/ }).click();
  await expect(page.getByText('Dikirim ulang', { exact: true })).toBeVisible();
  await expect(mails).toHaveCount(0);
  await admin.looks();
  await (await admin.opensMail('Undangan menjadi Verifikator Gerbang', email)).close();

  await page.getByRole('navigation', { name: 'Administrasi' }).getByRole('link', { name: 'Tugas', exact: true }).click();
  await admin.sees('Tugas');
  const jobs = page.getByRole('region', { name: 'Tugas' }).getByRole('row');
  expect(await jobs.count()).toBeGreaterThan(4);
  await expect(async () => {
    if (!scripted) await admin.loadsAnew();
    await page.getByRole('link', { name: 'Perbarui' }).click();
    await expect(jobs.filter({ hasText: 'Berhasil' }).first()).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(jobs.filter({ hasText: 'Gagal' })).toHaveCount(0);
  await admin.looks();
});
