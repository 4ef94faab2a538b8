/** What a person does who has a keyboard alone. */

import { type Locator, expect } from '@playwright/test';
import type { Visitor } from './visitor';

/** Presses Tab until the target has the focus, as it must within reach. */
export async function tabTo(person: Visitor, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await person.page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  await expect(target, 'is not reached by Tab').toBeFocused();
}

/** After a page has changed, the focus is somewhere in it, not lost at its root. */
export async function keepsFocus(person: Visitor): Promise<void> {
  await expect.poll(() => person.page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
}
