/** Pusat Bantuan: short answers, and a message that carries the step of the wizard. */

import { expect, test } from '../../fixtures';
import { newAddress } from '../../support/accounts';
import { emptyForm } from '../../support/applications';
import { fact } from '../../support/mailbox';

const HELP_DESK = 'bantuan@';

test('help opened from the wizard shows the matching answer and gives a ticket number for a message', async ({ people }) => {
  const person = await people.newcomer();
  const { page } = person;
  const id = await emptyForm(person);
  await person.goto(`/akses/pengajuan/${id}/formulir`);
  await person.sees('Formulir Pendaftaran Akses PA');
  await page.getByRole('complementary', { name: 'Agar sekali jadi' }).getByRole('link', { name: 'Pusat Bantuan' }).click();
  await person.sees('Pusat Bantuan');
  await expect(page.getByText('Surat berupa satu berkas PDF, paling besar 2 MB')).toBeVisible();
  await expect(page.getByText('Tentang: Mengisi formulir dan mengunggah surat')).toBeVisible();
  await expect(page.getByLabel('Alamat surel')).toHaveCount(0);
  await page.getByText('Akses SiRUP sudah pernah dihubungkan').click();
  await expect(page.getByText('Satu akun SiRUP hanya dapat dihubungkan dengan satu orang.')).toBeVisible();
  await person.inspects();

  const message = 'Surat saya <b>tidak</b> dapat diunggah. </textarea><script>window.broken = true</script>';
  person.allowsRefusal(/^\/bantuan$/);
  await page.getByRole('button', { name: 'Kirim pesan' }).click();
  await expect(page.getByText('Pesan belum diisi.')).toBeVisible();
  await person.inspects();
  await page.getByRole('textbox', { name: 'Pesan' }).fill(message);
  await page.getByRole('button', { name: 'Kirim pesan' }).click();
  await person.sees('Pesan Anda sudah kami terima');
  const ticket = (await page.getByText(/^BT-\d\d-\d{6}-\d$/).textContent())!;

  const copy = await person.opensMail(`Pesan Anda kami terima: ${ticket}`);
  await expect(copy.getByText(message)).toBeVisible();
  const desk = await person.opensMail(`[${ticket}] Pesan dari ${person.account!.name}`, HELP_DESK);
  await expect(desk.getByText(message)).toBeVisible();
  await expect(fact(desk, 'Konteks')).toContainText('Mengisi formulir dan mengunggah surat');
});

test('a visitor without an account sends a message with name and address', async ({ people }) => {
  const person = await people.anonymous();
  const { page } = person;
  const email = newAddress('contoh.com');
  await person.goto('/masuk');
  await person.sees('Masuk');
  await page.getByRole('link', { name: 'Pusat Bantuan' }).click();
  await person.sees('Pusat Bantuan');
  await page.getByLabel('Nama', { exact: true }).fill('Joko Susilo');
  await page.getByLabel('Alamat surel').fill('joko@');
  await page.getByRole('textbox', { name: 'Pesan' }).fill('Bagaimana cara mendaftar sebagai KPA?');
  person.allowsRefusal(/^\/bantuan$/);
  await page.getByRole('button', { name: 'Kirim pesan' }).click();
  await expect(page.getByText('Alamat surel tidak lengkap.')).toBeVisible();
  await person.inspects();
  await expect(page.getByRole('textbox', { name: 'Pesan' })).toHaveValue('Bagaimana cara mendaftar sebagai KPA?');
  await page.getByLabel('Alamat surel').fill(email);
  await page.getByRole('button', { name: 'Kirim pesan' }).click();
  await person.sees('Pesan Anda sudah kami terima');
  const ticket = (await page.getByText(/^BT-\d\d-\d{6}-\d$/).textContent())!;
  const desk = await person.opensMail(`[${ticket}] Pesan dari Joko Susilo (tidak masuk ke akun)`, HELP_DESK);
  await expect(desk.getByText(email)).toBeVisible();
  await expect(fact(desk, 'Konteks')).toContainText('Hal lain');
});

test('the terms and the privacy policy can be read', async ({ people }) => {
  const person = await people.anonymous();
  const { page } = person;
  await person.goto('/ketentuan');
  await person.sees('Syarat dan Ketentuan');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Kebijakan Privasi' }).click();
  await person.sees('Kebijakan Privasi');
});
