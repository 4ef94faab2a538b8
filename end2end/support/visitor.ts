/** A person at a browser. Whatever goes wrong in it fails the test, and no page passes without being looked at. */

import { type BrowserContext, type ConsoleMessage, type Locator, type Page, type Request, type Response, expect } from '@playwright/test';
import { fitsItsWidth, isAccessible } from './look';

/** An answer that a test provokes on purpose. */
interface Allowance {
  status: number;
  path: RegExp;
  met: boolean;
}

export interface Account {
  email: string;
  name: string;
  password: string;
}

/** Pages that only lead on to another, where script is what leads. */
const LEADS_ON = [/^\/$/, /^\/akses\/pengajuan\/[^/]+$/];

/** What `listens` leaves in the page. */
interface Script {
  /** Differs from one document to the next. */
  gerbangDocument: number;
  /** Whether script has taken the page over. */
  gerbangIsLive: () => boolean;
}

/** Notes in the page which events are listened to, so that a test can tell when script has taken a page over. */
function listens() {
  const original = EventTarget.prototype.addEventListener;
  const heard = new WeakMap<EventTarget, Set<string>>();
  EventTarget.prototype.addEventListener = function (this: EventTarget | undefined, type: string, ...rest: unknown[]) {
    const target = this ?? window;
    heard.set(target, (heard.get(target) ?? new Set()).add(type));
    return (original as (...all: unknown[]) => void).call(target, type, ...rest);
  };
  const isHeard = (target: EventTarget, type: string) => heard.get(target)?.has(type) ?? false;
  // All but those that stay plain, since their answer is a file or a page of its own.
  const forms = 'form[method="post"]:is([novalidate], [action="/tema"])';
  Object.assign(window, {
    gerbangDocument: crypto.getRandomValues(new Uint32Array(1))[0],
    gerbangIsLive: () =>
      isHeard(window, 'click') &&
      [...document.querySelectorAll(forms)].every((form) => isHeard(form, 'submit')),
  });
}

export class Visitor {
  private readonly faults: string[] = [];
  private readonly allowances: Allowance[] = [];
  private readonly met = new Set<string>();
  private readonly looked = new Set<string>();
  /** The document that is open, as long as it must stay the same one. */
  private document: unknown;
  private over = false;

  private constructor(
    readonly context: BrowserContext,
    /** The page in front. */
    public page: Page,
    /** Whether script runs in this browser. */
    readonly scripted: boolean,
    /** Where the product is. */
    readonly base: string,
    /** Who it is, once signed in. */
    public account: Account | undefined,
    /** The platforms that this browser may also go to, by their origins. */
    private readonly platforms: Set<string> = new Set(),
  ) {}

  static async at(context: BrowserContext, base: string, scripted: boolean, account?: Account): Promise<Visitor> {
    if (scripted) await context.addInitScript(listens);
    return Visitor.tab(context, base, scripted, account);
  }

  private static async tab(
    context: BrowserContext,
    base: string,
    scripted: boolean,
    account?: Account,
    platforms?: Set<string>,
  ): Promise<Visitor> {
    const visitor = new Visitor(context, await context.newPage(), scripted, base, account, platforms);
    visitor.watch(visitor.page);
    return visitor;
  }

  /** Another tab of the same browser: a new one, or the one that a link opens. */
  async anotherTab(link?: Locator): Promise<Visitor> {
    if (!link) return Visitor.tab(this.context, this.base, this.scripted, this.account, this.platforms);
    const [page] = await Promise.all([this.context.waitForEvent('page'), link.click()]);
    const visitor = new Visitor(this.context, page, this.scripted, this.base, this.account, this.platforms);
    visitor.watch(page);
    return visitor;
  }

