import { defineConfig } from '@playwright/test';
import type { Options } from './fixtures';

const PHONE = { width: 360, height: 780 };
const DESKTOP = { width: 1440, height: 900 };

/**
 * The name of a spec says in which projects it runs:
 *
 * | name               | with script     | without script  |
 * |--------------------|-----------------|-----------------|
 * | `*.all.spec.ts`    | phone, desktop  | phone, desktop  |
 * | `*.script.spec.ts` | phone, desktop  |                 |
 * | `*.plain.spec.ts`  |                 | phone, desktop  |
 * | `*.once.spec.ts`   | desktop         |                 |
 * | `*.spec.ts`        | desktop         | phone           |
 */
const ALL = '**/*.all.spec.ts';
const SCRIPT = '**/*.script.spec.ts';
const PLAIN = '**/*.plain.spec.ts';
const ONCE = '**/*.once.spec.ts';
/** Without a suffix: two runs cover both kinds of browser and both widths. */
const CROSSED = /\/[\w-]+\.spec\.ts$/;

function project(scripted: boolean, viewport: typeof PHONE, testMatch: (string | RegExp)[]) {
  const name = `${scripted ? 'script' : 'plain'}-${viewport.width}`;
  return { name, testMatch, use: { javaScriptEnabled: scripted, viewport } };
}

export default defineConfig<object, Options>({
  testDir: 'tests',
  outputDir: 'results',
  // Each worker has servers and a database of its own, so that tests in parallel do not share data.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./support/reporter.ts']],
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    locale: 'id-ID',
    timezoneId: 'Asia/Jakarta',
    colorScheme: 'light',
    // axe measures colours, which a running transition would change.
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
  },
  projects: [
    project(true, DESKTOP, [ALL, SCRIPT, ONCE, CROSSED]),
    project(true, PHONE, [ALL, SCRIPT]),
    project(false, DESKTOP, [ALL, PLAIN]),
    project(false, PHONE, [ALL, PLAIN, CROSSED]),
    {
      // On PostgreSQL, where live pages depend on LISTEN and NOTIFY.
      name: 'postgres',
      testMatch: 'applications/guide.all.spec.ts',
      use: { viewport: DESKTOP, database: 'postgres' },
    },
  ],
});
