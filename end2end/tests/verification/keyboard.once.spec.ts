/** The desk without a mouse. */

import type { Locator } from '@playwright/test';
import { expect, test } from '../../fixtures';
import { office, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { keepsFocus, tabTo } from '../../support/keyboard';
import { letter } from '../../support/letters';
import { member } from '../../support/staff';
import type { Visitor } from '../../support/visitor';

const REASON = 'Surat menyebut satuan kerja lain, sst.';

/** Fails if Tab moves the focus out of the dialog. */
async function holdsFocus(visitor: Visitor, dialog: Locator) {
  for (let presses = 0; presses < 12; presses++) {
    await visitor.page.keyboard.press(presses % 3 ? 'Tab' : 'Shift+Tab');
    const within = await dialog.evaluate(
      (element) => element.contains(document.activeElement) || document.activeElement === document.body,
    );
    expect(within).toBe(true);
  }
}

/** Opens the list of shortcuts, which disables all others. */
async function opensShortcuts(verifier: Visitor): Promise<void> {
  const { page } = verifier;
  const { keyboard } = page;
  await keyboard.press('?');
  const dialog = await verifier.seesDialog('Pintasan papan tik');
  await expect(dialog.getByText('Ambil berikutnya')).toBeVisible();
  await expect(dialog.getByText('Lepaskan')).toHaveCount(0);
  await holdsFocus(verifier, dialog);
  await keyboard.press('a');
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL(/\/verifikasi$/);
  await keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
}

/** In the search box, letters are text and not shortcuts. */
async function searches(desk: Desk): Promise<void> {
  const { page } = desk.visitor;
  const { keyboard } = page;
  await keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: /^Cari nama/ })).toBeFocused();
  await keyboard.type('kas');
  await expect(page).toHaveURL(/cari=kas/);
  await expect(page.getByRole('searchbox', { name: /^Cari nama/ })).toHaveValue('kas');
  for (let letters = 0; letters < 3; letters++) await keyboard.press('Backspace');
  await expect(desk.rows()).toHaveCount(3);
  await keyboard.press('Tab');
}

/** Takes one case, although the key is held down; L does not release it. */
async function takesNext(desk: Desk): Promise<void> {
  const { visitor: verifier } = desk;
  const { page } = verifier;
  const { keyboard } = page;
  await keyboard.down('a');
  await expect(desk.button('Setujui')).toBeVisible();
  const taken = page.url();
  await keyboard.down('a');
  await keyboard.up('a');
  await keyboard.press('l');
  await verifier.sees('Rina Hapsari');
  await keepsFocus(verifier);
  await expect(page).toHaveURL(taken);
  await expect(page.getByText('Dinas Kesehatan Papua').last()).toBeVisible();
}

/** Pages, zoom and rotation of the letter. */
async function readsLetter(verifier: Visitor): Promise<void> {
  const { page } = verifier;
  const { keyboard } = page;
  const sheets = page.getByRole('group', { name: 'Halaman surat' }).getByRole('figure');
  await keyboard.press('ArrowRight');
  await expect(sheets.nth(1)).toBeInViewport({ ratio: 0.4 });
  await keyboard.press('ArrowRight');
  await expect(sheets.nth(2)).toBeInViewport({ ratio: 0.4 });
  await keyboard.press('ArrowLeft');
  await expect(sheets.nth(1)).toBeInViewport({ ratio: 0.4 });
  await keyboard.press('+');
  await expect(page.getByText('150 %')).toBeVisible();
  await keyboard.press('-');
  await keyboard.press('-');
  await expect(page.getByText('75 %')).toBeVisible();
  await keyboard.press('r');
  await expect(page.getByRole('region', { name: 'Surat' })).toHaveAttribute('data-turn', '90');
  await verifier.inspects();
}

/** Approves the case, which needs the complete check list; undoes that, and approves it again. */
async function approves(desk: Desk): Promise<void> {
  const { visitor: verifier } = desk;
  const { page } = verifier;
  const { keyboard } = page;
  await keyboard.press('s');
  await expect(desk.bar.getByText('Masih 5 butir daftar periksa yang belum dicentang.')).toBeVisible();
  const checks = page.getByRole('group', { name: /^Daftar periksa/ }).getByRole('checkbox');
  for (const item of await checks.all()) {
    await tabTo(verifier, item);
    await keyboard.press('Space');
    await expect(item).toBeChecked();
  }
  await keyboard.press('s');
  await desk.isDecided('Disetujui');
  await keepsFocus(verifier);
  await keyboard.press('z');
  await expect(desk.button('Setujui')).toBeVisible();
  await keepsFocus(verifier);
  await verifier.inspects();
  await expect(checks.first()).toBeChecked();
  await keyboard.press('s');
  await desk.isDecided('Disetujui');
  await verifier.inspects();
}

