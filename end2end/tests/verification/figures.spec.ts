/** The figures and the history of the desk. */

import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { AGUS } from '../../support/accounts';
import { decided, office, returned, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { member } from '../../support/staff';
import type { Visitor } from '../../support/visitor';

/** Each chart shows its numbers in a table; `charts` has one row of each, its cells joined. */
async function showsCharts(page: Page, charts: Record<string, RegExp>): Promise<void> {
  for (const [title, row] of Object.entries(charts)) {
    const chart = page.getByRole('region', { name: title, exact: true });
    await expect(chart.getByRole('img')).toBeVisible();
    await expect(chart.getByRole('table')).toBeHidden();
    await chart.locator('summary').click();
    await expect(chart.getByRole('table')).toBeVisible();
    await expect(chart.getByRole('row').filter({ hasText: row })).toHaveCount(1);
  }
}

/** The figures as a file. */
async function downloadsCsv(page: Page): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Unduh CSV' }).click(),
  ]);
  const csv = readFileSync(await download.path(), 'utf8');
  expect(download.suggestedFilename()).toMatch(/^statistik-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  for (const line of ['Angka,Rincian,Nilai', 'Putusan menurut jenis,Disetujui,1', 'Putusan menurut verifikator,Sam Ratulangi,3']) {
    expect(csv).toContain(line);
  }
}

/** Filters: one institution, then a period without any events. */
async function filters(supervisor: Visitor, figure: (term: string) => Locator): Promise<void> {
  const { page, scripted } = supervisor;
  await page.getByRole('combobox', { name: 'Instansi' }).selectOption('Provinsi Sulawesi Tengah');
  if (!scripted) supervisor.expectsReload();
  await page.getByRole('button', { name: 'Tampilkan' }).click();
  await expect(page.getByText(/, Provinsi Sulawesi Tengah\.$/)).toBeVisible();
  await supervisor.sees('Statistik');
  await expect(figure('Masuk')).toContainText('1');
  await expect(figure('Diputus')).toContainText('0');
  await expect(page.getByText('Belum ada putusan pada periode ini.')).toBeVisible();
  await page.getByLabel('Dari tanggal').fill('2024-02-01');
  await page.getByLabel('Sampai tanggal').fill('2024-02-29');
  if (!scripted) supervisor.expectsReload();
  await page.getByRole('button', { name: 'Tampilkan' }).click();
  await expect(page.getByText(/^1 Februari 2024 sampai 29 Februari 2024/)).toBeVisible();
  await supervisor.sees('Statistik');
  await expect(figure('Masuk')).toContainText('0');
  await expect(page.getByLabel('Dari tanggal')).toHaveValue('2024-02-01');
}

/** The history can be searched, and limited to the verifier's own verdicts. */
async function searchesHistory(other: Visitor): Promise<void> {
  const { scripted } = other;
  await other.goto('/verifikasi/riwayat');
  await other.sees('Riwayat');
  await other.page.getByRole('searchbox').fill('dinas pariwisata');
  if (!scripted) other.expectsReload();
  await other.page.getByRole('button', { name: 'Cari' }).click();
  await expect(other.page.getByRole('row', { name: /Rina Hapsari/ })).toHaveCount(1);
  await expect(other.page).toHaveURL(/\/riwayat\?cari=dinas\+pariwisata$/);
  if (scripted) await expect(other.page.getByRole('button', { name: 'Cari' })).toBeFocused();
  await expect(other.page.getByRole('row', { name: /Rina Hapsari/ })).toContainText('Sam Ratulangi');
  await other.sees('Riwayat');
  await expect(other.page.getByRole('searchbox')).toHaveValue('dinas pariwisata');
  await other.page.getByRole('checkbox', { name: 'Putusan saya' }).check();
  if (!scripted) other.expectsReload();
  await other.page.getByRole('button', { name: 'Cari' }).click();
  await expect(other.page.getByRole('heading', { name: 'Tidak ada yang cocok' })).toBeVisible();
  await other.sees('Riwayat');
}

test('the figures have a table behind each chart, filters by period and institution, and a CSV file', async ({ people }) => {
  const person = await people.newcomer();
  const supervisor = await member(people, 'Sam Ratulangi', 'supervisor', ['Sulawesi Utara', 'Sulawesi Tengah']);
  const offices = ['Dinas Kesehatan', 'Dinas Pariwisata', 'Badan Pendapatan Daerah'];
  const sentIn = [];
  for (const name of offices) sentIn.push(await submitted(person, office('Sulawesi Utara', name)));
  const [first, second, third] = sentIn;
  await submitted(person, office('Sulawesi Tengah'));
  await decided(supervisor, first);
  await decided(supervisor, second, 'Halaman kedua surat tidak terbaca.');
  await returned(supervisor, third, { letter: 'Pindai ulang, tidak terbaca.' });

  const { page } = supervisor;
  const figure = (term: string) => page.locator(`dt:text-is("${term}") + dd`);
  await supervisor.goto('/verifikasi');
  await supervisor.sees('Pilih kasus dari antrean');
  await supervisor.goesTo('Statistik');
  await supervisor.sees('Statistik');
  await expect(figure('Masuk')).toContainText('4');
  await expect(figure('Diputus')).toContainText('3');
  await expect(figure('Diputus')).toContainText('33 % disetujui');
  await expect(figure('Dalam antrean')).toContainText('1');
  await expect(figure('Median sampai putusan')).toContainText('0 menit');

  const charts = {
    'Masuk dan diputus per hari': /\d{4}43$/,
    'Umur antrean': /^Dalam janji1$/,
    'Alasan ditolak': /^Surat tidak terbaca1100 %$/,
    Putusan: /^Disetujui133 %$/,
    'Beban per verifikator': /^Sam Ratulangi3$/,
  };
  await showsCharts(page, charts);
  await supervisor.inspects();

  await downloadsCsv(page);
  await filters(supervisor, figure);

  await supervisor.goesTo('Riwayat');
  await supervisor.sees('Riwayat');
  await expect(page.getByRole('row', { name: /Rina Hapsari/ })).toHaveCount(2);
  const other = await member(people, 'Arie Lasut', 'verifier', ['Sulawesi Utara']);
  await searchesHistory(other);
  await page.getByRole('row').filter({ hasText: second.reference }).getByRole('link').click();
  await supervisor.sees('Rina Hapsari');
  await new Desk(supervisor).isDecided('Ditolak');
});

test('administrators see the figures but no case', async ({ people }) => {
  const application = await submitted(await people.newcomer(), office('Sulawesi Barat'));
  const admin = await people.signedIn(AGUS);
  await admin.goto('/admin');
  await admin.sees('Petugas');
  await expect(admin.page.getByRole('link', { name: 'Antrean', exact: true })).toHaveCount(0);
  await admin.goesTo('Statistik');
  await admin.sees('Statistik');
  admin.allows(404, /^\/verifikasi/);
  for (const path of ['/verifikasi', `/verifikasi/${application.id}`, '/verifikasi/riwayat']) {
    await admin.goto(path);
    await admin.sees('Halaman tidak ditemukan');
  }
});
