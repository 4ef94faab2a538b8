/**
 * The OpenID Connect provider, used through the certified client library openid-client and a real browser: platforms registered
 * on the administration pages, every endpoint, and the example of docs/platforms.md exactly as printed there.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { expect, test } from '../../fixtures';
import { AGUS, RATNA } from '../../support/accounts';
import { decided, office, submitted } from '../../support/applications';
import type { People } from '../../support/people';
import { Platform } from '../../support/platform';
import { post } from '../../support/requests';
import { freePort } from '../../support/server';
import type { Visitor } from '../../support/visitor';

/** Client credentials of a registered platform. */
interface Registered {
  id: string;
  secret: string;
}

/** Somebody with an active access, in a browser that may open the platform. */
async function applicantAt(people: People, platform: string, workUnit: string): Promise<Visitor> {
  const person = await people.newcomer();
  const application = await submitted(person, office('Jawa Barat', workUnit));
  await decided(await people.signedIn(RATNA), application);
  person.mayVisit(platform);
  return person;
}

/** Registers a platform on the administration pages. */
async function registers(admin: Visitor, name: string, slug: string, url: string): Promise<Registered> {
  const { page } = admin;
  await admin.goto('/admin/platform');
  await admin.sees('Platform');
  await page.getByRole('link', { name: 'Tambah platform' }).click();
  await admin.sees('Tambah platform');
  const fields = {
    'Nama platform': name,
    'Satu baris keterangan': 'Platform untuk menguji',
    'Nama dalam alamat': slug,
    'Alamat platform': `${url}/`,
    'Alamat kembali setelah masuk': `${url}/masuk/kembali`,
    'Alamat kembali setelah keluar': `${url}/keluar/selesai`,
    'Alamat mulai masuk (initiate_login_uri)': `${url}/masuk/mulai`,
    'Alamat kabar keluar (back-channel logout)': `${url}/keluar/kanal-belakang`,
  };
  for (const [label, value] of Object.entries(fields)) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByRole('group', { name: 'Tipe profil' }).getByRole('checkbox', { name: 'Non Penyedia', exact: true }).check();
  await page.getByRole('group', { name: 'Role' }).getByRole('checkbox', { name: /^PA ·/ }).check();
  await page.getByRole('button', { name: 'Tambah platform' }).click();
  await expect(page.getByText('Platform ditambah')).toBeVisible();
  await admin.sees(name);
  // The secret is shown once, in the response to the post.
  await page.getByRole('button', { name: 'Buat rahasia' }).click();
  await admin.seesStaticPage('Rahasia baru');
  const [id, secret] = await page.locator('code.secret').allInnerTexts();
  await page.getByRole('link', { name: 'Sudah saya salin' }).click();
  admin.expectsReload();
  await admin.sees(name);
  await expect(page.getByText(`…${secret.slice(-4)}`)).toBeVisible();
  return { id, secret };
}

/** Signs in at the platform without being asked anything. */
async function enters(person: Visitor, platform: Platform, query = ''): Promise<void> {
  await person.page.goto(`${platform.url}/masuk${query}`);
  await person.seesPlatform('Halo, Rina Hapsari');
}

/** Sees the choice of an access and continues with the preselected one. */
async function choosesAccess(person: Visitor, name: string): Promise<void> {
  person.expectsReload();
  await person.sees(`Masuk ke ${name}`);
  await expect(person.page.getByRole('radio', { checked: true })).toHaveCount(1);
  await person.page.getByRole('button', { name: 'Selanjutnya' }).click();
}

/** Waits until the example prints its first line: it is listening. */
async function isListening(program: ChildProcess): Promise<void> {
  let said = '';
  for await (const words of program.stdout!) {
    said += words;
    if (said.includes('\n')) return;
  }
  throw new Error('the example ended');
}

