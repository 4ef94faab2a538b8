/** Watches the pages of a browser: whatever goes wrong in them fails the test. */

import { type ConsoleMessage, type Page, type Request, type Response, expect } from '@playwright/test';

/** An error status that a test provokes on purpose. */
interface Allowance {
  /** 0 stands for a request without a response. */
  status: number;
  path: RegExp;
  met: boolean;
}

/** Pages that only redirect; with script it is script that leaves them. */
const REDIRECTING = [/^\/$/, /^\/akses\/pengajuan\/[^/]+$/];

export class Watch {
  private readonly faults: string[] = [];
  private readonly allowances: Allowance[] = [];
  /** The places that were opened. */
  private readonly opened = new Set<string>();
  /** The places that were inspected. */
  private readonly inspected = new Set<string>();
  private over = false;

  constructor(
    private readonly base: string,
    private readonly scripted: boolean,
    /** Origins of the platforms that the browser may visit. */
    private readonly platforms: Set<string>,
  ) {}

  /** Watches a page from now on. */
  attach(page: Page): void {
    page.on('console', (message) => this.onConsole(message));
    page.on('pageerror', (error) => this.fault(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => this.fault('the page crashed'));
    page.on('request', (request) => this.onRequest(request));
    page.on('response', (response) => this.onResponse(response));
    const answered = new WeakSet<Request>();
    page.on('response', (response) => answered.add(response.request()));
    page.on('requestfailed', (request) => this.onFailure(request, answered.has(request)));
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.opened.add(this.place(frame.url()));
    });
  }

  /** Notes that the page at this address was inspected. */
  inspects(address: string): void {
    this.inspected.add(this.place(address));
  }

  /** Accepts this error status at paths like this one from now on, and requires it at least once. */
  allow(status: number, path: RegExp): void {
    if (status >= 500) throw new Error('a server error is never allowed');
    const known = this.allowances.some((each) => each.status === status && each.path.source === path.source);
    if (!known) this.allowances.push({ status, path, met: false });
  }

  /** Stops watching, and fails the test if anything went wrong. */
  finish(who: string): void {
    this.over = true;
    const passed = [...this.opened].filter(
      (path) => !this.inspected.has(path) && !path.startsWith('/dev/') && !REDIRECTING.some((each) => each.test(path)),
    );
    expect.soft(this.faults, `nothing must go wrong in the browser of ${who}`).toEqual([]);
    expect.soft(passed.filter((path) => path !== 'blank'), 'every opened page must be inspected').toEqual([]);
    expect.soft(this.allowances.filter((each) => !each.met), 'every allowed error must occur').toEqual([]);
  }

  /** A page is noted by its path, on a platform with its origin. */
  private place(address: string): string {
    const { origin, pathname } = new URL(address);
    return this.platforms.has(origin) ? origin + pathname : pathname;
  }

  private fault(what: string): void {
    if (!this.over) this.faults.push(what);
  }

  private onConsole(message: ConsoleMessage): void {
    const loud = ['error', 'warning', 'assert'].includes(message.type());
    // Chromium logs every error status here too; `onResponse` judges those.
    const judged = message.text().startsWith('Failed to load resource: ');
    // Without script, Chromium warns that preloaded code is not used.
    const unused = !this.scripted && /^The resource \S+\/pkg\/\S+ was preloaded using link preload but not used/.test(message.text());
    if (loud && !judged && !unused) this.fault(`console ${message.type()}: ${message.text()}`);
  }

  private onRequest(request: Request): void {
    const url = new URL(request.url());
    const known = url.origin === this.base || this.platforms.has(url.origin);
    if (!known && !['data:', 'blob:'].includes(url.protocol)) this.fault(`request to a third party: ${url}`);
  }

  private onResponse(response: Response): void {
    const status = response.status();
    if (status >= 400) this.refuse(status, response.url(), `${response.request().method()} ${response.url()}: ${status}`);
  }

  private onFailure(request: Request, answered: boolean): void {
    const reason = request.failure()?.errorText ?? '';
    const { pathname } = new URL(request.url());
    // Leaving a page aborts its event stream, and a download aborts its navigation; both have been answered. Requests of
    // the page or its script may be aborted before the answer; a document or an upload may not.
    const left = !['document', 'xhr'].includes(request.resourceType());
    const ended = reason === 'net::ERR_ABORTED' && (left || answered);
    // Without script, Chromium reports preloaded code as blocked.
    const blocked = !this.scripted && reason === 'csp' && pathname.startsWith('/pkg/');
    if (!ended && !blocked) this.refuse(0, request.url(), `${request.method()} ${request.url()} failed: ${reason}`);
  }

  private refuse(status: number, url: string, what: string): void {
    const { pathname } = new URL(url);
    const allowance = this.allowances.find((each) => each.status === status && each.path.test(pathname));
    if (allowance) allowance.met = true;
    else this.fault(what);
  }
}
