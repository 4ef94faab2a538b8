/** Renewals: a short application with a new period and a new letter. */

import { expect, test } from '../../fixtures';
import { RATNA, WAYAN } from '../../support/accounts';
import { decided, office, submitted } from '../../support/applications';
import { FIRST, LAST, inDays, inWords } from '../../support/dates';
import { Desk } from '../../support/desk';
import { Form } from '../../support/form';
import { letter } from '../../support/letters';

test('an access is renewed before it ends, without a gap', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const { page } = person;
  const verifier = await people.signedIn(RATNA);
  const [last, next] = [inDays(20), inDays(21)];
  const first = await submitted(person, { ...office('Jawa Timur'), last });
  await decided(verifier, first);

  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  const active = page.getByRole('article').filter({ has: page.getByText('Aktif', { exact: true }) });
  await expect(active).toHaveCount(1);
  await active.getByRole('button', { name: 'Perpanjang' }).click();
  const form = new Form(person, 'Perpanjangan Akses PA');
  await person.sees(form.heading);
  // The place is fixed, and the new period begins the day after the old one ends.
  await expect(page.getByText(`${inWords(FIRST)} sampai ${inWords(last)}`)).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Provinsi' })).toHaveCount(0);
  const place = page.getByText('Dinas Kesehatan Jawa Timur').or(page.locator('input[value="Dinas Kesehatan Jawa Timur"]'));
  await expect(place.first()).toBeVisible();
  const from = page.getByRole('group', { name: 'Hari pertama' });
  await expect(from.getByRole('textbox', { name: 'Tanggal' })).toHaveValue(`${next.day}`);
  await expect(from.getByRole('textbox', { name: 'Tahun' })).toHaveValue(`${next.year}`);
  person.allowsRefusal(/\/formulir$/);
  await form.send();
  await form.isRefused(2);
  await person.inspects();
  await form.day('Hari terakhir', LAST);
  await form.uploads('Surat Tanda Jabatan sebagai PA', letter('surat baru.pdf', 2));
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText(`${inWords(next)} sampai ${inWords(LAST)}`)).toBeVisible();
  const reference = await form.confirms();

  // It cannot be renewed twice.
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(page.getByRole('button', { name: 'Perpanjang' })).toHaveCount(0);

  const desk = new Desk(verifier);
  await desk.opens();
  await desk.finds(reference, 'Rina Hapsari');
  await expect(verifier.page.getByText(`Perpanjangan akses yang berlaku ${inWords(FIRST)} sampai ${inWords(last)}.`)).toBeVisible();
  await desk.takes();
  await desk.approves();
  await verifier.inspects();
  if (!scripted) await person.reloads();
  await expect(active.filter({ hasText: inWords(last) })).toHaveCount(1);
  await expect(page.getByRole('article').filter({ hasText: 'Belum Berlaku' })).toHaveCount(1);
  await person.sees('Manajemen Akses');
});

test('an expired access can be reactivated', async ({ people, scripted }) => {
  const person = await people.signedIn(WAYAN);
  const { page } = person;
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  const ended = page.getByRole('article').filter({ hasText: 'Dinas Pariwisata Bali' });
  await expect(ended).toHaveCount(1);
  await expect(ended).toContainText('Berakhir pada');
  await expect(ended).toContainText(inWords(inDays(-60)));
  await ended.getByRole('button', { name: 'Aktifkan Kembali' }).click();
  const form = new Form(person, 'Perpanjangan Akses PA');
  await person.sees(form.heading);
  // The gap since the end is not covered: the new period begins today.
  const from = page.getByRole('group', { name: 'Hari pertama' });
  await expect(from.getByRole('textbox', { name: 'Tanggal' })).toHaveValue(`${inDays(0).day}`);
  await form.day('Hari terakhir', LAST);
  await form.uploads('Surat Tanda Jabatan sebagai PA', letter('surat baru.pdf', 1));
  await form.send();
  await person.sees('Tinjau sebelum mengirim');
  const reference = await form.confirms();
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(page.getByRole('button', { name: 'Aktifkan Kembali' })).toHaveCount(0);

  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opens();
  await desk.finds(reference, 'Wayan Sudiarta');
  // The earlier approval is shown beside the case.
  await verifier.page.getByRole('link', { name: /^Riwayat 1$/ }).click();
  await expect(verifier.page.getByText('Disetujui', { exact: true })).toBeVisible();
  await verifier.page.getByRole('link', { name: 'Pencocokan' }).click();
  await desk.takes();
  await desk.approves();
  await verifier.inspects();
  if (!scripted) await person.reloads();
  const active = page.getByRole('article').filter({ has: page.getByText('Aktif', { exact: true }) });
  await expect(active).toHaveCount(1);
  await expect(active).toContainText(inWords(LAST));
  await person.sees('Manajemen Akses');
});
