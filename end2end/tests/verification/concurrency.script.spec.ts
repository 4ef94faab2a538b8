/** Two verifiers and an applicant at the same time: each sees what the others do, and loses no work. */

import type { Locator, Route } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { MADE } from '../../support/accounts';
import { filledDraft, office, sent, submitted, taken } from '../../support/applications';
import { Desk } from '../../support/desk';
import { post } from '../../support/requests';
import { member } from '../../support/staff';
import type { Visitor } from '../../support/visitor';

/** Milliseconds within which the others see a change. */
const SOON = 1000;

const REASON = 'Halaman kedua surat tidak terbaca sama sekali.';

/** Acts, and expects all of `seen` to be visible within `SOON` of the end of the act. */
async function seenSoon(act: () => Promise<unknown>, ...seen: Locator[]): Promise<void> {
  const waits = seen.map(async (each) => {
    await each.waitFor();
    return Date.now();
  });
  await act();
  const done = Date.now();
  const times = (await Promise.all(waits)).map((at) => at - done);
  expect(Math.max(...times), `milliseconds: ${times.join(', ')}`).toBeLessThan(SOON);
}

/** Two verifiers with a province of their own. */
async function twoVerifiers(people: Parameters<typeof member>[0], province: string): Promise<[Visitor, Visitor]> {
  return [
    await member(people, 'Lambertus Nicodemus', 'verifier', [province]),
    await member(people, 'Opu Daeng Risaju', 'verifier', [province]),
  ];
}

/** False on a phone, where the queue has no room beside the case. */
const showsQueueAndCase = (visitor: Visitor) => visitor.page.viewportSize()!.width > 1000;

const scrollPositions = (page: Visitor['page']) =>
  page.evaluate(() => [scrollY, ...[...document.querySelectorAll('.pane')].map((pane) => pane.scrollTop)]);

