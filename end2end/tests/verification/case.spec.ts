/** A case at the desk: what it shows, and who can decide it. */

import { expect, test } from '../../fixtures';
import { HENDRA, RATNA } from '../../support/accounts';
import { office, returned, submitted } from '../../support/applications';
import { FIRST, LAST, inWords } from '../../support/dates';
import { Desk } from '../../support/desk';
import { letterSaying } from '../../support/letters';

test('a case shows its data beside the letter; approving needs a lease and a complete check list', async ({ people, scripted }) => {
  const person = await people.newcomer('Joko Susilo');
  const file = letterSaying([`Terhitung mulai ${inWords(FIRST)}`], [`sampai dengan ${inWords(LAST)}`]);
  const application = await submitted(person, { ...office('Bali'), role: 'kpa', file });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  const { page } = verifier;
  await desk.opensCase(application, 'Joko Susilo');
  const data = page.getByRole('table', { name: 'Data pengajuan, data SiRUP, dan halaman surat yang memuatnya' });
  await expect(data.getByRole('row', { name: /^Satker/ })).toContainText('Dinas Kesehatan Bali');
  await expect(data.getByRole('row', { name: /^Instansi/ })).toContainText('Provinsi Bali');
  for (const [term, where] of [[`Berlaku mulai ${inWords(FIRST)}`, 'hal. 1'], [`Berlaku sampai ${inWords(LAST)}`, 'hal. 2']]) {
    await expect(data.getByRole('row', { name: new RegExp(`^${term}`) }).getByRole('link')).toHaveText([where]);
  }
  await expect(page.getByText('Akses baru tanpa hubungan SiRUP.')).toBeVisible();
  const drawn = page.getByRole('img', { name: 'Surat, halaman 1 dari 2' });
  await expect.poll(() => drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(500);
  await expect(page.getByText('Surat Pengangkatan sebagai KPA', { exact: true })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Daftar periksa KPA' })).toHaveCount(0);
  await expect(desk.button('Setujui')).toHaveCount(0);

  await desk.takes();
  await expect(page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();
  await verifier.inspects();
  verifier.allowsRefusal(/^\/verifikasi\//);
  // With script the button is disabled until the list is complete; pressed anyway, it says what is missing.
  await desk.button('Setujui').click({ force: true });
  await expect(page.getByText('Masih 5 butir daftar periksa yang belum dicentang.')).toBeVisible();
  await verifier.inspects();
  if (scripted) {
    await expect(page.getByText('5 butir lagi untuk menyetujui')).toBeVisible();
    await page.getByRole('checkbox', { name: 'Nama dan NIP sama dengan akun' }).check();
    await expect(page.getByText('4 butir lagi untuk menyetujui')).toBeVisible();
  }
  await desk.approves();
  await expect(desk.button('Urungkan')).toBeVisible();
  await expect(page.getByText('Alamat sama dengan alamat tercatat.')).toBeVisible();
  await verifier.inspects();

  // The timeline shows each event, and the next case of the same person shows the earlier one.
  await page.getByRole('link', { name: 'Linimasa' }).click();
  for (const what of ['Pengajuan dikirim', 'Mulai ditinjau', 'Disetujui']) {
    await expect(page.getByRole('listitem').filter({ hasText: what }).first()).toBeVisible();
  }
  await expect(page.getByRole('listitem').filter({ hasText: 'Mulai ditinjau' })).toContainText(`${RATNA.name} dari 127.0.0.1`);
  await verifier.inspects();
  const next = await submitted(person, { ...office('Bali'), role: 'pa', file, address: '' });
  await desk.opensCase(next, 'Joko Susilo');
  // On narrow screens a link leads back to the queue.
  await expect(page.getByRole('link', { name: 'Kembali ke antrean' })).toBeVisible({ visible: page.viewportSize()!.width < 1200 });
  // Later applicants of the work unit need not give its address.
  const address = page.getByRole('listitem').filter({ hasText: 'Alamat tercatat:' });
  await expect(address).toContainText('Jalan Merdeka Barat Nomor 12, Jakarta');
  await expect(page.getByText(/^Berkas yang sama/).first()).toBeVisible();
  await page.getByRole('link', { name: /^Riwayat 1/ }).click();
  const earlier = page.getByRole('listitem').filter({ hasText: application.reference });
  await expect(earlier).toContainText('Disetujui');
  await verifier.inspects();
});

test('a case names its holder, and whoever lost the lease cannot decide', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Kehutanan' });
  const [ratna, hendra] = [await people.signedIn(RATNA), await people.signedIn(HENDRA)];
  const [mine, theirs] = [new Desk(ratna), new Desk(hendra)];
  await mine.opensCase(application, 'Rina Hapsari');
  await mine.takes();
  await theirs.opensCase(application, 'Rina Hapsari');
  await theirs.isHeldBy(RATNA.name);
  await hendra.inspects();

  // The first verifier releases the case and the second takes it; the first still has a stale tab open.
  const stale = await people.anotherTab(ratna);
  const staleDesk = new Desk(stale);
  await staleDesk.opensCase(application, 'Rina Hapsari');
  await staleDesk.ticksAll();
  await ratna.page.getByRole('button', { name: 'Lepaskan' }).click();
  await ratna.sees('Pilih kasus dari antrean');
  if (!scripted) await hendra.reloads();
  await theirs.takes();
  if (!scripted) {
    stale.allows(409, /^\/verifikasi\//);
    await staleDesk.button('Setujui').click();
    await expect(stale.page.getByRole('alert').filter({ hasText: `Kasus ini dipegang ${HENDRA.name} sampai` })).toBeVisible();
    await stale.inspects();
  } else {
    await staleDesk.isHeldBy(HENDRA.name);
  }
  await theirs.approves();
  await stale.reloads();
  await stale.sees('Rina Hapsari');
  await staleDesk.isDecided('Disetujui', HENDRA.name);
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible();
});

test('verifiers cannot decide their own application', async ({ people }) => {
  const verifier = await people.signedIn(RATNA);
  const application = await submitted(verifier, { institution: 'Kementerian Pertahanan' });
  const desk = new Desk(verifier);
  await desk.opensCase(application, RATNA.name);
  await expect(desk.bar.getByText('Pengajuan Anda sendiri.')).toBeVisible();
  await expect(desk.bar.getByRole('button')).toHaveCount(0);
});

test('a returned or withdrawn case cannot be decided', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const back = await submitted(person, { institution: 'Kementerian Kehutanan', workUnit: 'Inspektorat Jenderal' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await returned(verifier, back, { letter: 'Pindai ulang, tidak terbaca.' });
  await desk.opensCase(back, 'Rina Hapsari');
  await expect(verifier.page.getByText('Perlu Perbaikan', { exact: true }).first()).toBeVisible();
  for (const name of ['Setujui', 'Ambil kasus ini']) await expect(desk.button(name)).toHaveCount(0);
  // Changes of a repair that was never sent stay hidden from the desk, even whether there are any.
  verifier.allows(409, /^\/(api\/)?verifikasi\//);
  await person.goto(`/akses/pengajuan/${back.id}/status?batalkan`);
  const dialog = await person.seesDialog('Batalkan pengajuan?');
  await dialog.getByRole('button', { name: 'Ya, Batalkan Pengajuan' }).click();
  await person.sees('Manajemen Akses');
  if (!scripted) await verifier.reloads();
  await verifier.sees('Dibatalkan pemohon');
  await expect(desk.bar).toHaveCount(0);
});
