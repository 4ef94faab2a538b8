/** The people of a test, each in a browser of their own. */

import type { Browser, Locator } from '@playwright/test';
import { type Account, PASSWORD, newAddress } from './accounts';
import { opensMailedLink } from './mailbox';
import { post } from './requests';
import type { Server } from './server';
import { Visitor } from './visitor';

export class People {
  private readonly visitors: Visitor[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly scripted: boolean,
  ) {}

  /** Somebody who is not signed in. */
  async anonymous(options: { colorScheme?: 'dark' } = {}): Promise<Visitor> {
    const context = await this.browser.newContext({ baseURL: this.server.url, ...options });
    return this.keep(await Visitor.at(context, this.server.url, this.scripted));
  }

  /** Somebody with this account, signed in. */
  async signedIn(account: Account, options: { colorScheme?: 'dark' } = {}): Promise<Visitor> {
    const visitor = await this.anonymous(options);
    visitor.account = account;
    await post(visitor, '/masuk', { email: account.email, password: account.password });
    return visitor;
  }

  /** Somebody with a new account, signed in. */
  async newcomer(name = 'Rina Hapsari', options: { colorScheme?: 'dark' } = {}): Promise<Visitor> {
    const visitor = await this.anonymous(options);
    const account = { email: newAddress(), name, password: PASSWORD };
    await post(visitor, '/daftar', { name, email: account.email, password: account.password });
    await opensMailedLink(visitor, account.email, '/daftar/konfirmasi');
    await post(visitor, '/daftar/konfirmasi', { password: account.password });
    visitor.account = account;
    return visitor;
  }

  /** Another tab in the browser of somebody: a new one, or the one that a link opens. */
  async anotherTab(visitor: Visitor, link?: Locator): Promise<Visitor> {
    return this.keep(await visitor.anotherTab(link));
  }

  private keep(visitor: Visitor): Visitor {
    this.visitors.push(visitor);
    return visitor;
  }

  /** Ends the test: checks what happened in each browser, and closes them. */
  async finish(): Promise<void> {
    for (const visitor of this.visitors) visitor.finish();
    for (const visitor of this.visitors) await visitor.context.close();
  }
}
