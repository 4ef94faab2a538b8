/** `make screenshots`: the browser of the journeys, one worker, and pictures in place of tests. */

import { defineConfig } from '@playwright/test';
import config from './playwright.config';

export default defineConfig({
  ...config,
  testDir: '.',
  testMatch: 'screenshots.ts',
  workers: 1,
  reporter: 'list',
  projects: [{ name: 'script', use: { viewport: { width: 1440, height: 900 } } }],
});
