/** The pickers of institution and work unit, as keyboards and screen readers meet them (ARIA combobox). */

import { expect, test } from '../../fixtures';
import { emptyForm } from '../../support/applications';
import { Form } from '../../support/form';

test('a picker reports its state, moves by arrow keys, and restores the choice when it is left', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await emptyForm(person);
  await form.opens(id);
  const box = page.getByRole('combobox', { name: 'Nama Instansi' });
  const units = page.getByRole('combobox', { name: 'Satuan Kerja' });
  await expect(box).toBeDisabled();
  await expect(box).toHaveAccessibleDescription('Pilih Jenis Instansi lebih dahulu.');
  await form.type('Kementerian');
  await expect(box).toBeEnabled();
  await expect(units).toBeDisabled();
  await expect(units).toHaveAccessibleDescription('Pilih Nama Instansi lebih dahulu.');

  await box.focus();
  await expect(box).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowDown');
  await expect(box).toHaveAttribute('aria-expanded', 'true');
  const list = page.getByRole('listbox', { name: 'Nama Instansi' });
  await expect(list).toBeVisible();
  await expect(box).toHaveAttribute('aria-controls', (await list.getAttribute('id'))!);
  const options = list.getByRole('option');
  const names = await options.allInnerTexts();
  expect(names.length).toBeGreaterThan(20);
  const isActive = async (at: number) => {
    await expect(options.nth(at)).toHaveAttribute('aria-selected', 'true');
    await expect(box).toHaveAttribute('aria-activedescendant', (await options.nth(at).getAttribute('id'))!);
    await expect(options.nth(at)).toBeInViewport();
  };
  await isActive(0);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await isActive(2);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await isActive(names.length - 1);
  await person.inspects();

  await page.keyboard.type('pertahanan kemen');
  await expect(options).toHaveCount(1);
  await expect(list.locator('..').getByText(/^1 cocok dari \d+ instansi$/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(list).toHaveCount(0);
  await expect(box).toHaveValue('Kementerian Pertahanan');
  await expect(box).toBeFocused();
  await expect(units).toBeEnabled();

  // Escape and Tab restore the choice.
  await box.fill('kemenkes');
  await expect(options.first()).toContainText('Kementerian Kesehatan');
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await expect(box).toHaveValue('Kementerian Pertahanan');
  await box.fill('tidak ada yang bernama begini');
  await expect(page.getByText(/^Tidak ada yang cocok dari \d+ instansi\. Coba kata lain\.$/)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(list).toHaveCount(0);
  await expect(box).toHaveValue('Kementerian Pertahanan');

  // It works by mouse too, and clearing the institution clears the work unit.
  await units.click();
  await page.getByRole('listbox', { name: 'Satuan Kerja' }).getByRole('option', { name: /^Biro Umum/ }).click();
  await expect(units).toHaveValue('Biro Umum dan Pengadaan Barang/Jasa');
  await page.getByRole('button', { name: 'Kosongkan Nama Instansi' }).click();
  await expect(box).toHaveValue('');
  await expect(box).toBeFocused();
  await expect(units).toHaveValue('');
  await expect(units).toBeDisabled();
});
