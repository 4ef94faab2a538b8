/** Checks of every page: axe finds nothing, and it does not scroll sideways. */

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { type Page, expect } from '@playwright/test';

// Without script, timers of the page never fire, but promises resolve: axe gets timers made of promises.
const AXE = `((setTimeout, clearTimeout) => {
  ${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')}
})((job) => { Promise.resolve().then(job); return 0; }, () => {});`;

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  id: string;
  help: string;
  nodes: { target: string[]; html: string; failureSummary: string }[];
}

export interface AxeOptions {
  /** A mail has no landmarks, so the best practices do not apply. */
  kind?: 'page' | 'mail';
  /** True for a page that reloads itself because there is no script to update it. */
  mayRefresh?: boolean;
}

/** Fails if axe finds a violation. */
export async function isAccessible(page: Page, { kind = 'page', mayRefresh = false }: AxeOptions = {}): Promise<void> {
  const fingerprint = await page.evaluate(fingerprintOf);
  if (CHECKED.has(fingerprint)) return;
  const tags = kind === 'page' ? [...STANDARD, 'best-practice'] : STANDARD;
  if ((await page.evaluate('typeof window.axe')) === 'undefined') await page.evaluate(AXE);
  const rules = { 'meta-refresh': { enabled: !mayRefresh } };
  const options = { runOnly: tags, rules, resultTypes: ['violations'], preload: false };
  const found = (await page.evaluate(
    `window.axe.run(document, ${JSON.stringify(options)}).then((result) => result.violations)`,
  )) as Violation[];
  const words = found.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id} (${violation.help}): ${node.html}\n${node.failureSummary}`),
  );
  expect(words, `axe must find nothing on ${page.url()}`).toEqual([]);
  CHECKED.add(fingerprint);
}

/** Fingerprints of pages without violations. A page that differs only in ids and numbers is not checked again. */
const CHECKED = new Set<string>();

/** Runs in the page: all that axe could see, without ids, numbers and data for script. */
function fingerprintOf(): string {
  const states = [...document.querySelectorAll('input, option')].map((each) => each.matches(':checked'));
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const html = document.documentElement.outerHTML
    .replace(/<script[^]*?<\/script>/g, '')
    .replace(/<!--[^]*?-->/g, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
    .replace(/\d+/g, '0');
  return JSON.stringify([innerWidth, dark, states, html]);
}

/** Fails if the page scrolls sideways, and names the elements that are too wide. */
export async function fitsItsWidth(page: Page): Promise<void> {
  const sticksOut = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.scrollingElement!;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
    );
    return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))];
  });
  expect(sticksOut, `nothing must be wider than the window on ${page.url()}`).toEqual([]);
}
