/** The queue of the desk: order, search and filters (guide step 13). */

import { expect, test } from '../../fixtures';
import { office, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { member } from '../../support/staff';

test('the queue lists the oldest case first, and its address holds the search and the filters', async ({ people, scripted }) => {
  const [rina, joko] = [await people.newcomer(), await people.newcomer('Joko Susilo')];
  await submitted(rina, office('Aceh'));
  const second = await submitted(joko, { ...office('Aceh', 'Dinas Pariwisata'), role: 'kpa' });
  const verifier = await member(people, 'Teuku Iskandar', 'verifier', ['Aceh', 'Sumatera Utara']);
  const desk = new Desk(verifier);
  const { page } = verifier;
  await verifier.goto('/akses');
  await verifier.sees('Manajemen Akses');
  await verifier.goesTo('Verifikasi');
  await verifier.sees('Pilih kasus dari antrean');
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/, /^Joko Susilo/]);
  for (const text of ['3 hari kerja lagi', 'Dinas Pariwisata Aceh', 'KPA', 'Provinsi Aceh']) {
    await expect(desk.rows('Joko Susilo')).toContainText(text);
  }
  for (const part of ['Semua 2', 'Saya 0', 'Bebas 2', 'Dipegang 0', 'Perlu Perbaikan 0']) {
    await expect(page.getByRole('link', { name: part, exact: true })).toBeVisible();
  }

  // Search by part of a name, by work unit and by reference.
  for (const words of ['susilo', 'pariwisata', second.reference]) {
    await desk.searches(words);
    await expect(desk.rows()).toHaveText([/^Joko Susilo/]);
  }
  await verifier.inspects();
  await desk.searches('tidak ada yang bernama begini');
  await expect(page.getByText('Tidak ada yang cocok')).toBeVisible();
  await verifier.inspects();
  await desk.opensFilters();
  await page.getByRole('link', { name: 'Hapus saringan' }).click();
  await expect(desk.rows()).toHaveCount(2);
  // The search box follows the address, whatever changed it.
  const box = page.getByRole('searchbox', { name: /^Cari nama/ });
  await expect(box).toHaveValue('');
  if (scripted) {
    await page.goBack();
    await expect(box).toHaveValue('tidak ada yang bernama begini');
    await page.goForward();
    await expect(box).toHaveValue('');
    await expect(desk.rows()).toHaveCount(2);
  }

  await desk.opensFilters();
  await page.getByRole('group', { name: 'Role' }).getByRole('link', { name: 'PA 1', exact: true }).click();
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/]);
  await page.getByRole('link', { name: 'Bebas 1', exact: true }).click();
  await expect(page).toHaveURL(/bagian=bebas/);
  await expect(page).toHaveURL(/role=pa/);
  await verifier.inspects();
  const address = page.url();
  await verifier.reloads();
  await verifier.sees('Pilih kasus dari antrean');
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/]);
  await expect(page.getByRole('link', { name: 'Bebas 1', exact: true })).toHaveAttribute('aria-current', 'true');

  // Opening a case and its timeline keeps the filters.
  await desk.rows('Rina Hapsari').click();
  await verifier.sees('Rina Hapsari');
  await desk.takes();
  expect(new URL(page.url()).search).toBe(new URL(address).search);
  await page.getByRole('link', { name: 'Linimasa' }).click();
  await expect(page.getByText('Mulai ditinjau')).toBeVisible();
  await expect(page).toHaveURL(/role=pa/);
  await verifier.inspects();
  await page.getByRole('button', { name: 'Lepaskan' }).click();
  await verifier.sees('Pilih kasus dari antrean');
});

test('the queue can be filtered by the institutions of open cases', async ({ people, scripted }) => {
  await submitted(await people.newcomer(), office('Bengkulu'));
  await submitted(await people.newcomer('Joko Susilo'), office('Kalimantan Utara', 'Dinas Pariwisata'));
  const verifier = await member(people, 'Rosmala Dewi', 'verifier', ['Bengkulu', 'Kalimantan Utara']);
  const desk = new Desk(verifier);
  await desk.opens();
  await desk.opensFilters();
  await verifier.page.getByRole('link', { name: 'Pilih instansi' }).click();
  await verifier.page.getByRole('combobox', { name: 'Instansi' }).selectOption('Provinsi Kalimantan Utara (1)');
  if (!scripted) await verifier.page.getByRole('button', { name: 'Saring' }).click();
  await expect(desk.rows()).toHaveText([/^Joko Susilo/]);
  await verifier.inspects();
});
