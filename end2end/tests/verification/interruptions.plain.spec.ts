/** An ended session loses no text of a verdict, without script either. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { post } from '../../support/requests';

test('a verdict posted after the session has ended can be posted again after signing in', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Biro Hukum dan Organisasi' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  const dialog = await desk.fillsRejection('Surat tidak memuat tanda tangan pejabat yang berwenang.');
  await post(verifier, '/keluar', {});
  verifier.allows(401, /^\/verifikasi\//);
  await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
  await verifier.sees('Sesi Anda sudah berakhir');
  await post(verifier, '/masuk', { email: RATNA.email, password: RATNA.password });
  await verifier.page.getByRole('button', { name: 'Kirim lagi' }).click();
  await desk.isDecided('Ditolak');
  await verifier.inspects();
  await expect(verifier.page.getByText('Surat tidak memuat tanda tangan pejabat yang berwenang.')).toBeVisible();
});