test('openid-client completes login, userinfo, refresh, revocation, introspection and logout from both sides', async ({ people, server }) => {
  test.slow();
  const platform = await Platform.listen();
  try {
    const { id, secret } = await registers(await people.signedIn(AGUS), 'Platform Uji', 'platform-uji', platform.url);
    await platform.connects(server.url, id, oidc.ClientSecretBasic(secret));
    const person = await applicantAt(people, platform.url, 'Dinas Perhubungan');
    const { page } = person;

    await test.step('a code with PKCE, after the choice of an access', async () => {
      await page.goto(`${platform.url}/masuk`);
      await choosesAccess(person, 'Platform Uji');
      await person.seesPlatform('Halo, Rina Hapsari');
      const { sub, sid, email, email_verified, gerbang } = platform.claims;
      expect(sid).toBeTruthy();
      expect({ email, email_verified }).toEqual({ email: person.account!.email, email_verified: true });
      expect(gerbang).toMatchObject({
        profile_type: 'non_penyedia',
        role: 'pa',
        nama_klpd: 'Provinsi Jawa Barat',
        nama_satker: 'Dinas Perhubungan Jawa Barat',
      });
      const known = await platform.userinfo();
      expect(known).toEqual({ sub, name: 'Rina Hapsari', email, email_verified, gerbang });
    });

    await test.step('refresh with rotation, introspection', async () => {
      const old = platform.tokens;
      const renewed = await platform.refreshes();
      expect(renewed.refresh_token).not.toBe(old.refresh_token);
      expect(renewed.claims()).toMatchObject({ sub: platform.claims.sub, sid: platform.claims.sid });
      const { sub, sid } = platform.claims;
      expect(await platform.introspects(renewed.access_token)).toMatchObject({ active: true, client_id: id, sub, sid });
      expect(await platform.introspects(renewed.refresh_token!)).toMatchObject({ active: true });
      expect(await platform.introspects(old.refresh_token!)).toEqual({ active: false });
      // Using a refresh token twice ends the session at the platform, which is told so.
      await expect(platform.refreshes(old.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(platform.refreshes(renewed.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(platform.userinfo()).rejects.toMatchObject({ status: 401 });
      await expect.poll(() => platform.logouts.map((token) => token.sid)).toEqual([sid]);
      expect(platform.logouts[0].sub).toBe(sub);
    });

    await test.step('from the launcher; revocation', async () => {
      await person.goto('/platform/platform-uji');
      await person.seesDialog('Pilih Platform');
      await page.getByRole('button', { name: 'Selanjutnya' }).click();
      await person.seesPlatform('Halo, Rina Hapsari');
      const { access_token, refresh_token } = platform.tokens;
      await platform.userinfo();
      await platform.revokes(access_token);
      await expect(platform.userinfo()).rejects.toMatchObject({ status: 401 });
      const renewed = await platform.refreshes();
      await platform.revokes(renewed.refresh_token!);
      expect(await platform.introspects(renewed.access_token)).toEqual({ active: false });
      await expect(platform.refreshes(renewed.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(platform.refreshes(refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    });

    await test.step('another access, without signing out', async () => {
      await page.goto(`${platform.url}/masuk?prompt=select_account`);
      await choosesAccess(person, 'Platform Uji');
      await person.seesPlatform('Halo, Rina Hapsari');
    });

    await test.step('signing out at the platform ends the session at Gerbang', async () => {
      await enters(person, platform, '?prompt=none');
      await page.goto(`${platform.url}/keluar`);
      await person.seesPlatform('Anda sudah keluar');
      await person.goto('/akses');
      await person.sees('Masuk');
    });

    await test.step('signing out at Gerbang is told to the platform', async () => {
      await page.goto(`${platform.url}/masuk`);
      person.expectsReload();
      await person.sees('Masuk');
      await person.signsIn();
      await choosesAccess(person, 'Platform Uji');
      await person.seesPlatform('Halo, Rina Hapsari');
      const { sid } = platform.claims;
      await person.goto('/profil');
      await person.sees('Profil');
      await page.getByRole('button', { name: 'Keluar' }).click();
      await person.sees('Masuk');
      await expect.poll(() => platform.logouts.map((token) => token.sid), { timeout: 2000 }).toContain(sid);
      await expect(platform.refreshes()).rejects.toMatchObject({ error: 'invalid_grant' });
    });
  } finally {
    await platform.close();
  }
});

test('openid-client authenticates with a private key and gets ID tokens signed with ES256', async ({ people, server }) => {
  const platform = await Platform.listen();
  try {
    const { privateKey, publicKey } = await jose.generateKeyPair('ES256');
    const key = { ...(await jose.exportJWK(publicKey)), kid: 'kunci-1', alg: 'ES256', use: 'sig' };
    await post(await people.signedIn(AGUS), '/admin/platform', {
      platform_name: 'Platform Berkunci',
      slug: 'platform-berkunci',
      line: 'Platform untuk menguji',
      site: `${platform.url}/`,
      redirects: `${platform.url}/masuk/kembali`,
      client_kind: 'confidential',
      auth_method: 'private_key_jwt',
      jwks: JSON.stringify({ keys: [key] }),
      id_token_alg: 'ES256',
      subject_type: 'pairwise',
      pkce: 'ya',
      scope_profile: 'ya',
      scope_offline_access: 'ya',
      profile_non_penyedia: 'ya',
      role_pa: 'ya',
    });
    await platform.connects(server.url, 'platform-berkunci', oidc.PrivateKeyJwt({ key: privateKey, kid: 'kunci-1' }));
    const person = await applicantAt(people, platform.url, 'Dinas Pariwisata');
    await person.page.goto(`${platform.url}/masuk`);
    await choosesAccess(person, 'Platform Berkunci');
    await person.seesPlatform('Halo, Rina Hapsari');
    expect(jose.decodeProtectedHeader(platform.tokens.id_token!).alg).toBe('ES256');
    expect(await platform.introspects((await platform.refreshes()).access_token)).toMatchObject({ active: true });
  } finally {
    await platform.close();
  }
});

test('the example of docs/platforms.md signs a user in and out', async ({ people, server }, testInfo) => {
  test.slow();
  const document = readFileSync(resolve(import.meta.dirname, '../../../docs/platforms.md'), 'utf8');
  const [, example] = /\n```js\n([^]*?)\n```\n/.exec(document)!;
  // Inside this package, so that its imports resolve.
  const source = testInfo.outputPath('platform.mjs');
  writeFileSync(source, example);
  // The platform is registered before it starts, because it needs its client id.
  const url = `http://127.0.0.1:${await freePort()}`;
  const { id, secret } = await registers(await people.signedIn(AGUS), 'Platform Contoh', 'platform-contoh', url);
  const settings = { ISSUER: server.url, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: new URL(url).port };
  const program = spawn(process.execPath, [source], { env: settings, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await isListening(program);
    const person = await applicantAt(people, url, 'Dinas Sosial');
    const { page } = person;
    await page.goto(url);
    await person.seesPlatform('Belum masuk');
    await page.getByRole('button', { name: 'Masuk dengan Gerbang' }).click();
    await choosesAccess(person, 'Platform Contoh');
    await person.seesPlatform('Halo, Rina Hapsari');
    await expect(page.getByText('Dinas Sosial Jawa Barat')).toBeVisible();
    await page.getByRole('button', { name: 'Ganti akses' }).click();
    await choosesAccess(person, 'Platform Contoh');
    await person.seesPlatform('Halo, Rina Hapsari');
    await page.getByRole('button', { name: 'Keluar' }).click();
    await person.seesPlatform('Belum masuk');
    await person.goto('/platform');
    await person.sees('Masuk');
    await person.signsIn();
    await person.seesDialog('Pilih Platform');
    await page.getByRole('link', { name: 'Pilih Platform Contoh' }).click();
    await expect(page.getByText('Terpilih')).toBeVisible();
    await person.inspects();
    await page.getByRole('button', { name: 'Selanjutnya' }).click();
    await person.seesPlatform('Halo, Rina Hapsari');
    // Signing out at Gerbang signs out at the platform.
    await person.goto('/profil');
    await person.sees('Profil');
    await page.getByRole('button', { name: 'Keluar' }).click();
    await person.sees('Masuk');
    await expect(async () => {
      await page.goto(url);
      await expect(page.getByRole('heading', { name: 'Belum masuk' })).toBeVisible({ timeout: 100 });
    }).toPass({ timeout: 3000 });
    await person.seesPlatform('Belum masuk');
  } finally {
    program.kill();
  }
});
