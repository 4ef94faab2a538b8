/** Without script, a status page that waits loads itself again. */

import { expect, test } from '../../fixtures';
import { decided, submitted } from '../../support/applications';
import { RATNA } from '../../support/people';

test('the status page shows a decision by itself', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Inspektorat Jenderal' });
  const verifier = await people.signedIn(RATNA);
  await person.goto(`/akses/pengajuan/${application.id}/status`);
  await person.sees('Pengajuan Anda sudah kami terima');
  await decided(verifier, application);
  const shown = person.page.getByRole('heading', { name: 'Akses Anda disetujui' });
  await expect(shown).toBeVisible({ timeout: 20_000 });
  await person.sees('Akses Anda disetujui');
});