test('a new case shows in both queues within a second; scroll position, focus and typed text stay', async ({ people }) => {
  const [first, second] = await twoVerifiers(people, 'Riau');
  const [person, newcomer] = [await people.newcomer(), await people.newcomer('Joko Susilo')];
  const offices = ['BPBD', 'Badan Kepegawaian Daerah', 'Badan Pengelolaan Keuangan dan Aset Daerah', 'Dinas Kesehatan', 'Dinas Pariwisata'];
  const applications = offices.flatMap((name) => (['pa', 'kpa'] as const).map((role) => ({ ...office('Riau', name), role })));
  for (const details of applications) await submitted(person, details);
  const draft = await filledDraft(newcomer, office('Riau', 'Dinas Kelautan dan Perikanan'));

  const [queue, desk] = [new Desk(first), new Desk(second)];
  await queue.opens();
  await expect(queue.rows()).toHaveCount(10);
  await queue.rows().nth(7).focus();
  await queue.rows().nth(7).scrollIntoViewIfNeeded();
  const place = await scrollPositions(first.page);
  expect(Math.max(...place)).toBeGreaterThan(0);

  await desk.opens();
  await desk.rows().first().click();
  await second.sees('Rina Hapsari');
  await desk.takes();
  await expect(queue.rows().first()).toContainText(second.account!.name);
  await second.page.getByRole('checkbox', { name: 'Nama dan NIP sama dengan akun' }).check();
  const dialog = await desk.fillsRejection(REASON);
  const text = dialog.getByLabel('Penjelasan untuk pemohon');
  await text.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(8, 13));
  const count = second.page.getByText('11 pengajuan', { exact: true });
  await seenSoon(
    () => sent(newcomer, draft),
    queue.rows('Joko Susilo'),
    ...(showsQueueAndCase(second) ? [count, desk.rows('Joko Susilo')] : []),
  );
  await expect(queue.rows()).toHaveCount(11);
  await expect(queue.rows().nth(7)).toBeFocused();
  expect(await scrollPositions(first.page)).toEqual(place);
  await expect(text).toBeFocused();
  await expect(text).toHaveValue(REASON);
  expect(await text.evaluate((area: HTMLTextAreaElement) => [area.selectionStart, area.selectionEnd])).toEqual([8, 13]);
  // Typing continues where it was.
  await second.page.keyboard.type('pertama');
  await dialog.getByRole('link', { name: 'Batal' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(second.page.getByRole('checkbox', { name: 'Nama dan NIP sama dengan akun' })).toBeChecked();
  await queue.visitor.inspects();
  await second.inspects();
});

test('the actions of a verifier reach the other verifier and the applicant within a second', async ({ people }) => {
  const [first, second] = await twoVerifiers(people, 'Sulawesi Selatan');
  const person = await people.newcomer();
  const application = await submitted(person, office('Sulawesi Selatan'));
  const [mine, theirs] = [new Desk(first), new Desk(second)];
  await mine.opensCase(application, 'Rina Hapsari');
  await theirs.opens();
  const beside = await people.anotherTab(second);
  const besides = new Desk(beside);
  await besides.opensCase(application, 'Rina Hapsari');
  await person.goto(`/akses/pengajuan/${application.id}/status`);
  await person.sees('Pengajuan Anda sudah kami terima');
  const heldBySomebody = theirs.rows('Rina Hapsari').filter({ hasText: first.account!.name });
  await seenSoon(
    () => mine.takes(),
    heldBySomebody,
    besides.bar.getByText(`Dipegang oleh ${first.account!.name} sampai`),
    person.page.getByText('Sedang Ditinjau', { exact: true }),
  );
  await beside.inspects();
  await mine.ticksAll();

  await seenSoon(
    () => mine.button('Setujui').click(),
    person.page.getByRole('heading', { name: 'Akses Anda disetujui' }),
    theirs.visitor.page.getByText('Antrean kosong'),
    beside.page.getByText(`Disetujui oleh ${first.account!.name}`),
  );
  await mine.isDecided('Disetujui');
  await person.sees('Akses Anda disetujui');
  await beside.inspects();

  await seenSoon(
    () => mine.button('Urungkan').click(),
    person.page.getByText('Sedang Ditinjau', { exact: true }),
    heldBySomebody,
    besides.bar.getByText(`Dipegang oleh ${first.account!.name} sampai`),
  );
  await expect(mine.button('Setujui')).toBeVisible();
  await person.inspects();
  const dialog = await mine.fillsReturn({ 'Nama Instansi': 'Pilih instansi yang disebut dalam surat.' });
  await seenSoon(
    () => dialog.getByRole('button', { name: 'Minta Perbaikan' }).click(),
    person.page.getByRole('heading', { name: 'Pengajuan Anda perlu diperbaiki' }),
    beside.page.getByText(`Perbaikan diminta oleh ${first.account!.name}`),
  );
  await mine.isDecided('Perbaikan diminta');
  await person.sees('Pengajuan Anda perlu diperbaiki');
  await expect(person.page.getByText('Pilih instansi yang disebut dalam surat.')).toBeVisible();
  await second.inspects();
});

test('ticks are cleared for a new letter, and kept between the parts of a case', async ({ people }) => {
  const [first] = await twoVerifiers(people, 'Kalimantan Barat');
  const person = await people.newcomer();
  const application = await submitted(person, office('Kalimantan Barat'));
  const desk = new Desk(first);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await desk.ticksAll();
  await desk.returns({ 'Nama Instansi': 'Pilih instansi yang disebut dalam surat.' });
  await sent(person, application.id);
  await desk.takes();
  await expect(desk.checkList.getByRole('checkbox', { checked: true })).toHaveCount(0);

  await first.page.getByRole('button', { name: 'Pratinjau surel' }).click();
  const preview = first.page.getByRole('status').filter({ hasText: `Kepada ${person.account!.email}` });
  await expect(preview).toContainText('disetujui');
  await first.inspects();
  await desk.ticksAll();
  await expect(preview).toHaveCount(0);
  await first.page.getByRole('navigation', { name: 'Bagian kasus' }).getByRole('link', { name: 'Linimasa' }).click();
  await expect(desk.checkList.getByText('Lengkap')).toBeVisible();
  await first.inspects();
  await desk.button('Setujui').click();
  await desk.isDecided('Disetujui');
});

test('Ambil berikutnya never gives one case to two verifiers', async ({ people }) => {
  const both = await twoVerifiers(people, 'Nusa Tenggara Timur');
  const person = await people.newcomer();
  const offices = ['Dinas Kesehatan', 'Dinas Pariwisata', 'Badan Pendapatan Daerah'];
  const sentIn: string[] = [];
  for (const name of offices) {
    for (const role of ['pa', 'kpa'] as const) {
      sentIn.push((await submitted(person, { ...office('Nusa Tenggara Timur', name), role })).id);
    }
  }
  for (const verifier of both) await new Desk(verifier).opens();
  const given: string[] = [];
  for (let round = 0; round < 3; round++) {
    const before = both.map(({ page }) => page.url());
    await Promise.all(both.map(({ page }) => page.getByRole('button', { name: /^Ambil berikutnya/ }).click()));
    for (const [at, verifier] of both.entries()) {
      await expect(verifier.page).not.toHaveURL(before[at]);
      await expect(new Desk(verifier).button('Setujui')).toBeVisible();
      given.push(new URL(verifier.page.url()).pathname.split('/').at(-1)!);
      await verifier.inspects();
    }
  }
  expect([...given].sort()).toEqual([...sentIn].sort());
  await both[0].page.getByRole('button', { name: /^Ambil berikutnya/ }).click();
  await both[0].sees('Tidak ada kasus bebas');
});

test('of two simultaneous verdicts one counts, and the other verifier reads who gave it and when', async ({ people }) => {
  const [first] = await twoVerifiers(people, 'Sulawesi Tenggara');
  const made = await people.signedIn(MADE);
  const person = await people.newcomer();
  const application = await submitted(person, office('Sulawesi Tenggara'));
  const [mine, supervisors] = [new Desk(first), new Desk(made)];
  await mine.opensCase(application, 'Rina Hapsari');
  await mine.takes();
  await mine.ticksAll();
  // Hold back the update that says that the case was taken over.
  first.allows(0, /^\/api\/verifikasi\/kasus$/);
  const held: Route[] = [];
  await first.page.route('**/api/verifikasi/kasus?*', (route) => void held.push(route));
  await supervisors.opensCase(application, 'Rina Hapsari');
  await post(made, `/verifikasi/${application.id}/ambil-alih`, { reason: 'Pemegang sebelumnya cuti hari ini.' });
  await expect(supervisors.button('Setujui')).toBeVisible();
  const dialog = await supervisors.fillsRejection(REASON);
  await Promise.all([
    dialog.getByRole('button', { name: 'Tolak', exact: true }).click(),
    mine.button('Setujui').click(),
  ]);
  await supervisors.isDecided('Ditolak');
  await mine.button('Setujui').click();
  const conflict = mine.bar.getByRole('alert').filter({ hasText: `Sudah diputus orang lain: ${MADE.name} menolak pengajuan ini pada` });
  await expect(conflict).toContainText(/\d{1,2} \w+ \d{4}/);
  await first.inspects();
  for (const route of held) await route.abort();
  await first.page.unrouteAll();
  await first.reloads();
  await first.sees('Rina Hapsari');
  await mine.isDecided('Ditolak', MADE.name);
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText(REASON)).toBeVisible();
});

