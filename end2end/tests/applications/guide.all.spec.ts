/** Guide steps 1 to 15 in one walk, as PA and as KPA: rejected first, approved in the end. */

import { expect, test } from '../../fixtures';
import { BUDI, RATNA, SIRUP_PASSWORD, SITI } from '../../support/accounts';
import { PERIOD } from '../../support/dates';
import { Desk } from '../../support/desk';
import { Form } from '../../support/form';
import { letter } from '../../support/letters';
import { fact } from '../../support/mailbox';
import type { Visitor } from '../../support/visitor';

const ROLES = [
  {
    code: 'PA',
    title: 'PA · Pengguna Anggaran',
    account: SITI,
    sirup: 'pa.lama',
    letter: 'Surat Tanda Jabatan sebagai PA',
    other: 'Surat Pengangkatan sebagai KPA',
    workUnit: 'Sekretariat Jenderal',
  },
  {
    code: 'KPA',
    title: 'KPA · Kuasa Pengguna Anggaran',
    account: BUDI,
    sirup: 'kpa.lama',
    letter: 'Surat Pengangkatan sebagai KPA',
    other: 'Surat Tanda Jabatan sebagai PA',
    // Differs from the work unit that SiRUP fills in.
    workUnit: 'Biro Hukum dan Organisasi',
    query: 'ORGANISASI biro',
  },
];

const INSTITUTION = 'Kementerian Ketenagakerjaan';
const ADDRESS = 'Jalan Jenderal Gatot Subroto Kavling 51, Jakarta Selatan';
const REASON = 'Surat tidak menyebut masa berlaku. Lampirkan surat yang menyebut tanggal mulai dan berakhir.';

/** The applications of a work unit in a list that have this status. */
const listed = (person: Visitor, name: string, status: string) =>
  person.page.getByRole('article').filter({ hasText: name }).filter({ has: person.page.getByText(status, { exact: true }) });

/** Finds the case in the queue and takes it. */
async function takesCase(desk: Desk, reference: string, name: string) {
  await desk.opens();
  await desk.finds(reference, name);
  await desk.takes();
  await desk.visitor.inspects();
}

