/** Who takes part in a test, each at a browser of their own. */

import { type Browser, type Locator, expect } from '@playwright/test';
import type { Server } from './server';
import { type Account, Visitor } from './visitor';

/** The password of every account. */
export const PASSWORD = 'Gerbang-2026';
/** The password of every account of the SiRUP simulator. */
export const SIRUP_PASSWORD = 'Sirup-2023';

const account = (email: string, name: string): Account => ({ email, name, password: PASSWORD });

export const SITI = account('siti.pa@contoh.go.id', 'Siti Rahmawati');
export const BUDI = account('budi.kpa@contoh.go.id', 'Budi Santoso');
export const WAYAN = account('wayan.pa@contoh.go.id', 'Wayan Sudiarta');
export const RATNA = account('verifikator@contoh.go.id', 'Ratna Wulandari');
export const HENDRA = account('verifikator2@contoh.go.id', 'Hendra Gunawan');
export const MADE = account('penyelia@contoh.go.id', 'Made Suardana');
export const AGUS = account('admin@contoh.go.id', 'Agus Setiawan');
export const TOKO = account('toko@contoh.co.id', 'Toko Sinar Jaya');

let newcomers = 0;

/** An address that nobody has. */
export function newAddress(host = 'contoh.go.id'): string {
  newcomers += 1;
  return `pemohon.${process.pid}.${newcomers}@${host}`;
}

export class People {
  private readonly visitors: Visitor[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly scripted: boolean,
  ) {}

  /** Somebody who is not signed in. */
  async stranger(options: { colorScheme?: 'dark' } = {}): Promise<Visitor> {
    const context = await this.browser.newContext({ baseURL: this.server.url, ...options });
    return this.keep(await Visitor.at(context, this.server.url, this.scripted));
  }

  /** Somebody with an account, signed in. */
  async signedIn(account: Account, options: { colorScheme?: 'dark' } = {}): Promise<Visitor> {
    const visitor = await this.stranger(options);
    visitor.account = account;
    await post(visitor, '/masuk', { email: account.email, password: account.password });
    return visitor;
  }

  /** Somebody with an account of this test alone, signed in. Made through the same forms, without a screen. */
  async newcomer(name = 'Rina Hapsari', options: { colorScheme?: 'dark' } = {}): Promise<Visitor> {
    const visitor = await this.stranger(options);
    const account = { email: newAddress(), name, password: PASSWORD };
    await post(visitor, '/daftar', { name, email: account.email, password: account.password });
    const token = await this.confirmation(visitor, account.email);
    await post(visitor, '/daftar/konfirmasi', { token, password: account.password });
    visitor.account = account;
    return visitor;
  }

  private async confirmation(visitor: Visitor, email: string): Promise<string> {
    const mailbox = await (await visitor.context.request.get('/dev/surat')).text();
    const link = new RegExp(`<td>${email}<td><a href="(/dev/surat/[^"]+)"`).exec(mailbox);
    expect(link, `a mail to ${email}`).not.toBeNull();
    const mail = await (await visitor.context.request.get(link![1])).text();
    return /konfirmasi\?token=([\w-]+)/.exec(mail)![1];
  }

  /** Another tab of somebody's browser: a new one, or the one that a link opens. */
  async anotherTab(visitor: Visitor, link?: Locator): Promise<Visitor> {
    return this.keep(await visitor.anotherTab(link));
  }

  private keep(visitor: Visitor): Visitor {
    this.visitors.push(visitor);
    return visitor;
  }

  /** Ends the test for everybody. */
  async leave(): Promise<void> {
    for (const visitor of this.visitors) await visitor.leaves();
    for (const visitor of this.visitors) await visitor.context.close();
  }
}

/** Posts a form as a browser without script does, and gives where it leads. */
export async function post(
  visitor: Visitor,
  path: string,
  fields: Record<string, string> | [string, string][],
  file?: { name: string; mimeType: string; buffer: Buffer },
): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) form.append(name, value);
  if (file) form.append('letter', new File([file.buffer], file.name, { type: file.mimeType }));
  const body = file ? { multipart: form } : { form };
  const answer = await visitor.context.request.post(path, { ...body, headers: { origin: visitor.base }, maxRedirects: 0 });
  expect(answer.status(), `POST ${path}: ${answer.status() === 303 ? '' : await answer.text()}`).toBe(303);
  return answer.headers()['location'];
}

/** Where hints are heard: in Manajemen Akses and at the desk. */
type Area = '/akses' | '/verifikasi';

/** The session of an open page ends elsewhere; with it goes the stream of hints, and the next one is refused. */
export async function losesSession(visitor: Visitor, area: Area): Promise<void> {
  visitor.allows(401, new RegExp(`^${area}/peristiwa$`));
  const refused = hints(visitor, area, 401);
  await post(visitor, '/keluar', {});
  await refused;
}

/** Signs in again elsewhere; the page stays, and hears hints again. */
export async function findsSession(visitor: Visitor, area: Area): Promise<void> {
  const { email, password } = visitor.account!;
  const heard = hints(visitor, area, 200);
  await post(visitor, '/masuk', { email, password });
  await heard;
}

async function hints({ page }: Visitor, area: Area, status: number): Promise<void> {
  await page.waitForResponse((answer) => answer.status() === status && answer.url().endsWith(`${area}/peristiwa`));
}
