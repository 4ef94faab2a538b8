/** A SiRUP that does not answer at all. */

import { expect, test } from '../../fixtures';
import { SIRUP_PASSWORD } from '../../support/accounts';
import { openDraft } from '../../support/applications';

test('a request to SiRUP that hangs is given up after ten seconds, and the page says that it waits', async ({ people }) => {
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
  await person.inspects();
  await page.getByRole('dialog').waitFor({ timeout: 15_000 });
  expect(Date.now() - began).toBeLessThan(13_000);
  await person.seesDialog('SiRUP belum menjawab');
});
