/** The desk: the queue, the case, its three verdicts (guide steps 13 to 15). */

import { expect, test } from '../../fixtures';
import { office, returned, submitted } from '../../support/applications';
import { FIRST, LAST, inWords } from '../../support/dates';
import { Desk } from '../../support/desk';
import { endless, letter, letterSaying } from '../../support/letters';
import { HENDRA, RATNA } from '../../support/people';
import { member } from '../../support/staff';
import { fact } from '../../support/visitor';

const REASON = 'Nama pada surat berbeda dengan nama pada akun.';
const PA = 'Surat Tanda Jabatan sebagai PA';

test('the queue shows the oldest first, is searched and narrowed, and keeps that in its address', async ({ people, scripted }) => {
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

  // Every way of searching: a part of the name, the satker, the number.
  for (const words of ['susilo', 'pariwisata', second.reference]) {
    await desk.searches(words);
    await expect(desk.rows()).toHaveText([/^Joko Susilo/]);
  }
  await verifier.looks();
  await desk.searches('tidak ada yang bernama begini');
  await expect(page.getByText('Tidak ada yang cocok')).toBeVisible();
  await verifier.looks();
  await desk.unfolds();
  await page.getByRole('link', { name: 'Hapus saringan' }).click();
  await expect(desk.rows()).toHaveCount(2);
  // The field says what the address says, however that changed.
  const box = page.getByRole('searchbox', { name: /^Cari nama/ });
  await expect(box).toHaveValue('');
  if (scripted) {
    await page.goBack();
    await expect(box).toHaveValue('tidak ada yang bernama begini');
    await page.goForward();
    await expect(box).toHaveValue('');
    await expect(desk.rows()).toHaveCount(2);
  }

  await desk.unfolds();
  await page.getByRole('group', { name: 'Role' }).getByRole('link', { name: 'PA 1', exact: true }).click();
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/]);
  await page.getByRole('link', { name: 'Bebas 1', exact: true }).click();
  await expect(page).toHaveURL(/bagian=bebas/);
  await expect(page).toHaveURL(/role=pa/);
  await verifier.looks();
  const address = page.url();
  await verifier.reloads();
  await verifier.sees('Pilih kasus dari antrean');
  await expect(desk.rows()).toHaveText([/^Rina Hapsari/]);
  await expect(page.getByRole('link', { name: 'Bebas 1', exact: true })).toHaveAttribute('aria-current', 'true');

  // A case that is opened, and a dialog over it, leave the queue as it is.
  await desk.rows('Rina Hapsari').click();
  await verifier.sees('Rina Hapsari');
  await desk.takes();
  expect(new URL(page.url()).search).toBe(new URL(address).search);
  await page.getByRole('link', { name: 'Linimasa' }).click();
  await expect(page.getByText('Mulai ditinjau')).toBeVisible();
  await expect(page).toHaveURL(/role=pa/);
  await verifier.looks();
  await page.getByRole('button', { name: 'Lepaskan' }).click();
  await verifier.sees('Pilih kasus dari antrean');
});

test('the institutions of open cases narrow the queue as well', async ({ people, scripted }) => {
  await submitted(await people.newcomer(), office('Bengkulu'));
  await submitted(await people.newcomer('Joko Susilo'), office('Kalimantan Utara', 'Dinas Pariwisata'));
  const verifier = await member(people, 'Rosmala Dewi', 'verifier', ['Bengkulu', 'Kalimantan Utara']);
  const desk = new Desk(verifier);
  await desk.opens();
  await desk.unfolds();
  await verifier.page.getByRole('link', { name: 'Pilih instansi' }).click();
  await verifier.page.getByRole('combobox', { name: 'Instansi' }).selectOption('Provinsi Kalimantan Utara (1)');
  if (!scripted) await verifier.page.getByRole('button', { name: 'Saring' }).click();
  await expect(desk.rows()).toHaveText([/^Joko Susilo/]);
  await verifier.looks();
});

