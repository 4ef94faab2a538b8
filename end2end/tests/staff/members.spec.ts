/** Members of the staff: invitation, scope, disabling, removal of the role. */

import type { Page } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { type Account, AGUS, ENDANG, PASSWORD, newAddress } from '../../support/accounts';
import { office, submitted, taken } from '../../support/applications';
import { Desk } from '../../support/desk';
import { member } from '../../support/staff';
import type { Visitor } from '../../support/visitor';

/** The row of a member of the staff. */
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

/** Invites a verifier of Papua Barat; the form must be complete. */
async function invites(admin: Visitor, account: Account): Promise<void> {
  const { page, scripted } = admin;
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
  await admin.inspects();
  await page.getByLabel('Alamat surel').fill(account.email);
  await page.getByRole('radio', { name: /^Verifikator/ }).check();
  await page.getByRole('radio', { name: /^Instansi tertentu/ }).check();
  await page.getByRole('searchbox', { name: 'Cari instansi' }).fill('papua barat');
  if (!scripted) await page.getByRole('button', { name: 'Cari', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Provinsi Papua Barat', exact: true }).check();
  if (scripted) await expect(page.getByText('1 dicentang.')).toBeVisible();
  await admin.inspects();
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  await expect(page.getByText('Undangan dikirim')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: account.email })).toContainText('Verifikator');
  await admin.inspects();
}

/** Accepts the invitation in the mail. Returns its link. */
async function accepts(guest: Visitor): Promise<string> {
  const account = guest.account!;
  const mail = await guest.opensMail('Undangan menjadi Verifikator Gerbang');
  await expect(mail.getByText(`${AGUS.name} mengundang Anda menjadi Verifikator`)).toBeVisible();
  const link = await guest.follows(mail, 'Terima undangan');
  await guest.sees('Terima undangan');
  guest.allowsRefusal(/^\/undangan$/);
  await guest.page.getByLabel('Kata sandi', { exact: true }).fill('pendek');
  await guest.page.getByRole('button', { name: 'Buat akun dan masuk' }).click();
  await expect(guest.page.getByText('Kata sandi kurang dari 10 karakter.')).toBeVisible();
  await guest.inspects();
  await guest.page.getByLabel('Nama lengkap').fill(account.name);
  await guest.page.getByLabel('Kata sandi', { exact: true }).fill(account.password);
  await guest.page.getByRole('button', { name: 'Buat akun dan masuk' }).click();
  await guest.sees('Pilih kasus dari antrean');
  return link;
}

