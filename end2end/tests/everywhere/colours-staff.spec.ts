/** Light and dark colours on every page of the desk and of administration, dialogs included. */

import { expect, test } from '../../fixtures';
import { AGUS, HENDRA, MADE, RATNA, newAddress } from '../../support/accounts';
import { decided, office, returned, submitted, taken } from '../../support/applications';
import { scan } from '../../support/letters';
import { post } from '../../support/requests';

test('desk and administration are accessible in light and in dark colours', async ({ people, scripted }) => {
  test.slow();
  const person = await people.newcomer('Dr. Ir. Hj. Nur Aini Kusumaningtyas Rahardjo, S.E., M.Si.');
  const name = person.account!.name;
  const [ratna, hendra, made, admin] = [
    await people.signedIn(RATNA),
    await people.signedIn(HENDRA),
    await people.signedIn(MADE),
    await people.signedIn(AGUS),
  ];
  const details = (unit: string) => office('Nusa Tenggara Barat', unit);
  const approved = await submitted(person, details('Dinas Kesehatan'));
  const rejected = await submitted(person, details('Dinas Pariwisata'));
  const back = await submitted(person, details('Badan Pendapatan Daerah'));
  const mine = await submitted(person, { ...details('BPBD'), file: scan() });
  const theirs = await submitted(person, { ...details('Dinas Kesehatan'), role: 'kpa' });
  const free = await submitted(person, { ...details('Dinas Pariwisata'), role: 'kpa' });
  await decided(ratna, approved);
  await decided(hendra, rejected, 'Masa berlaku pada surat tidak menyebut tanggal berakhir.');
  await returned(ratna, back, { letter: 'Pindai ulang halaman dua, tidak terbaca.', work_unit: 'Pilih menurut surat.' });
  await taken(ratna, mine);
  await taken(hendra, theirs);
  for (const staff_role of ['admin', 'verifier']) {
    await post(admin, '/admin', { tindak: 'undang', email: newAddress(), staff_role, lingkup: 'nasional' });
  }

  const pages = [
    [ratna, '/verifikasi', 'Pilih kasus dari antrean'],
    [ratna, '/verifikasi?cari=tidak+ada', 'Pilih kasus dari antrean'],
    [ratna, `/verifikasi/${free.id}`, name],
    [ratna, `/verifikasi/${mine.id}`, name],
    [ratna, `/verifikasi/${mine.id}?lihat=riwayat`, name],
    [ratna, `/verifikasi/${mine.id}?lihat=linimasa`, name],
    [ratna, `/verifikasi/${mine.id}?tindak=tolak`, name],
    [ratna, `/verifikasi/${mine.id}?tindak=perbaikan`, name],
    [ratna, `/verifikasi/${rejected.id}`, name],
    [ratna, `/verifikasi/${back.id}`, name],
    [ratna, '/verifikasi/riwayat', 'Riwayat'],
    [made, `/verifikasi/${theirs.id}?tindak=ambil-alih`, name],
    [made, `/verifikasi/${approved.id}?tindak=buka-kembali`, name],
    [made, '/verifikasi/statistik', 'Statistik'],
    [admin, '/admin', 'Petugas'],
    [admin, '/admin?tindak=undang', 'Undang petugas'],
    [admin, '/admin/alasan', 'Alasan dan daftar periksa'],
    [admin, '/admin/alasan?tindak=tambah-alasan', 'Alasan dan daftar periksa'],
    [admin, '/admin/libur', 'Hari libur'],
    [admin, '/admin/surel', 'Surel'],
    [admin, '/admin/tugas', 'Tugas'],
    [admin, '/admin/platform', 'Platform'],
  ] as const;
  for (const [who, path, heading] of pages) {
    await who.goto(path);
    // A modal dialog hides the heading of the page from the accessibility tree.
    if (path.includes('tindak=') && heading !== 'Undang petugas') {
      await expect(who.page.getByRole('dialog')).toBeVisible();
      if (scripted) await expect(who.page.locator('dialog:modal')).toBeVisible();
      await who.inspects();
    } else {
      await who.sees(heading);
    }
    await who.page.emulateMedia({ colorScheme: 'dark' });
    await who.inspects();
    await who.page.emulateMedia({ colorScheme: 'light' });
  }
});
