/** The switch between light and dark colours in the top bar. */

import { expect, test } from '../../fixtures';

test('the switch changes the colours and is remembered', async ({ people, scripted }) => {
  const person = await people.newcomer();
  const { page } = person;
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  const light = await paper();
  const stored = scripted ? page.waitForResponse((response) => response.url().endsWith('/tema')) : undefined;
  await page.getByRole('button', { name: 'Ganti tema terang atau gelap' }).click();
  await stored;
  await expect.poll(paper).not.toBe(light);
  await person.sees('Manajemen Akses');
  const dark = await paper();
  await person.goto('/profil');
  await person.sees('Profil');
  expect(await paper()).toBe(dark);
  await page.getByRole('button', { name: 'Ganti tema terang atau gelap' }).click();
  await expect.poll(paper).toBe(light);
});