test('a case shows the data beside the letter; it is taken before it is decided, and its list is ticked', async ({ people, scripted }) => {
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
  await verifier.looks();
  verifier.allowsRefusal(/^\/verifikasi\//);
  // With script the button says that it waits for the list; pressed all the same, it says what is missing.
  await desk.button('Setujui').click({ force: true });
  await expect(page.getByText('Masih 5 butir daftar periksa yang belum dicentang.')).toBeVisible();
  await verifier.looks();
  if (scripted) {
    await expect(page.getByText('5 butir lagi untuk menyetujui')).toBeVisible();
    await page.getByRole('checkbox', { name: 'Nama dan NIP sama dengan akun' }).check();
    await expect(page.getByText('4 butir lagi untuk menyetujui')).toBeVisible();
  }
  await desk.approves();
  await expect(desk.button('Urungkan')).toBeVisible();
  await expect(page.getByText('Alamat sama dengan alamat tercatat.')).toBeVisible();
  await verifier.looks();

  // What others did before shows on the next case of this person.
  await page.getByRole('link', { name: 'Linimasa' }).click();
  for (const what of ['Pengajuan dikirim', 'Mulai ditinjau', 'Disetujui']) {
    await expect(page.getByRole('listitem').filter({ hasText: what }).first()).toBeVisible();
  }
  await expect(page.getByRole('listitem').filter({ hasText: 'Mulai ditinjau' })).toContainText(`${RATNA.name} dari 127.0.0.1`);
  await verifier.looks();
  const next = await submitted(person, { ...office('Bali'), role: 'pa', file, address: '' });
  await desk.opensCase(next, 'Joko Susilo');
  // Where the queue has no room beside the case, a link leads back to it.
  await expect(page.getByRole('link', { name: 'Kembali ke antrean' })).toBeVisible({ visible: page.viewportSize()!.width < 1200 });
  // Who is not the first of the work unit need not send its address.
  const address = page.getByRole('listitem').filter({ hasText: 'Alamat tercatat:' });
  await expect(address).toContainText('Jalan Merdeka Barat Nomor 12, Jakarta');
  await expect(page.getByText(/^Berkas yang sama/).first()).toBeVisible();
  await page.getByRole('link', { name: /^Riwayat 1/ }).click();
  const earlier = page.getByRole('listitem').filter({ hasText: application.reference });
  await expect(earlier).toContainText('Disetujui');
  await verifier.looks();
});

test('Tolak needs a reason of the list and a text; both reach the person', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.asks('Tolak', 'Tolak pengajuan ini?');
  const rejects = () => dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  const [reason, text] = [dialog.getByLabel('Alasan', { exact: true }), dialog.getByLabel('Penjelasan untuk pemohon')];
  verifier.allowsRefusal(/^\/verifikasi\//);
  await rejects();
  await expect(dialog.getByText('Alasan belum dipilih.')).toBeVisible();
  await expect(dialog.getByText('Alasan belum diisi.')).toBeVisible();
  await expect(reason).toBeFocused();
  await verifier.looks();
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
    await verifier.looks();
  }
  await rejects();
  await desk.isDecided('Ditolak');
  await expect(verifier.page.getByText('Nama atau NIP pada surat berbeda')).toBeVisible();
  await verifier.looks();

  // The mail's button leads to a new start with the old answers, also where one has to sign in first.
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  const told = `Nama atau NIP pada surat berbeda. ${REASON}`;
  await expect(person.page.getByText(`“${told}”`)).toBeVisible();
  const later = await people.stranger();
  later.account = person.account;
  const mail = await later.looksIntoMail('Ditolak: pengajuan akses PA Biro Hukum dan Organisasi');
  await expect(mail.getByText(told)).toBeVisible();
  await later.follows(mail, 'Daftar Ulang');
  await later.sees('Masuk');
  await later.signsIn();
  await later.sees('Daftar ulang');
  await later.page.getByRole('button', { name: 'Daftar Ulang' }).click();
  await later.sees('Formulir Pendaftaran Akses PA');
  await expect(later.page.getByText(told).filter({ visible: true })).toBeVisible();
  await expect(later.page.getByLabel('Alamat Satuan Kerja')).toHaveValue('Jalan Merdeka Barat Nomor 12, Jakarta');
});

