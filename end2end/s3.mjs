import { chromium } from '@playwright/test';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
const B='http://127.0.0.1:3000';
await page.goto(B + '/masuk'); await page.getByLabel('Alamat surel').fill('toko@contoh.co.id'); await page.getByLabel('Kata sandi', { exact: true }).fill('Gerbang-2026'); await page.getByRole('button', { name: 'Masuk', exact: true }).click(); await page.waitForURL('**/akses'); await page.waitForTimeout(800);
console.log(await page.evaluate(() => [...document.querySelectorAll('.gate, .gate use')].map(e => { const s = getComputedStyle(e); const r = e.getBoundingClientRect(); return [e.outerHTML.slice(0,160), s.translate, s.scale, s.transformOrigin, r.x, r.y, r.width, r.height]; })));
await page.reload(); await page.waitForTimeout(800); await page.screenshot({path:'/tmp/shots/x.png'});
await browser.close();
