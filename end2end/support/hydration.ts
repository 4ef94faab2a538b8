/** Tells when script has taken a page over, and whether the page has been loaded again since. */

import type { BrowserContext, Page } from '@playwright/test';

/** What `instrument` adds to `window`. */
interface Instruments {
  /** A random number, different for each document. */
  gerbangDocument: number;
  /** True once script handles links and forms. */
  gerbangIsLive: () => boolean;
}

/** Makes every page of a browser tell what `hydrated` asks. */
export async function instrumented(context: BrowserContext): Promise<void> {
  await context.addInitScript(instrument);
}

/** Waits until script has taken the page over. Returns the number of its document. */
export async function hydrated(page: Page): Promise<number> {
  await page.waitForFunction(() => (window as unknown as Instruments).gerbangIsLive());
  return page.evaluate(() => (window as unknown as Instruments).gerbangDocument);
}

/** Runs in the page, before its script: records which events have listeners. */
function instrument() {
  const original = EventTarget.prototype.addEventListener;
  const heard = new WeakMap<EventTarget, Set<string>>();
  EventTarget.prototype.addEventListener = function (this: EventTarget | undefined, type: string, ...rest: unknown[]) {
    const target = this ?? window;
    heard.set(target, (heard.get(target) ?? new Set()).add(type));
    return (original as (...all: unknown[]) => void).call(target, type, ...rest);
  };
  const isHeard = (target: EventTarget, type: string) => heard.get(target)?.has(type) ?? false;
  // Script leaves alone the forms whose answer is a file or a page outside the app.
  const forms = 'form[method="post"]:is([novalidate], [action="/tema"])';
  Object.assign(window, {
    gerbangDocument: crypto.getRandomValues(new Uint32Array(1))[0],
    gerbangIsLive: () =>
      isHeard(window, 'click') &&
      [...document.querySelectorAll(forms)].every((form) => isHeard(form, 'submit')),
  });
}
