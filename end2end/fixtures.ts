import { test as base } from '@playwright/test';
import { People } from './support/people';
import { type Database, Server } from './support/server';

export { expect } from '@playwright/test';

export interface Options {
  database: Database;
}

interface Shared extends Options {
  /** The servers of this worker; its tests share one database. */
  server: Server;
}

interface Own {
  /** The people of the test, each in a browser of their own. */
  people: People;
  /** True if the browsers run script. */
  scripted: boolean;
}

export const test = base.extend<Own, Shared>({
  database: ['sqlite', { scope: 'worker', option: true }],

  server: [
    async ({ database }, use) => {
      const server = await Server.start(database);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],

  scripted: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled ?? true),

  people: async ({ browser, server, scripted }, use, testInfo) => {
    const mark = server.written();
    const people = new People(browser, server, scripted);
    await use(people);
    await people.finish();
    const log = server.since(mark);
    // An entry begins with a time or a panic; the lines after it belong to it.
    const entries = log.split(/\n(?=\d{4}-\d\d-\d\dT|thread ')/);
    const faults = entries.filter((entry) => /\sERROR\s|^thread '.*panicked/.test(entry));
    base.expect.soft(faults, 'the server must log no error and no panic').toEqual([]);
    if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach('server.log', { body: log });
  },
});