for (const role of ROLES) {
  const { code, workUnit } = role;

  test(`guide steps 1 to 15 lead ${code} through a rejection to an access`, async ({ people, scripted }) => {
    test.slow();
    const person = await people.anonymous();
    const desk = new Desk(await people.signedIn(RATNA));
    const { page } = person;
    const form = new Form(person, `Formulir Pendaftaran Akses ${code}`);
    let reference = '';

    await test.step('1: Manajemen Akses, Hubungkan atau Buat Akses', async () => {
      await person.goto('/');
      await person.sees('Masuk');
      await person.signsIn(role.account);
      await person.sees('Manajemen Akses');
      await page.getByRole('link', { name: 'Hubungkan atau Buat Akses' }).click();
    });

    await test.step('2: Tipe Profil and Role', async () => {
      await person.sees('Hubungkan atau buat akses');
      const types = page.getByRole('radiogroup', { name: 'Tipe Profil' });
      await types.getByRole('radio', { name: /^Non Penyedia/ }).check();
      await page.getByRole('radiogroup', { name: 'Role' }).getByRole('radio', { name: new RegExp(`^${role.title}`) }).check();
      await page.getByRole('button', { name: 'Lanjutkan' }).click();
    });

    await test.step('3 to 5: SiRUP is linked', async () => {
      await person.sees('Hubungkan akses SiRUP');
      await page.getByLabel('Username pada Platform SiRUP').fill(role.sirup);
      await page.getByLabel('Kata Sandi pada Platform SiRUP').fill(SIRUP_PASSWORD);
      await page.getByRole('button', { name: 'Hubungkan Akses' }).click();
    });

    await test.step('10: the form', async () => {
      await person.sees(form.heading);
      await expect(page.getByLabel('Pilih Role')).toHaveValue(role.title);
      await expect(page.getByLabel('Pilih Role')).toHaveAttribute('readonly');
      await expect(page.getByLabel('Username pada Platform Sebelumnya')).toHaveValue(role.sirup);
      await expect(page.getByLabel('Username pada Platform Sebelumnya')).toHaveAttribute('readonly');
      await expect(page.getByRole('radio', { name: 'Kementerian', exact: true })).toBeChecked();
      await expect(form.box('Nama Instansi')).toHaveValue(INSTITUTION);
      await expect(page.getByRole('heading', { name: 'Masa Berlaku Peran' })).toBeVisible();
      await expect(page.getByRole('heading', { name: role.other })).toHaveCount(0);
      await expect(form.box('Satuan Kerja')).toHaveValue('Sekretariat Jenderal');
      if (role.query) await form.pick('Satuan Kerja', role.query, workUnit);
      await form.address.fill(ADDRESS);
      await form.period();
      if (scripted) await form.uploads(role.letter, letter());
      else await form.letter(role.letter, letter());
    });

    await test.step('11: Ajukan Akses', async () => {
      await form.send();
    });

    await test.step('12: the review, the tick box, Kirim', async () => {
      await person.sees('Tinjau sebelum mengirim');
      const rows = {
        'Tipe Profil': 'Non Penyedia',
        Role: role.title,
        'Username pada Platform Sebelumnya': role.sirup,
        'Masa Berlaku Peran': PERIOD,
        'Jenis Instansi': 'Kementerian',
        'Nama Instansi': INSTITUTION,
        'Satuan Kerja': workUnit,
        'Alamat Satuan Kerja': ADDRESS,
        [role.letter]: 'surat jabatan.pdf',
      };
      for (const [term, value] of Object.entries(rows)) {
        const name = page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) });
        await expect(name.locator('xpath=following-sibling::dd[1]')).toContainText(value);
      }
      await page.getByRole('checkbox', { name: /^Saya menyatakan bahwa data dan dokumen di atas benar\./ }).check();
      await page.getByRole('button', { name: 'Kirim', exact: true }).click();
    });

    await test.step('13: waiting for the Verifikator Akses INAPROC', async () => {
      await person.sees('Pengajuan Anda sudah kami terima');
      await expect(page.getByText('Menunggu Verifikasi', { exact: true })).toBeVisible();
      await expect(page.getByText('Berada di Verifikator Akses INAPROC')).toBeVisible();
      reference = (await page.getByText(/^GB-\d\d-\d{6}-\d$/).textContent())!;
      const mail = await person.opensMail(`Diterima: pengajuan akses ${code} ${workUnit}`);
      await expect(mail.getByText(reference)).toBeVisible();
      await mail.close();
    });

    await test.step('15: rejected', async () => {
      await takesCase(desk, reference, role.account.name);
      await desk.rejects(REASON);
      await desk.visitor.inspects();
      if (!scripted) await person.reloads();
      await person.sees('Pengajuan Anda ditolak');
      await expect(page.getByRole('main').getByText(REASON)).toBeVisible();
    });

    await test.step('15: Rejected on Pengaturan Informasi Instansi/Perusahaan, and registered again', async () => {
      await person.goesTo('Pengaturan Informasi Instansi/Perusahaan');
      await person.sees('Pengaturan Informasi Instansi/Perusahaan');
      const rejected = listed(person, workUnit, 'Rejected');
      await expect(rejected).toContainText(INSTITUTION);
      await expect(rejected).toContainText(REASON);
      await rejected.getByRole('button', { name: 'Daftar Ulang' }).click();
      await person.sees(form.heading);
      await expect(page.getByText(REASON).filter({ visible: true })).toBeVisible();
      await expect(page.getByText(`Alasan penolakan ${reference}`).filter({ visible: true })).toBeVisible();
      await expect(form.box('Satuan Kerja')).toHaveValue(workUnit);
      await expect(form.address).toHaveValue(ADDRESS);
      await expect(page.getByText('surat jabatan.pdf')).toBeVisible();
      await form.uploads(role.letter, letter('surat dengan masa berlaku.pdf', 2));
      await form.send();
      await person.sees('Tinjau sebelum mengirim');
      await expect(page.getByText(/^PDF · 2 halaman/)).toBeVisible();
      await page.getByRole('checkbox', { name: /^Saya menyatakan/ }).check();
      await page.getByRole('button', { name: 'Kirim', exact: true }).click();
      await person.sees('Pengajuan Anda sudah kami terima');
      const second = (await page.getByText(/^GB-\d\d-\d{6}-\d$/).textContent())!;
      expect(second).not.toBe(reference);
      reference = second;
    });

    await test.step('14: approved, and on to the dashboard', async () => {
      await takesCase(desk, reference, role.account.name);
      await desk.approves();
      await desk.visitor.inspects();
      if (!scripted) await person.reloads();
      await person.sees('Akses Anda disetujui');
      await page.getByRole('link', { name: 'Buka Manajemen Akses' }).click();
      await person.sees('Manajemen Akses');
      const access = listed(person, workUnit, 'Aktif');
      await expect(access).toContainText(role.title);
      await expect(access).toContainText('Berlaku sampai');
      await access.getByRole('link', { name: 'Lihat rincian' }).click();
      await person.sees('Rincian pengajuan');
    });

    await test.step('14 and 15: both mails are sent', async () => {
      const rejection = await person.opensMail(`Ditolak: pengajuan akses ${code} ${workUnit}`);
      await expect(rejection.getByText(REASON)).toBeVisible();
      await expect(fact(rejection, 'Status')).toContainText('Rejected');
      await rejection.close();
      const approval = await person.opensQueuedMail(`Disetujui: akses ${code} ${workUnit}`);
      await expect(fact(approval, 'Berlaku')).toContainText(PERIOD);
      await approval.close();
    });
  });
}
