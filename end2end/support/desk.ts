/** The desk of the verifiers, as one of them works at it. */

import { type Locator, expect } from '@playwright/test';
import { findsSession, losesSession } from './people';
import type { Visitor } from './visitor';

export class Desk {
  constructor(readonly visitor: Visitor) {}

  private get page() {
    return this.visitor.page;
  }

  /** Opens the queue, with filters as its address has them. */
  async opens(query = ''): Promise<void> {
    await this.visitor.goto(`/verifikasi${query}`);
    await this.visitor.sees('Pilih kasus dari antrean');
  }

  /** Opens a case, as from a bookmark. */
  async opensCase({ id }: { id: string }, name: string): Promise<void> {
    await this.visitor.goto(`/verifikasi/${id}`);
    await this.visitor.sees(name);
  }

  /** Its session ends elsewhere: what it asks for meanwhile is refused. */
  async losesSession(): Promise<void> {
    this.visitor.allows(401, /^\/api\/verifikasi\//);
    await losesSession(this.visitor, '/verifikasi');
  }

  /** Signs in again elsewhere; the page stays. */
  async findsSession(): Promise<void> {
    await findsSession(this.visitor, '/verifikasi');
  }

  /** The rows of the queue, oldest first; links that have the name of the person. */
  rows(name?: string): Locator {
    const rows = this.page.getByRole('complementary', { name: 'Antrean' }).locator('.queue').getByRole('link');
    return name ? rows.filter({ hasText: name }) : rows;
  }

  /** Opens the filters, unless they are. */
  async unfolds(): Promise<void> {
    const filters = this.page.getByRole('complementary', { name: 'Antrean' }).locator('details');
    if (!(await filters.evaluate((details: HTMLDetailsElement) => details.open))) await filters.locator('summary').click();
  }

  /** Searches the queue: as one types, or by a page of its own. */
  async searches(words: string): Promise<void> {
    const box = this.page.getByRole('searchbox', { name: /^Cari nama/ });
    await box.fill(words);
    if (!this.visitor.scripted) await box.press('Enter');
    await expect(this.page).toHaveURL(/[?&]cari=/);
  }

  /** Finds a case by its number and opens it. */
  async finds(reference: string, name: string): Promise<void> {
    await this.searches(reference);
    await expect(this.rows()).toHaveCount(1);
    await this.rows(name).click();
    await this.visitor.sees(name);
    await expect(this.page.getByText(reference)).toBeVisible();
  }

  /** A button of the bar below the case, without the key that it shows. */
  button(name: string): Locator {
    return this.bar.getByRole('button', { name: new RegExp(`^${name}`) });
  }

  /** The bar below the case. */
  get bar(): Locator {
    return this.page.locator('footer.verdict');
  }

  /** The check list. */
  get list(): Locator {
    return this.page.getByRole('group', { name: /^Daftar periksa/ });
  }

  /** Takes the case that is open. */
  async takes(): Promise<void> {
    await this.button('Ambil kasus ini').click();
    await expect(this.button('Setujui')).toBeVisible();
    await expect(this.page.getByText(/^Anda pegang/)).toBeVisible();
  }

  /** Ticks the whole check list. */
  async ticks(): Promise<void> {
    for (const item of await this.list.getByRole('checkbox').all()) await item.check();
    if (this.visitor.scripted) await expect(this.list.getByText('Lengkap')).toBeVisible();
  }

  /** Setujui */
  async approves(): Promise<void> {
    await this.ticks();
    await this.button('Setujui').click();
    await this.isDecided('Disetujui');
  }

  /** Opens one of the dialogs of the bar. */
  async asks(link: 'Tolak' | 'Minta Perbaikan' | 'Ambil alih' | 'Buka kembali', title: string): Promise<Locator> {
    await this.bar.getByRole('link', { name: new RegExp(`^${link}`) }).click();
    return this.visitor.seesDialog(title);
  }

  /** The dialog of Tolak, filled in. */
  async wouldReject(text: string, reason = 'Surat tidak terbaca'): Promise<Locator> {
    const dialog = await this.asks('Tolak', 'Tolak pengajuan ini?');
    await dialog.getByLabel('Alasan', { exact: true }).selectOption(reason);
    await dialog.getByLabel('Penjelasan untuk pemohon').fill(text);
    return dialog;
  }

  /** Tolak */
  async rejects(text: string, reason?: string): Promise<void> {
    const dialog = await this.wouldReject(text, reason);
    await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
    await this.isDecided('Ditolak');
  }

  /** The dialog of Minta Perbaikan, with a note for each mark. */
  async wouldReturn(marks: Record<string, string>): Promise<Locator> {
    const dialog = await this.asks('Minta Perbaikan', 'Minta perbaikan');
    for (const [field, note] of Object.entries(marks)) {
      await dialog.getByRole('checkbox', { name: field, exact: true }).check();
      await dialog.getByRole('textbox', { name: `Catatan untuk ${field}` }).fill(note);
    }
    return dialog;
  }

  /** Minta Perbaikan */
  async returns(marks: Record<string, string>): Promise<void> {
    const dialog = await this.wouldReturn(marks);
    await dialog.getByRole('button', { name: 'Minta Perbaikan', exact: true }).click();
    await this.isDecided('Perbaikan diminta');
  }

  /** The case says its verdict, and who gave it. */
  async isDecided(word: string, by = this.visitor.account!.name): Promise<void> {
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
    await expect(this.page.getByText(`${word} oleh ${by}`)).toBeVisible();
    await expect(this.button('Setujui')).toHaveCount(0);
  }

  /** Nobody else decides it now, and the bar says who holds it. */
  async isHeldBy(name: string): Promise<void> {
    await expect(this.bar.getByText(new RegExp(`^Dipegang oleh ${name} sampai \\d\\d\\.\\d\\d`))).toBeVisible();
    await expect(this.button('Setujui')).toHaveCount(0);
  }
}
