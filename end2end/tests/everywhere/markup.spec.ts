/** Markup that a user types is shown as text, on every page and in every mail. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { decided, filledDraft, submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { Form } from '../../support/form';
import type { Visitor } from '../../support/visitor';

const MARKUP = '</textarea></title><script>window.broken = true</script><img src=x onerror="window.broken = true">';
const ADDRESS = `Jalan Merdeka ${MARKUP} & "Nomor" 1`;
const REASON = `Alamat memuat ${MARKUP} yang aneh`;

/** Fails if the markup has become part of the page. */
async function staysText(person: Visitor) {
  await expect(person.page.locator('img[src="x"]')).toHaveCount(0);
  await expect(person.page.locator('script', { hasText: 'window.broken = true' }).and(person.page.locator(':not([id])'))).toHaveCount(0);
  expect(await person.page.evaluate('window.broken')).toBeUndefined();
}

test('markup in an address is shown as text on every page', async ({ people }) => {
  const person = await people.newcomer('Rina "Nana" Hapsari & Co');
  const { page } = person;
  const details = { institution: 'Kementerian Ketenagakerjaan', workUnit: 'Biro Sumber Daya Manusia', address: ADDRESS };
  const draft = await filledDraft(person, details);
  await person.goto(`/akses/pengajuan/${draft}/formulir`);
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(page.getByLabel('Alamat Satuan Kerja')).toHaveValue(ADDRESS);
  await staysText(person);
  // So does a form that is refused.
  person.allowsRefusal(/\/formulir$/);
  await page.getByRole('group', { name: 'Hari terakhir' }).getByRole('textbox', { name: 'Tahun' }).fill('');
  const form = new Form(person, 'Formulir Pendaftaran Akses PA');
  await form.send();
  await form.isRefused(1);
  await expect(page.getByLabel('Alamat Satuan Kerja')).toHaveValue(ADDRESS);
  await person.inspects();
  await staysText(person);

  const application = await submitted(person, { ...details, workUnit: 'Pusat Data dan Teknologi Informasi' });
  await person.goto(`/akses/pengajuan/${application.id}/rincian`);
  await person.sees('Rincian pengajuan');
  await expect(page.getByText(ADDRESS, { exact: true })).toBeVisible();
  await staysText(person);

  const verifier = await people.signedIn(RATNA);
  await verifier.goto(`/verifikasi/${application.id}`);
  await verifier.sees('Rina "Nana" Hapsari & Co');
  await expect(verifier.page.getByRole('row', { name: /^Alamat/ })).toContainText(ADDRESS);
  await staysText(verifier);

  await decided(verifier, application, REASON);
  const refused = await filledDraft(person, { ...details, workUnit: 'Badan Penelitian dan Pengembangan', role: 'kpa' });
  await person.goto(`/akses/pengajuan/${refused}/tinjau`);
  await person.sees('Tinjau sebelum mengirim');
  await expect(page.getByText(ADDRESS, { exact: true })).toBeVisible();
  await staysText(person);
});

test('markup in a reason is shown as text on every page and in the mail', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const application = await submitted(person, { institution: 'Kementerian Sekretariat Negara', address: ADDRESS });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await desk.rejects(REASON);
  await expect(verifier.page.getByText(REASON, { exact: true })).toBeVisible();
  await staysText(verifier);

  for (const [path, heading] of [
    [`/akses/pengajuan/${application.id}/status`, 'Pengajuan Anda ditolak'],
    ['/akses', 'Manajemen Akses'],
    ['/pengaturan/instansi', 'Pengaturan Informasi Instansi/Perusahaan'],
  ]) {
    await person.goto(path);
    await person.sees(heading);
    await expect(page.getByText(REASON)).toBeVisible();
    await staysText(person);
  }
  await page.getByRole('button', { name: 'Daftar Ulang' }).click();
  await person.sees('Formulir Pendaftaran Akses PA');
  await expect(page.getByText(REASON).filter({ visible: true })).toBeVisible();
  await expect(page.getByLabel('Alamat Satuan Kerja')).toHaveValue(ADDRESS);
  await staysText(person);

  for (const subject of [/^Diterima: /, /^Ditolak: /]) {
    const mail = await person.opensQueuedMail(subject);
    if (subject.source.includes('Ditolak')) await expect(mail.getByText(REASON)).toBeVisible();
    await expect(mail.locator('script, img')).toHaveCount(0);
  }
});
