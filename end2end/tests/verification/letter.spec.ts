/** The letter beside its case: drawn page by page, and searched for the answers where it has text. */

import { readFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { office, submitted } from '../../support/applications';
import { FIRST, LAST, inWords } from '../../support/dates';
import { Desk } from '../../support/desk';
import { endless, letterSaying, scan } from '../../support/letters';

const drawn = (page: Locator) => page.evaluate((image: HTMLImageElement) => image.naturalWidth);

test('each answer names the pages of the letter that contain it, or stands out as not found', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const file = letterSaying(
    ['PEMERINTAH PROVINSI JAMBI', 'Nama : Dr. RINA HAPSARI, S.E., M.Si.', 'sebagai Pengguna Anggaran', 'pada Dinas Pariwisata'],
    [`berlaku ${inWords(FIRST)} s.d. ${inWords(LAST)}`, 'a.n. Rina Hapsari'],
    ['Lampiran'],
  );
  const application = await submitted(person, { ...office('Jambi'), file });
  const verifier = await people.signedIn(RATNA);
  const { page } = verifier;
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  const row = (term: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: term, exact: true }) });
  await expect(row('Nama').getByRole('link')).toHaveText(['hal. 1', 'hal. 2']);
  await expect(row('Role').getByRole('link')).toHaveText(['hal. 1']);
  await expect(row('Instansi').getByRole('link')).toHaveText(['hal. 1']);
  for (const term of ['Berlaku mulai', 'Berlaku sampai']) await expect(row(term).getByRole('link')).toHaveText(['hal. 2']);
  await expect(row('Satker')).toContainText('tidak ditemukan');
  await expect(row('NIP')).toContainText('belum diisi pada profil');
  await verifier.inspects();

  const sheets = page.getByRole('group', { name: 'Halaman surat' }).getByRole('figure');
  await expect(sheets).toHaveCount(3);
  await row('Berlaku mulai').getByRole('link').click();
  await expect(sheets.nth(1)).toBeInViewport({ ratio: 0.3 });
  const second = page.getByRole('img', { name: 'Surat, halaman 2 dari 3' });
  await expect.poll(() => drawn(second)).toBe(1200);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Unduh berkas asli surat.pdf' }).click(),
  ]);
  expect(readFileSync(await download.path())).toEqual(file.buffer);

  if (!scripted) return;
  const tool = (name: string) => page.getByRole('button', { name, exact: true });
  await tool('Halaman berikutnya').click();
  await expect(sheets.nth(2)).toBeInViewport({ ratio: 0.3 });
  await tool('Halaman sebelumnya').click();
  await expect(sheets.nth(1)).toBeInViewport({ ratio: 0.3 });
  await tool('Perbesar').click();
  await expect(page.getByText('150 %')).toBeVisible();
  await expect.poll(() => drawn(second)).toBe(1800);
  await verifier.inspects();
  for (const percent of ['100 %', '75 %']) {
    await tool('Perkecil').click();
    await expect(page.getByText(percent, { exact: true })).toBeVisible();
  }
  await expect(tool('Perkecil')).toHaveAttribute('aria-disabled', 'true');
  await expect.poll(() => drawn(second)).toBe(900);
  for (const sideways of [true, false, true, false]) {
    await tool('Putar').click();
    const { width, height } = (await sheets.first().boundingBox())!;
    expect(width > height).toBe(sideways);
    await verifier.inspects();
  }
});

test('a letter without text is called a scan', async ({ people }) => {
  const application = await submitted(await people.newcomer(), { ...office('Lampung'), file: scan(2) });
  const verifier = await people.signedIn(RATNA);
  await new Desk(verifier).opensCase(application, 'Rina Hapsari');
  await expect(verifier.page.getByText('Surat ini hasil pindai tanpa teks. Bandingkan dengan mata.')).toBeVisible();
  await expect(verifier.page.getByText('tidak ditemukan')).toHaveCount(0);
  await verifier.inspects();
});

test('a letter that cannot be drawn says so, and its case can still be decided', async ({ people, scripted }) => {
  const application = await submitted(await people.newcomer(), { ...office('Maluku Utara'), file: endless() });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  // The page image is refused with 422; it is not a fault of the server.
  verifier.allows(422, /\/0\.png$/);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  if (scripted) {
    await expect(verifier.page.getByText('Halaman 1 tidak dapat digambar')).toBeVisible();
    await expect(verifier.page.getByRole('figure').getByRole('link', { name: 'Unduh berkas asli' })).toBeVisible();
  }
  await expect(verifier.page.getByText('Teks surat tidak dapat dibaca. Bandingkan dengan mata.')).toBeVisible();
  await verifier.inspects();
  await desk.approves();
  await verifier.inspects();
});
