/** Pages of the applicant that update themselves. */

import { expect, test } from '../../fixtures';
import { RATNA } from '../../support/accounts';
import { submitted } from '../../support/applications';
import { Desk } from '../../support/desk';
import { findsSession, losesSession } from '../../support/sessions';

const SOON = 2000;

test('the status page and Manajemen Akses show a decision within two seconds', async ({ people }, testInfo) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Inspektorat Jenderal' });
  const list = await people.anotherTab(person);
  const settings = await people.anotherTab(person);
  const verifier = await people.signedIn(RATNA);
  await person.goto(`/akses/pengajuan/${application.id}/status`);
  await person.sees('Pengajuan Anda sudah kami terima');
  await list.goto('/akses');
  await list.sees('Manajemen Akses');
  await expect(list.page.getByText('Menunggu Verifikasi', { exact: true })).toBeVisible();
  await settings.goto('/pengaturan/instansi');
  await settings.sees('Pengaturan Informasi Instansi/Perusahaan');
  const desk = new Desk(verifier);
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await desk.ticksAll();
  await expect(list.page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();
  await expect(person.page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();

  const began = Date.now();
  const shown = [
    person.page.getByRole('heading', { name: 'Akses Anda disetujui' }).waitFor().then(() => Date.now() - began),
    list.page.getByText('Aktif', { exact: true }).waitFor().then(() => Date.now() - began),
    settings.page.getByText('Disetujui', { exact: true }).waitFor().then(() => Date.now() - began),
  ];
  await desk.button('Setujui').click();
  const times = await Promise.all(shown);
  testInfo.annotations.push({ type: 'milliseconds', description: times.join(', ') });
  expect(Math.max(...times)).toBeLessThan(SOON);
  await person.sees('Akses Anda disetujui');
  await list.sees('Manajemen Akses');
  await settings.inspects();
});

test('after a new sign-in, Manajemen Akses shows what it missed and is live again', async ({ people }) => {
  const person = await people.newcomer();
  const application = await submitted(person, { institution: 'Kementerian Perdagangan', workUnit: 'Sekretariat Jenderal' });
  const verifier = await people.signedIn(RATNA);
  const desk = new Desk(verifier);
  await person.goto('/akses');
  await person.sees('Manajemen Akses');
  await expect(person.page.getByText('Menunggu Verifikasi', { exact: true })).toBeVisible();
  await losesSession(person, '/akses');
  await desk.opensCase(application, 'Rina Hapsari');
  await desk.takes();
  await findsSession(person, '/akses');
  await expect(person.page.getByText('Sedang Ditinjau', { exact: true })).toBeVisible();
  await desk.ticksAll();
  await desk.button('Setujui').click();
  await expect(person.page.getByText('Aktif', { exact: true })).toBeVisible({ timeout: SOON });
  await person.inspects();
});
