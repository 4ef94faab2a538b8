import { defineConfig } from '@playwright/test';
import type { Options } from './fixtures';

const PHONE = { width: 360, height: 780 };
const DESK = { width: 1440, height: 900 };

/** One way to meet the product: with script or without, on a phone or at a desk. */
function way(scripted: boolean, viewport: typeof PHONE, extra: string[] = []) {
  return {
    name: `${scripted ? 'script' : 'plain'}-${viewport.width}`,
    testMatch: [`both/*.spec.ts`, `${scripted ? 'script' : 'plain'}/*.spec.ts`, ...extra],
    use: { javaScriptEnabled: scripted, viewport },
  };
}

export default defineConfig<object, Options>({
  testDir: 'tests',
  outputDir: 'results',
  // Every worker has its own pair of servers, so tests never meet each other's data.
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
    // Colours are measured at rest, not in the middle of a transition.
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
  },
  projects: [
    // What is long and looks alike everywhere is walked crosswise: with script at a desk, without on a phone.
    way(true, DESK, ['once/*.spec.ts', 'crossed/*.spec.ts']),
    way(true, PHONE),
    way(false, DESK),
    way(false, PHONE, ['crossed/*.spec.ts']),
    {
      // The same walk over PostgreSQL, with events that travel through LISTEN and NOTIFY.
      name: 'postgres',
      testMatch: ['both/guide.spec.ts'],
      use: { viewport: DESK, database: 'postgres' },
    },
  ],
});
