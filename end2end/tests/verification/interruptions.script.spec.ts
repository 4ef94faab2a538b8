/** An ended session loses no text of a verdict. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { submitted } from '../../support/applications';
import { Desk } from '../../support/desk';

const REASON = 'Surat tidak memuat tanda tangan pejabat yang berwenang.';

test('the text of a rejection stays when the session ends', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Hukum dan Organisasi' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.fillsRejection(REASON);
  await desk.losesSession();
  await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  await expect(dialog.getByText('Sesi Anda sudah berakhir.')).toBeVisible();
  await verifier.inspects();
  await expect(dialog.getByLabel('Penjelasan untuk pemohon')).toHaveValue(REASON);
  await desk.findsSession();
  await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  await desk.isDecided('Ditolak');
});
