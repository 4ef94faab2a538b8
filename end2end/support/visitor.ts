/** A person at a browser. Every page that opens must be inspected, and whatever goes wrong in it fails the test. */

import { type BrowserContext, type Locator, type Page, expect } from '@playwright/test';
import type { Account } from './accounts';
import { hydrated, instrumented } from './hydration';
import { fitsItsWidth, isAccessible } from './look';
import { Watch } from './watch';

export class Visitor {
  private readonly watch: Watch;
  /** The number of the document that is open, as long as no other may replace it. */
  private document: number | undefined;

  private constructor(
    readonly context: BrowserContext,
    /** The page in front. */
    public page: Page,
    /** True if this browser runs script. */
    readonly scripted: boolean,
    /** The origin of Gerbang. */
    readonly base: string,
    /** The account, once signed in. */
    public account: Account | undefined,
    /** Origins of the platforms that this browser may visit; shared by its tabs. */
    private readonly platforms: Set<string> = new Set(),
  ) {
    this.watch = new Watch(base, scripted, platforms);
    this.watch.attach(page);
  }

  static async at(context: BrowserContext, base: string, scripted: boolean): Promise<Visitor> {
    if (scripted) await instrumented(context);
    return new Visitor(context, await context.newPage(), scripted, base, undefined);
  }

  /** Another tab of the same browser: a new one, or the one that a link opens. */
  async anotherTab(link?: Locator): Promise<Visitor> {
    const [page] = link
      ? await Promise.all([this.context.waitForEvent('page'), link.click()])
      : [await this.context.newPage()];
    return new Visitor(this.context, page, this.scripted, this.base, this.account, this.platforms);
  }

  /** Accepts this error status at such paths from now on, and requires it at least once. Status 0: there is no response. */
  allows(status: number, path: RegExp): void {
    this.watch.allow(status, path);
  }

  /** Accepts that a form is refused. Only without script does the response have the status of the refusal. */
  allowsRefusal(path: RegExp, status = 422): void {
    if (!this.scripted) this.allows(status, path);
  }

  /** Lets this browser visit a platform from now on. */
  mayVisit(platform: string): void {
    this.platforms.add(new URL(platform).origin);
  }

  /** Opens an address, as from a bookmark. */
  async goto(path: string): Promise<void> {
    await this.page.goto(path);
    this.expectsReload();
  }

  /** Loads the page again. */
  async reloads(): Promise<void> {
    await this.page.reload();
    this.expectsReload();
  }

  /** Accepts that a new document opens. Otherwise, with script, nothing may load a document. */
  expectsReload(): void {
    this.document = undefined;
  }

  /** Expects the page with this heading, and inspects it. */
  async sees(heading: string | RegExp): Promise<void> {
    const exact = typeof heading === 'string';
    await expect(this.page.getByRole('heading', { level: 1, name: heading, exact })).toBeVisible();
    await this.inspects();
  }

  /** Expects the page of a platform with this heading, and inspects it. */
  async seesPlatform(heading: string): Promise<void> {
    await this.page.waitForURL((url) => this.platforms.has(url.origin));
    await this.seesStaticPage(heading);
  }

  /** Expects a page that no script of Gerbang takes over, and inspects it. */
  async seesStaticPage(heading: string): Promise<void> {
    this.expectsReload();
    await expect(this.page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
    this.watch.inspects(this.page.url());
    await fitsItsWidth(this.page);
    await isAccessible(this.page);
  }

  /** Expects the dialog with this title, and inspects the page. */
  async seesDialog(title: string): Promise<Locator> {
    const dialog = this.page.getByRole('dialog', { name: title, exact: true });
    await expect(dialog).toBeVisible();
    await this.inspects();
    return dialog;
  }

  /** Inspects the page as it is now: hydrated, not reloaded, titled, accessible, no wider than the window. */
  async inspects(): Promise<void> {
    const path = new URL(this.page.url()).pathname;
    this.watch.inspects(this.page.url());
    if (this.scripted) {
      const document = await hydrated(this.page);
      this.document ??= document;
      expect(document, 'with script, nothing must reload the page').toBe(this.document);
    }
    await expect(this.page).toHaveTitle(/ · Gerbang$/);
    await fitsItsWidth(this.page);
    await isAccessible(this.page, { mayRefresh: !this.scripted && path.endsWith('/status') });
  }

  /** Follows a link of the top bar; on a phone it is in the menu. */
  async goesTo(place: string): Promise<void> {
    const bar = this.page.getByRole('navigation', { name: 'Utama' });
    if (await bar.isVisible()) return bar.getByRole('link', { name: place, exact: true }).click();
    await this.page.getByRole('banner').getByLabel('Menu').first().click();
    await this.page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: place, exact: true }).click();
  }

  /** Fills in and sends the sign-in form, which must be in front. */
  async signsIn(account: Account | undefined = this.account, password = account?.password): Promise<void> {
    this.account = account;
    await this.page.getByLabel('Alamat surel').fill(account!.email);
    await this.page.getByLabel('Kata sandi', { exact: true }).fill(password!);
    await this.page.getByRole('button', { name: 'Masuk', exact: true }).click();
  }

  /** Opens a mail in another tab, once it has been sent. */
  async opensMail(subject: string | RegExp, to = this.account!.email): Promise<Page> {
    return this.mail(subject, to, 'Sent');
  }

  /** Opens a mail that may still be queued: that of a verdict waits ten seconds. */
  async opensQueuedMail(subject: string | RegExp): Promise<Page> {
    return this.mail(subject, this.account!.email, /Pending|Sent/);
  }

  private async mail(subject: string | RegExp, to: string, status: string | RegExp): Promise<Page> {
    const tab = await this.context.newPage();
    this.watch.attach(tab);
    const link = tab.getByRole('link', { name: subject, exact: typeof subject === 'string' });
    const row = tab.getByRole('row').filter({ hasText: to }).filter({ hasText: status }).filter({ has: link }).first();
    await expect(async () => {
      await tab.goto('/dev/surat');
      await expect(row).toBeVisible({ timeout: 100 });
    }).toPass();
    await row.getByRole('link').click();
    await expect(tab).toHaveTitle(subject);
    await isAccessible(tab, { kind: 'mail' });
    return tab;
  }

  /** Follows the button of a mail. Its tab becomes the page in front, without the secret of the link. Returns the link. */
  async follows(mail: Page, button: string): Promise<string> {
    const link = mail.getByRole('link', { name: button, exact: true });
    const { pathname, search } = new URL((await link.getAttribute('href'))!);
    await link.click();
    if (search.includes('token=')) await mail.waitForURL((url) => url.pathname === pathname && url.search === '');
    await this.page.close();
    this.page = mail;
    this.expectsReload();
    return pathname + search;
  }

  /** Stops watching the browser, and fails the test if anything went wrong in it. */
  finish(): void {
    this.watch.finish(this.account?.email ?? 'an anonymous visitor');
  }
}
