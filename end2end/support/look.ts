/** What is looked at on every page: accessibility by axe, and that nothing sticks out to the side. */

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { type Page, expect } from '@playwright/test';

// Where script is off, timers of the page never fire but promises do: axe gets timers made of promises.
const AXE = `((setTimeout, clearTimeout) => {
  ${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')}
})((job) => { Promise.resolve().then(job); return 0; }, () => {});`;

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  id: string;
  help: string;
  nodes: { target: string[]; html: string; failureSummary: string }[];
}

/** How a page is judged. */
export interface Judgement {
  /** A mail has no landmarks. */
  kind?: 'page' | 'mail';
  /** Whether it may load itself again: a page that waits for something, where no script can ask for it. */
  mayRefresh?: boolean;
}

/** Fails if axe finds anything. */
export async function isAccessible(page: Page, { kind = 'page', mayRefresh = false }: Judgement = {}): Promise<void> {
  const likeness = await page.evaluate(likenessOf);
  if (JUDGED.has(likeness)) return;
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
  expect(words, `axe on ${page.url()}`).toEqual([]);
  JUDGED.add(likeness);
}

/** Pages that axe found nothing on: one that is the same but for its numbers is not asked about again. */
const JUDGED = new Set<string>();

/** All of a page that axe could see, without ids, numbers and data for script. */
function likenessOf(): string {
  const states = [...document.querySelectorAll('input, option')].map((each) => each.matches(':checked'));
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const html = document.documentElement.outerHTML
    .replace(/<script[^]*?<\/script>/g, '')
    .replace(/<!--[^]*?-->/g, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
    .replace(/\d+/g, '0');
  return JSON.stringify([innerWidth, dark, states, html]);
}

/** Fails if the page scrolls sideways; names what sticks out. */
export async function fitsItsWidth(page: Page): Promise<void> {
  const sticksOut = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.scrollingElement!;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
    );
    return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))];
  });
  expect(sticksOut, `width of ${page.url()}`).toEqual([]);
}
