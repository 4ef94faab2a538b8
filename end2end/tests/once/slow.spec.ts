/** Before the script has arrived, and while SiRUP hangs. */

import { expect, test } from '../../fixtures';
import { emptyForm, openDraft } from '../../support/applications';
import { SIRUP_PASSWORD, SITI } from '../../support/people';

test('forms work before the script has arrived', async ({ people }) => {
  const person = await people.stranger();
  const { page } = person;
  await person.goto('/masuk');
  await person.sees('Masuk');
  // The code never arrives: the line is too slow for it.
  await page.route('**/*.wasm', () => {});
  await page.goto('/masuk');
  await page.getByLabel('Alamat surel').fill(SITI.email);
  await page.getByLabel('Kata sandi', { exact: true }).fill(SITI.password);
  await page.getByRole('button', { name: 'Masuk', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Manajemen Akses' })).toBeVisible();
  await page.getByRole('link', { name: 'Hubungkan atau Buat Akses' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Hubungkan atau buat akses' })).toBeVisible();
  // Then it does.
  await page.unrouteAll();
  for (const [path, heading] of [['/akses', 'Manajemen Akses'], ['/akses/baru', 'Hubungkan atau buat akses']]) {
    await person.goto(path);
    await person.sees(heading);
  }
});

test('what is chosen before the script has arrived counts', async ({ people }) => {
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

test('a SiRUP that hangs is given up after ten seconds, and the wait is told', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const id = await openDraft(person);
  await person.goto(`/akses/pengajuan/${id}/sirup`);
  await person.sees('Hubungkan akses SiRUP');
  await page.getByLabel('Username pada Platform SiRUP').fill('pa.lambat');
  await page.getByLabel('Kata Sandi pada Platform SiRUP').fill(SIRUP_PASSWORD);
  const began = Date.now();
  await page.getByRole('button', { name: 'Hubungkan Akses' }).click();
  await expect(page.getByText('Memeriksa di SiRUP, paling lama 10 detik.')).toBeVisible();
  await person.looks();
  await page.getByRole('dialog').waitFor({ timeout: 15_000 });
  expect(Date.now() - began).toBeLessThan(13_000);
  await person.seesDialog('SiRUP belum menjawab');
});