test('a case that is withdrawn while open says so and can no longer be taken', async ({ people }) => {
  const [first, second] = await twoVerifiers(people, 'Sumatera Barat');
  const person = await people.newcomer();
  const application = await submitted(person, office('Sumatera Barat'));
  const [open, queue] = [new Desk(first), new Desk(second)];
  await open.opensCase(application, 'Rina Hapsari');
  await queue.opens();
  await expect(queue.rows('Rina Hapsari')).toBeVisible();
  await seenSoon(
    () => post(person, `/akses/pengajuan/${application.id}/status`, {}),
    first.page.getByText('Dibatalkan', { exact: true }).first(),
    second.page.getByText('Antrean kosong'),
  );
  await expect(open.button('Ambil kasus ini')).toHaveCount(0);
  await first.inspects();
  await second.inspects();
});

test('a verdict can be given after the session has ended and the verifier has signed in again', async ({ people }) => {
  const [first, second] = await twoVerifiers(people, 'Sumatera Selatan');
  const application = await submitted(await people.newcomer(), office('Sumatera Selatan'));
  const desk = new Desk(first);
  await taken(first, application);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.ticksAll();
  await desk.losesSession();
  await desk.button('Setujui').click();
  await expect(desk.bar.getByText('Sesi Anda sudah berakhir.')).toBeVisible();
  const away = first.page.getByText('Halaman ini tidak lagi diperbarui sendiri.').filter({ visible: true });
  await expect(away).toHaveCount(1);
  await first.inspects();
  await new Desk(second).opensCase(application, 'Rina Hapsari');
  await new Desk(second).isHeldBy(first.account!.name);
  await desk.findsSession();
  await expect(away).toHaveCount(0);
  if (showsQueueAndCase(first)) {
    const newcomer = await people.newcomer('Joko Susilo');
    await seenSoon(() => submitted(newcomer, office('Sumatera Selatan')), desk.rows('Joko Susilo'));
  }
  await desk.button('Setujui').click();
  await desk.isDecided('Disetujui');
});