  private watch(page: Page): void {
    page.on('console', (message) => this.onConsole(message));
    page.on('pageerror', (error) => this.fault(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => this.fault('the page crashed'));
    page.on('response', (response) => this.onResponse(response));
    page.on('request', (request) => {
      const url = new URL(request.url());
      const known = url.origin === this.base || this.platforms.has(url.origin);
      if (!known && !['data:', 'blob:'].includes(url.protocol)) this.fault(`asks a stranger: ${url}`);
    });
    const answered = new WeakSet<Request>();
    page.on('response', (response) => answered.add(response.request()));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // A page that is left ends its stream of events, and a download its navigation: both were answered. What the page or
      // its script had asked for may be left before the first answer; a document may not, nor an upload.
      const { pathname } = new URL(request.url());
      const left = !['document', 'xhr'].includes(request.resourceType());
      const ended = reason === 'net::ERR_ABORTED' && (left || answered.has(request));
      // Where script is off, the code that a page announces is not asked for: Chromium calls that a failure.
      const announced = !this.scripted && reason === 'csp' && pathname.startsWith('/pkg/');
      if (!ended && !announced) this.refuse(0, request.url(), `${request.method()} ${request.url()} failed: ${reason}`);
    });
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.met.add(this.place(frame.url()));
    });
  }

  /** What a page is noted by: its path, and its origin too where that is a platform's. */
  private place(address: string): string {
    const { origin, pathname } = new URL(address);
    return this.platforms.has(origin) ? origin + pathname : pathname;
  }

  private fault(what: string): void {
    if (!this.over) this.faults.push(what);
  }

  private onConsole(message: ConsoleMessage): void {
    const loud = ['error', 'warning', 'assert'].includes(message.type());
    // Chromium also writes every refused answer here; those are judged as answers.
    const judged = message.text().startsWith('Failed to load resource: ');
    // And where script is off, that code which was announced for it goes unused.
    const unused = !this.scripted && /^The resource \S+\/pkg\/\S+ was preloaded using link preload but not used/.test(message.text());
    if (loud && !judged && !unused) this.fault(`console ${message.type()}: ${message.text()}`);
  }

  private onResponse(response: Response): void {
    const status = response.status();
    if (status >= 400) this.refuse(status, response.url(), `${response.request().method()} ${response.url()}: ${status}`);
  }

  private refuse(status: number, url: string, what: string): void {
    const { pathname } = new URL(url);
    const allowance = this.allowances.find((each) => each.status === status && each.path.test(pathname));
    if (allowance) allowance.met = true;
    else this.fault(what);
  }

  /** From now on the server may answer so there, and must do it at least once. Status 0: no answer arrives. */
  allows(status: number, path: RegExp): void {
    if (status >= 500) throw new Error('a fault of the server is never allowed');
    const known = this.allowances.some((each) => each.status === status && each.path.source === path.source);
    if (!known) this.allowances.push({ status, path, met: false });
  }

  /** A form that is about to be refused: without script, the page that comes back has the status of the refusal. */
  allowsRefusal(path: RegExp, status = 422): void {
    if (!this.scripted) this.allows(status, path);
  }

  /** From now on this browser may also go to a platform. */
  meets(platform: string): void {
    this.platforms.add(new URL(platform).origin);
  }

  /** Opens an address, as from a bookmark. */
  async goto(path: string): Promise<void> {
    await this.page.goto(path);
    await this.loadsAnew();
  }

  /** Loads the page again. */
  async reloads(): Promise<void> {
    await this.page.reload();
    await this.loadsAnew();
  }

  /** A new document opens, by intent. */
  async loadsAnew(): Promise<void> {
    this.document = undefined;
  }

  /** Has this page in front, drawn and alive; looks at it. */
  async sees(heading: string | RegExp): Promise<void> {
    const exact = typeof heading === 'string';
    await expect(this.page.getByRole('heading', { level: 1, name: heading, exact })).toBeVisible();
    await this.looks();
  }

  /** Has this page of a platform in front; looks at it. */
  async seesPlatform(heading: string): Promise<void> {
    await this.page.waitForURL((url) => this.platforms.has(url.origin));
    await this.seesAlone(heading);
  }

  /** Has this page in front, which no script of ours takes over; looks at it. */
  async seesAlone(heading: string): Promise<void> {
    await this.loadsAnew();
    await expect(this.page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
    this.looked.add(this.place(this.page.url()));
    await fitsItsWidth(this.page);
    await isAccessible(this.page);
  }

  /** Has this pop-up in front; looks at it. */
  async seesDialog(title: string): Promise<Locator> {
    const dialog = this.page.getByRole('dialog', { name: title, exact: true });
    await expect(dialog).toBeVisible();
    await this.looks();
    return dialog;
  }

  /** Looks at the page as it is now. */
  async looks(): Promise<void> {
    const path = new URL(this.page.url()).pathname;
    this.looked.add(path);
    if (this.scripted) {
      await this.page.waitForFunction(() => (window as unknown as Script).gerbangIsLive());
      const document = await this.page.evaluate(() => (window as unknown as Script).gerbangDocument);
      this.document ??= document;
      expect(document, 'with script, nothing reloads').toBe(this.document);
    }
    await expect(this.page).toHaveTitle(/ · Gerbang$/);
    await fitsItsWidth(this.page);
    await isAccessible(this.page, { mayRefresh: !this.scripted && path.endsWith('/status') });
  }

  /** Goes to a place of the top bar; on a phone it is in the menu. */
  async goesTo(place: string): Promise<void> {
    const bar = this.page.getByRole('navigation', { name: 'Utama' });
    if (await bar.isVisible()) return bar.getByRole('link', { name: place, exact: true }).click();
    await this.page.getByRole('banner').getByLabel('Menu').first().click();
    await this.page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: place, exact: true }).click();
  }

  /** Signs in on the page `Masuk`, which is in front. */
  async signsIn(account: Account | undefined = this.account, password = account?.password): Promise<void> {
    this.account = account;
    await this.page.getByLabel('Alamat surel').fill(account!.email);
    await this.page.getByLabel('Kata sandi', { exact: true }).fill(password!);
    await this.page.getByRole('button', { name: 'Masuk', exact: true }).click();
  }

  /** Opens a mail to this person, in another tab, once it was sent. */
  async opensMail(subject: string | RegExp, to = this.account!.email): Promise<Page> {
    return this.mail(subject, to, 'Sent');
  }

  /** The same of a mail that may still wait to be sent, as that of a verdict does for its ten seconds. */
  async looksIntoMail(subject: string | RegExp): Promise<Page> {
    return this.mail(subject, this.account!.email, /Pending|Sent/);
  }

  private async mail(subject: string | RegExp, to: string, status: string | RegExp): Promise<Page> {
    const tab = await this.context.newPage();
    this.watch(tab);
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

  /** Goes on through the button of a mail; its tab is then in front. */
  async follows(mail: Page, button: string): Promise<void> {
    await mail.getByRole('link', { name: button, exact: true }).click();
    await this.page.close();
    this.page = mail;
    await this.loadsAnew();
  }

  /** Closes the browser, and judges what happened in it. */
  async leaves(): Promise<void> {
    this.over = true;
    const passed = [...this.met].filter(
      (path) => !this.looked.has(path) && !path.startsWith('/dev/') && !LEADS_ON.some((each) => each.test(path)),
    );
    expect.soft(this.faults, `what went wrong in the browser of ${this.account?.email ?? 'a stranger'}`).toEqual([]);
    expect.soft(passed.filter((path) => path !== 'blank'), 'pages that nobody looked at').toEqual([]);
    expect.soft(this.allowances.filter((each) => !each.met), 'refusals that never came').toEqual([]);
  }
}

/** One of the facts that a mail lists, by its label; the tables of a mail are for looks alone. */
export function fact(mail: Page, label: string): Locator {
  return mail.locator('tr', { has: mail.locator('td:first-child', { hasText: new RegExp(`^${label}$`) }) }).last();
}
