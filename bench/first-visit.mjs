// Opens a page of ours in a fresh Chromium, signed in, and prints as JSON what the browser fetched until it had been quiet
// for two seconds: path, kind, how it was packed, bytes on the wire with headers.
//   node first-visit.mjs ADDRESS SESSION
import { createRequire } from 'node:module';

const require = createRequire(new URL('../end2end/package.json', import.meta.url));
const { chromium } = require('@playwright/test');

const [address, session] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const context = await browser.newContext({ locale: 'id-ID' });
  await context.addCookies([{ name: 'gerbang', value: session, url: address }]);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');

  const fetched = new Map();
  let latest = Date.now();
  devtools.on('Network.responseReceived', ({ requestId, type, response }) => {
    latest = Date.now();
    const headers = Object.entries(response.headers);
    const encoding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1] ?? '';
    fetched.set(requestId, { path: new URL(response.url).pathname, type, mime: response.mimeType, encoding, bytes: 0 });
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    latest = Date.now();
    if (fetched.has(requestId)) fetched.get(requestId).bytes = encodedDataLength;
  });

  await page.goto(address, { waitUntil: 'load' });
  while (Date.now() - latest < 2000) await new Promise((resolve) => setTimeout(resolve, 50));
  if (page.url() !== address) throw new Error(`led to ${page.url()}`);
  console.log(JSON.stringify([...fetched.values()]));
} finally {
  await browser.close();
}