/** Takes the next case of the queue and returns it. */
async function returnsNext(desk: Desk): Promise<void> {
  const { visitor: verifier } = desk;
  const { keyboard } = verifier.page;
  await keyboard.press('j');
  await expect(desk.button('Ambil kasus ini')).toBeVisible();
  await verifier.sees('Rina Hapsari');
  await keyboard.press('k');
  await expect(desk.button('Setujui')).toBeVisible();
  await keyboard.press('p');
  let dialog = await verifier.seesDialog('Minta perbaikan');
  await holdsFocus(verifier, dialog);
  await keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await keepsFocus(verifier);
  await keyboard.press('p');
  dialog = await verifier.seesDialog('Minta perbaikan');
  await tabTo(verifier, dialog.getByRole('checkbox', { name: 'Satuan Kerja', exact: true }));
  await keyboard.press('Space');
  await tabTo(verifier, dialog.getByRole('textbox', { name: 'Catatan untuk Satuan Kerja' }));
  await keyboard.type(REASON);
  await tabTo(verifier, dialog.getByRole('button', { name: 'Minta Perbaikan' }));
  await keyboard.press('Enter');
  await desk.isDecided('Perbaikan diminta');
  await keepsFocus(verifier);
}

/** Takes the next case and rejects it. */
async function rejectsNext(desk: Desk): Promise<void> {
  const { visitor: verifier } = desk;
  const { keyboard } = verifier.page;
  await keyboard.press('a');
  await expect(desk.button('Setujui')).toBeVisible();
  await keyboard.press('t');
  const dialog = await verifier.seesDialog('Tolak pengajuan ini?');
  await tabTo(verifier, dialog.getByLabel('Alasan', { exact: true }));
  await keyboard.type('Satuan kerja');
  const chosen = dialog.getByLabel('Alasan', { exact: true }).getByRole('option', { selected: true });
  await expect(chosen).toHaveText('Satuan kerja pada surat berbeda');
  const text = dialog.getByLabel('Penjelasan untuk pemohon');
  await tabTo(verifier, text);
  await keyboard.press('Control+A');
  await keyboard.type(REASON);
  await expect(text).toHaveValue(REASON);
  await tabTo(verifier, dialog.getByRole('button', { name: 'Tolak', exact: true }));
  await keyboard.press('Enter');
  await desk.isDecided('Ditolak');
  await keepsFocus(verifier);
  await verifier.inspects();
}

test('a verifier gives all three verdicts by keyboard alone', async ({ people }) => {
  const person = await people.newcomer();
  const file = letter('tiga halaman.pdf', 3);
  for (const name of ['Dinas Kesehatan', 'Dinas Pariwisata', 'BPBD']) await submitted(person, { ...office('Papua', name), file });
  const verifier = await member(people, 'Marthen Tetelepta', 'verifier', ['Papua']);
  const { page } = verifier;
  const desk = new Desk(verifier);
  await desk.opens();

  await opensShortcuts(verifier);
  await searches(desk);

  const drawn = new Set<string>();
  page.on('request', (request) => {
    const version = /\/surat\/[\w-]+\/(\d+)\/\d+\.png/.exec(request.url())?.[1];
    if (version) drawn.add(version);
  });
  await takesNext(desk);
  await readsLetter(verifier);
  await approves(desk);
  expect([...drawn], 'the letter is not drawn again for a verdict').toHaveLength(1);

  await returnsNext(desk);
  await rejectsNext(desk);
});

test('keyboard shortcuts can be switched off, and stay off after a reload', async ({ people }) => {
  await submitted(await people.newcomer(), office('DKI Jakarta'));
  const verifier = await member(people, 'Elieser Jan Bonay', 'verifier', ['DKI Jakarta']);
  const { page } = verifier;
  const desk = new Desk(verifier);
  await desk.opens();
  await page.getByRole('button', { name: 'Pintasan papan tik' }).click();
  const dialog = await verifier.seesDialog('Pintasan papan tik');
  await dialog.getByRole('checkbox', { name: 'Pintasan aktif' }).uncheck();
  await dialog.getByRole('button', { name: 'Tutup' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Pintasan papan tik' })).toBeFocused();
  await verifier.reloads();
  await verifier.sees('Pilih kasus dari antrean');
  for (const key of ['a', '/', 'j']) await page.keyboard.press(key);
  await desk.rows().first().click();
  await verifier.sees('Rina Hapsari');
  await page.keyboard.press('k');
  await expect(page.getByText('Kasus ini bebas. Ambil dahulu untuk memutusnya.')).toBeVisible();
  // The list of shortcuts still opens, and switches them on again.
  await page.keyboard.press('?');
  await verifier.seesDialog('Pintasan papan tik');
  await dialog.getByRole('checkbox', { name: 'Pintasan aktif' }).check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await expect(desk.button('Setujui')).toBeVisible();
});
