/** Uploading the letter. */

import { expect, test } from '../../fixtures';
import { emptyForm } from '../../support/applications';
import { Form } from '../../support/form';
import { letter, letterOf } from '../../support/letters';

const PA = 'Surat Tanda Jabatan sebagai PA';

test('an upload shows its progress, and cancelling it keeps the previous letter', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  const id = await emptyForm(person);
  await form.opens(id);
  await form.uploads(PA, letter());

  // A slow uplink.
  const network = await person.context.newCDPSession(page);
  const line = { offline: false, latency: 20, downloadThroughput: -1 };
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: 200_000 });
  await form.letter(PA, letterOf(2_000_000));
  const progress = page.getByRole('progressbar', { name: 'Mengunggah pindaian.pdf' });
  await expect(progress).toBeVisible();
  await expect(page.getByText(/^[1-9]\d? % · .* dari 2 MB/)).toBeVisible();
  await person.inspects();
  person.allows(0, /\/surat$/);
  await page.getByRole('button', { name: 'Batalkan' }).click();
  await expect(progress).toHaveCount(0);
  await expect(page.getByText('surat jabatan.pdf')).toBeVisible();

  await network.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 });
  await form.uploads(PA, letterOf(2_000_000));
  await expect(page.getByText(/^Terunggah · 1 halaman · 2 MB$/)).toBeVisible();
});
