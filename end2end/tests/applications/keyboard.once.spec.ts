/** An application without a mouse. */

import { expect, test } from '../../fixtures';
import { FIRST, LAST } from '../../support/dates';
import { keepsFocus, tabTo } from '../../support/keyboard';
import { letter } from '../../support/letters';
import type { Visitor } from '../../support/visitor';

/** Confirms a new access in a dialog that keeps the focus, and gives it back on Escape. */
async function confirmsNewAccess(person: Visitor): Promise<void> {
  const { page } = person;
  const { keyboard } = page;
  const fresher = page.getByRole('main').getByRole('link', { name: 'Daftar Akses Baru' });
  await tabTo(person, fresher);
  await keyboard.press('Enter');
  let popUp = await person.seesDialog('Daftarkan akses baru?');
  // The dialog has the focus and keeps it.
  for (let presses = 0; presses < 6; presses++) {
    await keyboard.press('Tab');
    const within = await popUp.evaluate(
      (dialog) => dialog.contains(document.activeElement) || document.activeElement === document.body,
    );
    expect(within).toBe(true);
  }
  await keyboard.press('Escape');
  await expect(popUp).toHaveCount(0);
  await keepsFocus(person);
  await tabTo(person, fresher);
  await keyboard.press('Enter');
  popUp = await person.seesDialog('Daftarkan akses baru?');
  await tabTo(person, popUp.getByRole('button', { name: 'Ya, Lanjutkan' }));
  await keyboard.press('Enter');
}

/** Fills in the form and sends it. */
async function fillsForm(person: Visitor): Promise<void> {
  const { page } = person;
  const { keyboard } = page;
  await tabTo(person, page.getByRole('radio', { name: 'Kementerian', exact: true }));
  await keyboard.press('Space');
  for (const [picker, query, option] of [
    ['Nama Instansi', 'kemen agama', 'Kementerian Agama'],
    ['Satuan Kerja', 'pusat data', 'Pusat Data dan Teknologi Informasi'],
  ]) {
    await tabTo(person, page.getByRole('combobox', { name: picker }));
    await keyboard.type(query);
    await expect(page.getByRole('listbox').getByRole('option', { selected: true })).toContainText(option);
    await keyboard.press('Enter');
    await expect(page.getByRole('combobox', { name: picker })).toHaveValue(option);
  }
  await expect(page.getByLabel('Alamat Satuan Kerja')).toBeVisible();
  await tabTo(person, page.getByLabel('Alamat Satuan Kerja'));
  await keyboard.type('Jalan Lapangan Banteng Barat Nomor 3, Jakarta');
  for (const [group, day] of [
    ['Hari pertama', FIRST],
    ['Hari terakhir', LAST],
  ] as const) {
    const boxes = page.getByRole('group', { name: group });
    await tabTo(person, boxes.getByRole('textbox', { name: 'Tanggal' }));
    await keyboard.type(`${day.day}`);
    await tabTo(person, boxes.getByRole('combobox', { name: 'Bulan' }));
    await keyboard.type(day.month === 1 ? 'Jan' : 'Des');
    await tabTo(person, boxes.getByRole('textbox', { name: 'Tahun' }));
    await keyboard.type(`${day.year}`);
  }
  // Playwright must intercept the file chooser before the key opens it, so the wait begins here.
  const choosing = page.waitForEvent('filechooser', { timeout: 30_000 });
  await tabTo(person, page.locator('input[type=file]'));
  await keyboard.press('Enter');
  await (await choosing).setFiles(letter());
  await expect(page.getByText(/^Terunggah/)).toBeVisible();
  await tabTo(person, page.getByRole('button', { name: 'Ajukan Akses' }));
  await keyboard.press('Enter');
}

test('an application can be submitted by keyboard alone', async ({ people }) => {
  const person = await people.anonymous();
  const { page } = person;
  const { keyboard } = page;
  const fresh = await people.newcomer();
  await person.goto('/masuk');
  await person.sees('Masuk');
  await tabTo(person, page.getByLabel('Alamat surel'));
  await keyboard.type(fresh.account!.email);
  await tabTo(person, page.getByLabel('Kata sandi', { exact: true }));
  await keyboard.type(fresh.account!.password);
  await keyboard.press('Enter');

  await person.sees('Manajemen Akses');
  await keepsFocus(person);
  await tabTo(person, page.getByRole('link', { name: 'Hubungkan atau Buat Akses' }));
  await keyboard.press('Enter');

  await person.sees('Hubungkan atau buat akses');
  await keepsFocus(person);
  await tabTo(person, page.getByRole('radio', { name: /^Non Penyedia/ }));
  await tabTo(person, page.getByRole('radio', { name: /^PA ·/ }));
  await keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: /^KPA ·/ })).toBeChecked();
  await tabTo(person, page.getByRole('button', { name: 'Lanjutkan' }));
  await keyboard.press('Enter');

  await person.sees('Hubungkan akses SiRUP');
  await keepsFocus(person);
  await confirmsNewAccess(person);

  await person.sees('Formulir Pendaftaran Akses KPA');
  await keepsFocus(person);
  await fillsForm(person);

  await person.sees('Tinjau sebelum mengirim');
  await keepsFocus(person);
  await tabTo(person, page.getByRole('checkbox'));
  await keyboard.press('Space');
  await tabTo(person, page.getByRole('button', { name: 'Kirim', exact: true }));
  await keyboard.press('Enter');
  await person.sees('Pengajuan Anda sudah kami terima');
  await keepsFocus(person);
});
