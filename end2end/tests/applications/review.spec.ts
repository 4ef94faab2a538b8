/** Review, submission and what follows (guide steps 12 and 13). */

import { readFileSync } from 'node:fs';
import { expect, test } from '../../fixtures';
import { filledDraft, submitted } from '../../support/applications';
import { letter } from '../../support/letters';
import type { Visitor } from '../../support/visitor';

/** Downloads a file through a link. */
async function downloads(person: Visitor, link: string | RegExp) {
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.page.getByRole('link', { name: link }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test('the review links to every field, and Kirim requires the declaration', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const id = await filledDraft(person, { institution: 'Kementerian Sosial' });
  await person.goto(`/akses/pengajuan/${id}/tinjau`);
  await person.sees('Tinjau sebelum mengirim');
  const ways = {
    'Masa Berlaku Peran': '#first_day',
    'Jenis Instansi': '#institution_type',
    'Nama Instansi': '#institution',
    'Satuan Kerja': '#work_unit',
    'Alamat Satuan Kerja': '#address',
    'Surat Tanda Jabatan sebagai PA': '#letter',
  };
  for (const [term, field] of Object.entries(ways)) {
    const way = page.getByRole('link', { name: `Ubah ${term}`, exact: true });
    await expect(way).toHaveAttribute('href', `/akses/pengajuan/${id}/formulir${field}`);
  }
  await page.getByRole('link', { name: 'Ubah Alamat Satuan Kerja' }).click();
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(page.locator('#address')).toBeInViewport();
  await page.locator('#address').fill('Jalan Salemba Raya Nomor 28, Jakarta Pusat');
  await page.getByRole('button', { name: 'Ajukan Akses' }).click();
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText('Jalan Salemba Raya Nomor 28, Jakarta Pusat')).toBeVisible();
  expect((await downloads(person, 'surat jabatan.pdf')).bytes).toEqual(letter().buffer);

  person.allowsRefusal(/\/tinjau$/);
  await page.getByRole('button', { name: 'Kirim', exact: true }).click();
  await expect(page.getByText('Pernyataan belum dicentang.')).toBeVisible();
  await expect(page.getByRole('checkbox')).toBeFocused();
  await person.inspects();
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Kirim', exact: true }).click();
  await person.sees('Pengajuan Anda sudah kami terima');
});

test('a waiting application shows its queue position, receipt and details, and can be withdrawn', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const { id, reference } = await submitted(person, { institution: 'Kementerian Perindustrian' });
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(page.getByText('Satu pengajuan menunggu verifikasi.')).toBeVisible();
  await page.getByRole('link', { name: 'Lihat status' }).click();
  await person.sees('Pengajuan Anda sudah kami terima');
  await expect(page.getByText(reference)).toBeVisible();
  await expect(page.getByText(/^Urutan ke-\d+ dari \d+ dalam antrean nasional\./)).toBeVisible();
  await expect(page.getByText('3 hari kerja lagi')).toBeVisible();
  const receipt = await downloads(person, 'Unduh bukti (PDF)');
  expect(receipt.name).toBe(`bukti-${reference}.pdf`);
  expect(receipt.bytes.subarray(0, 5).toString()).toBe('%PDF-');
  await page.getByRole('link', { name: 'Lihat pengajuan' }).click();
  await person.sees('Rincian pengajuan');
  await expect(page.getByRole('main')).toContainText('Jalan Merdeka Barat Nomor 12, Jakarta');
  await expect(page.getByRole('link', { name: /^Ubah/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Kembali ke status' }).click();
  await person.sees('Pengajuan Anda sudah kami terima');

  await page.getByRole('link', { name: 'Batalkan pengajuan' }).click();
  let popUp = await person.seesDialog('Batalkan pengajuan?');
  await popUp.getByRole('link', { name: 'Tidak jadi' }).click();
  await expect(popUp).toHaveCount(0);
  await page.getByRole('link', { name: 'Batalkan pengajuan' }).click();
  popUp = await person.seesDialog('Batalkan pengajuan?');
  await popUp.getByRole('button', { name: 'Ya, Batalkan Pengajuan' }).click();
  await person.sees('Manajemen Akses');
  await person.goto(`/akses/pengajuan/${id}/status`);
  await person.sees('Pengajuan dibatalkan');
});

test('a draft is deleted after a confirmation', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  await filledDraft(person, { institution: 'Kementerian Perindustrian', workUnit: 'Inspektorat Jenderal' });
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  const draft = page.getByRole('article').filter({ hasText: 'Inspektorat Jenderal' });
  await draft.getByRole('link', { name: 'Hapus draf' }).click();
  let popUp = await person.seesDialog('Hapus draf?');
  await popUp.getByRole('link', { name: 'Tidak jadi' }).click();
  await expect(popUp).toHaveCount(0);
  await expect(draft).toBeVisible();
  await draft.getByRole('link', { name: 'Hapus draf' }).click();
  popUp = await person.seesDialog('Hapus draf?');
  await popUp.getByRole('button', { name: 'Ya, Hapus Draf' }).click();
  await expect(draft).toHaveCount(0);
  await person.sees('Manajemen Akses');
  await expect(page.getByRole('heading', { name: 'Belum ada akses' })).toBeVisible();
});

test('a second application for the same role and work unit is refused while one is open', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const details = { institution: 'Kementerian Luar Negeri' };
  const { reference } = await submitted(person, details);
  const id = await filledDraft(person, details);
  await person.goto(`/akses/pengajuan/${id}/tinjau`);
  await person.sees('Tinjau sebelum mengirim');
  person.allowsRefusal(/\/tinjau$/, 409);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Kirim', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: `Anda masih memiliki pengajuan ${reference}` })).toBeVisible();
  await person.inspects();
});