test('Minta Perbaikan marks what is wrong; sent again, the case comes back to the same verifier', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Banten'));
  const [verifier, other] = [
    await member(people, 'Siti Aisyah', 'verifier', ['Banten']),
    await member(people, 'Dedi Supriadi', 'verifier', ['Banten']),
  ];
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.asks('Minta Perbaikan', 'Minta perbaikan');
  const sends = () => dialog.getByRole('button', { name: 'Minta Perbaikan', exact: true }).click();
  verifier.allowsRefusal(/^\/verifikasi\//);
  await sends();
  await expect(dialog.getByText('Belum ada yang ditandai.')).toBeVisible();
  await verifier.looks();
  await dialog.getByRole('checkbox', { name: PA }).check();
  await dialog.getByRole('textbox', { name: `Catatan untuk ${PA}` }).fill('Tua');
  await sends();
  await expect(dialog.getByText('Isian kurang dari 5 huruf.')).toBeVisible();
  await verifier.looks();
  await dialog.getByRole('textbox', { name: `Catatan untuk ${PA}` }).fill('Pindai ulang halaman dua, tidak terbaca.');
  await dialog.getByRole('checkbox', { name: 'Alamat Satuan Kerja' }).check();
  await dialog.getByRole('textbox', { name: 'Catatan untuk Alamat Satuan Kerja' }).fill('Tulis nomor dan kotanya.');
  await dialog.getByLabel('Pesan tambahan').fill('Isian lain sudah sesuai.');
  if (scripted) {
    await dialog.getByRole('button', { name: 'Pratinjau surel' }).click();
    await expect(dialog.getByText('Perlu perbaikan: pengajuan akses PA Dinas Kesehatan Banten')).toBeVisible();
    await verifier.looks();
  }
  await sends();
  await desk.isDecided('Perbaikan diminta');
  await expect(verifier.page.getByText('Tulis nomor dan kotanya.')).toBeVisible();
  await verifier.looks();
  // From the person's first change on, the case that is still open there is said to be repaired.
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
  const mail = await person.looksIntoMail('Perlu perbaikan: pengajuan akses PA Dinas Kesehatan Banten');
  await expect(mail.getByText('Tulis nomor dan kotanya.')).toBeVisible();
  await mail.close();

  // It waits for whoever asked; "Ambil berikutnya" passes it by for the other.
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
  await verifier.looks();
});

test('a verdict is taken back within its seconds, and nobody hears of it', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, office('Gorontalo'));
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await desk.approves();
  if (scripted) await expect(desk.bar.getByText(/Surel dikirim dalam \d+ detik\./)).toBeVisible();
  await verifier.looks();
  await desk.button('Urungkan').click();
  await expect(desk.button('Setujui')).toBeVisible();
  await expect(verifier.page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();
  await expect(verifier.page.getByText(/^Disetujui oleh/)).toHaveCount(0);
  await verifier.looks();
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
  // Once its mail has gone, it is too late.
  await verifier.reloads();
  await verifier.sees('Rina Hapsari');
  await expect(desk.button('Urungkan')).toHaveCount(0);
});

test('a case that another holds says by whom, and a verdict after theirs is told so', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Kehutanan' });
  const [ratna, hendra] = [await people.signedIn(RATNA), await people.signedIn(HENDRA)];
  const [mine, theirs] = [new Desk(ratna), new Desk(hendra)];
  await mine.opensCase(application, 'Rina Hapsari');
  await mine.takes();
  await theirs.opensCase(application, 'Rina Hapsari');
  await theirs.isHeldBy(RATNA.name);
  await hendra.looks();

  // Given back, it is taken by the other; who had it before still has an old page open.
  const late = await people.anotherTab(ratna);
  const lateDesk = new Desk(late);
  await lateDesk.opensCase(application, 'Rina Hapsari');
  await lateDesk.ticks();
  await ratna.page.getByRole('button', { name: 'Lepaskan' }).click();
  await ratna.sees('Pilih kasus dari antrean');
  if (!scripted) await hendra.reloads();
  await theirs.takes();
  if (!scripted) {
    late.allows(409, /^\/verifikasi\//);
    await lateDesk.button('Setujui').click();
    await expect(late.page.getByRole('alert').filter({ hasText: `Kasus ini dipegang ${HENDRA.name} sampai` })).toBeVisible();
    await late.looks();
  } else {
    await lateDesk.isHeldBy(HENDRA.name);
  }
  await theirs.approves();
  await late.reloads();
  await late.sees('Rina Hapsari');
  await lateDesk.isDecided('Disetujui', HENDRA.name);
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible();
});

