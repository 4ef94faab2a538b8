/** Moving through a page by keyboard. */

import { type Locator, expect } from '@playwright/test';
import type { Visitor } from './visitor';

/** Presses Tab until the target has the focus; fails after 60 times. */
export async function tabTo(person: Visitor, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await person.page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  await expect(target, 'Tab must reach it').toBeFocused();
}

/** Expects that the focus is on an element, not lost after a change of the page. */
export async function keepsFocus(person: Visitor): Promise<void> {
  await expect.poll(() => person.page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
}
