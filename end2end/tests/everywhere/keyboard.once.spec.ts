/** The top bar by keyboard. */

import { expect, test } from '../../fixtures';

test('the first Tab reaches the link that skips the top bar', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Langsung ke isi' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