/** Moves the member from Papua Barat to Papua Selatan, as a supervisor; the second administrator confirms it. */
async function changesScope(admin: Visitor, second: Visitor, name: string): Promise<void> {
  const { page, scripted } = admin;
  await admin.goto('/admin');
  await admin.sees('Petugas');
  await rowOf(page, name).getByRole('link', { name: /^Ubah/ }).click();
  await admin.sees(name);
  await expect(page.getByRole('checkbox', { name: 'Provinsi Papua Barat', exact: true })).toBeChecked();
  await page.getByRole('radio', { name: /^Penyelia/ }).check();
  await page.getByRole('searchbox', { name: 'Cari instansi' }).fill('papua selatan');
  if (!scripted) await page.getByRole('button', { name: 'Cari', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Provinsi Papua Selatan' }).check();
  await page.getByRole('checkbox', { name: 'Provinsi Papua Barat', exact: true }).uncheck();
  await page.getByRole('button', { name: 'Simpan' }).click();
  await expect(page.getByText('Peran diusulkan')).toBeVisible();
  await expect(rowOf(page, name)).toContainText('Verifikator');
  const proposal = (page: Page) => page.getByRole('listitem').filter({ hasText: name });
  await expect(proposal(page)).toContainText('Menunggu administrator lain.');
  await expect(proposal(page).getByRole('button', { name: /^Kukuhkan/ })).toHaveCount(0);
  await admin.inspects();

  await second.goto('/admin');
  await second.sees('Petugas');
  await expect(proposal(second.page)).toContainText(`diusulkan ${AGUS.name}`);
  await second.inspects();
  await proposal(second.page).getByRole('button', { name: /^Kukuhkan/ }).click();
  await expect(second.page.getByText('Peran dikukuhkan')).toBeVisible();
  await expect(rowOf(second.page, name)).toContainText('Penyelia');
  await expect(rowOf(second.page, name)).toContainText('Provinsi Papua Selatan');
  await second.inspects();
  await admin.goto('/admin');
  await admin.sees('Petugas');
  await expect(rowOf(page, name)).toContainText('Penyelia');
}

/** Disables the account of the member, and enables it again. */
async function disables(admin: Visitor, guest: Visitor): Promise<void> {
  const { page } = admin;
  const account = guest.account!;
  await rowOf(page, account.name).getByRole('link', { name: /^Nonaktifkan/ }).click();
  const dialog = await admin.seesDialog('Nonaktifkan akun ini?');
  await dialog.getByRole('button', { name: 'Nonaktifkan' }).click();
  await expect(page.getByText('Akun dinonaktifkan')).toBeVisible();
  await expect(rowOf(page, account.name)).toContainText('Nonaktif');
  await admin.inspects();
  await guest.goto('/verifikasi');
  await guest.sees('Masuk');
  guest.allowsRefusal(/^\/masuk$/);
  await guest.signsIn();
  await expect(guest.page.getByText('Alamat surel atau kata sandi tidak cocok')).toBeVisible();
  await guest.inspects();
  await rowOf(page, account.name).getByRole('button', { name: /^Aktifkan/ }).click();
  await expect(page.getByText('Akun diaktifkan')).toBeVisible();
  await admin.inspects();
  await guest.signsIn();
  await guest.sees('Pilih kasus dari antrean');
}

/** Removes the role of the member. */
async function removesRole(admin: Visitor, name: string): Promise<void> {
  const { page } = admin;
  await rowOf(page, name).getByRole('link', { name: /^Ubah/ }).click();
  await admin.sees(name);
  await page.getByRole('link', { name: 'Cabut peran' }).click();
  await (await admin.seesDialog('Cabut peran petugas ini?')).getByRole('button', { name: 'Cabut peran' }).click();
  await expect(page.getByText('Orang ini tidak lagi menjadi petugas.')).toBeVisible();
  await expect(rowOf(page, name)).toHaveCount(0);
  await admin.inspects();
}

test('an invited verifier sees only the scope, and loses the desk when disabled or without the role', async ({ people }) => {
  const application = await submitted(await people.newcomer(), office('Papua Barat'));
  const admin = await people.signedIn(AGUS);
  const account = { email: newAddress(), name: 'Frans Kaisiepo, S.H.', password: PASSWORD };
  await invites(admin, account);

  const guest = await people.anonymous();
  guest.account = account;
  const link = await accepts(guest);
  const desk = new Desk(guest);
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/]);
  // The link works once.
  const late = await people.anonymous();
  late.allows(422, /^\/undangan$/);
  await late.goto(link);
  await late.sees('Tautan tidak berlaku');

  await changesScope(admin, await people.signedIn(ENDANG), account.name);
  // The new scope takes effect with the next request.
  await desk.opens();
  await expect(desk.rows()).toHaveCount(0);
  guest.allows(404, /^\/verifikasi\//);
  await guest.goto(`/verifikasi/${application.id}`);
  await guest.sees('Halaman tidak ditemukan');

  await disables(admin, guest);

  // Removing the role removes the desk but not the account.
  await removesRole(admin, account.name);
  guest.allows(404, /^\/verifikasi$/);
  await guest.goto('/verifikasi');
  await guest.sees('Halaman tidak ditemukan');
});

test('a proposal and an invitation can be withdrawn, and disabling a verifier releases their cases', async ({ people }) => {
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
  const proposal = page.getByRole('listitem').filter({ hasText: email });
  await expect(proposal).toContainText('Administrator');
  await proposal.getByRole('button', { name: /^Tarik usulan/ }).click();
  await expect(page.getByText('Usulan ditarik')).toBeVisible();
  await expect(proposal).toHaveCount(0);
  await admin.inspects();

  await admin.goto('/admin?tindak=undang');
  await admin.sees('Undang petugas');
  await page.getByLabel('Alamat surel').fill(email);
  await page.getByRole('radio', { name: /^Verifikator/ }).check();
  await page.getByRole('radio', { name: /^Nasional/ }).check();
  await page.getByRole('button', { name: 'Kirim undangan' }).click();
  const invitation = page.getByRole('listitem').filter({ hasText: email });
  await expect(invitation).toContainText('Verifikator');
  await invitation.getByRole('button', { name: 'Tarik undangan' }).click();
  await expect(page.getByText('Undangan ditarik')).toBeVisible();
  await expect(invitation).toHaveCount(0);
  await admin.inspects();

  await rowOf(page, 'Silas Papare').getByRole('link', { name: /^Nonaktifkan/ }).click();
  const dialog = await admin.seesDialog('Nonaktifkan akun ini?');
  await dialog.getByRole('button', { name: 'Nonaktifkan' }).click();
  await expect(page.getByText('Semua sesinya berakhir, dan kasus yang dipegangnya kembali ke antrean.')).toBeVisible();
  await admin.inspects();
  const other = await member(people, 'Marthen Indey', 'verifier', ['Kalimantan Selatan']);
  const desk = new Desk(other);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await other.inspects();
});
