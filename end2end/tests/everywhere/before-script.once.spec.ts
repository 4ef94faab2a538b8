/** Pages on a slow connection, before the script has loaded. */

import { expect, test } from '../../fixtures';
import { SITI } from '../../support/accounts';
import { emptyForm } from '../../support/applications';

test('forms work before the script has loaded', async ({ people }) => {
  const person = await people.anonymous();
  const { page } = person;
  await person.goto('/masuk');
  await person.sees('Masuk');
  // The WASM never arrives.
  await page.route('**/*.wasm', () => {});
  await page.goto('/masuk');
  await page.getByLabel('Alamat surel').fill(SITI.email);
  await page.getByLabel('Kata sandi', { exact: true }).fill(SITI.password);
  await page.getByRole('button', { name: 'Masuk', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Manajemen Akses' })).toBeVisible();
  await page.getByRole('link', { name: 'Hubungkan atau Buat Akses' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Hubungkan atau buat akses' })).toBeVisible();
  // Now it arrives.
  await page.unrouteAll();
  for (const [path, heading] of [['/akses', 'Manajemen Akses'], ['/akses/baru', 'Hubungkan atau buat akses']]) {
    await person.goto(path);
    await person.sees(heading);
  }
});

test('answers given before the script has loaded are saved', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const id = await emptyForm(person);
  let arrives = () => {};
  const arrival = new Promise<void>((done) => (arrives = done));
  await page.route('**/*.wasm', async (route) => {
    await arrival;
    await route.continue();
  });
  await page.goto(`/akses/pengajuan/${id}/formulir`);
  await page.getByRole('radio', { name: 'Kementerian', exact: true }).check();
  const first = page.getByRole('group', { name: 'Hari pertama' });
  await first.getByRole('textbox', { name: 'Tanggal' }).fill('7');
  arrives();
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(page.getByRole('radio', { name: 'Kementerian', exact: true })).toBeChecked();
  await expect(page.getByRole('combobox', { name: 'Nama Instansi' })).toBeEnabled();
  await expect(page.getByText('Menyimpan…')).toBeVisible();
  await expect(page.getByText(/^Tersimpan \d\d\.\d\d/)).toBeVisible();
  await person.reloads();
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(page.getByRole('radio', { name: 'Kementerian', exact: true })).toBeChecked();
  await expect(first.getByRole('textbox', { name: 'Tanggal' })).toHaveValue('7');
});
