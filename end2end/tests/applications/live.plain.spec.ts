/** Without script, a status page that waits reloads itself. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { decided, submitted } from '../../support/applications';

test('the status page reloads itself and shows the decision', async ({ people }) => {
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