test('nobody decides their own application', async ({ people }) => {
  const verifier = await people.signedIn(RATNA);
  const application = await submitted(verifier, { institution: 'Kementerian Pertahanan' });
  const desk = new Desk(verifier);
  await desk.opensCase(application, RATNA.name);
  await expect(desk.bar.getByText('Pengajuan Anda sendiri.')).toBeVisible();
  await expect(desk.bar.getByRole('button')).toHaveCount(0);
});

test('a case that is withdrawn, and one that waits for the person, are decided by nobody', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const back = await submitted(person, { institution: 'Kementerian Kehutanan', workUnit: 'Inspektorat Jenderal' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await returned(verifier, back, { letter: 'Pindai ulang, tidak terbaca.' });
  await desk.opensCase(back, 'Rina Hapsari');
  await expect(verifier.page.getByText('Perlu Perbaikan', { exact: true }).first()).toBeVisible();
  for (const name of ['Setujui', 'Ambil kasus ini']) await expect(desk.button(name)).toHaveCount(0);
  // What was changed in a repair and never sent is not the desk's, and nobody can tell whether something was.
  verifier.allows(409, /^\/(api\/)?verifikasi\//);
  await person.goto(`/akses/pengajuan/${back.id}/status?batalkan`);
  const dialog = await person.seesDialog('Batalkan pengajuan?');
  await dialog.getByRole('button', { name: 'Ya, Batalkan Pengajuan' }).click();
  await person.sees('Manajemen Akses');
  if (!scripted) await verifier.reloads();
  await verifier.sees('Dibatalkan pemohon');
  await expect(desk.bar).toHaveCount(0);
});

test('the desk is not there for who is no verifier', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Agama' });
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByRole('link', { name: 'Verifikasi', exact: true })).toHaveCount(0);
  person.allows(404, /^\/(verifikasi|admin)/);
  const verifier = await people.signedIn(RATNA);
  verifier.allows(404, /^\/(verifikasi|admin)/);
  for (const path of ['/verifikasi', `/verifikasi/${application.id}`, '/verifikasi/riwayat', '/verifikasi/statistik', '/admin']) {
    await person.goto(path);
    await person.sees('Halaman tidak ditemukan');
  }
  for (const path of ['/admin', '/admin/alasan', '/admin/libur', '/admin/surel', '/admin/tugas', '/admin/platform', '/verifikasi/bukan-nomor']) {
    await verifier.goto(path);
    await verifier.sees('Halaman tidak ditemukan');
  }
});

test('a letter that cannot be drawn says so, and its case is decided all the same', async ({ people, scripted }) => {
  const application = await submitted(await people.newcomer(), { ...office('Maluku Utara'), file: endless() });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  // The page of the letter is what is refused, not the server at fault.
  verifier.allows(422, /\/0\.png$/);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  if (scripted) {
    await expect(verifier.page.getByText('Halaman 1 tidak dapat digambar')).toBeVisible();
    await expect(verifier.page.getByRole('figure').getByRole('link', { name: 'Unduh berkas asli' })).toBeVisible();
  }
  await expect(verifier.page.getByText('Teks surat tidak dapat dibaca. Bandingkan dengan mata.')).toBeVisible();
  await verifier.looks();
  await desk.approves();
  await verifier.looks();
});
