/** The desk, as a verifier works at it. */

import { type Locator, expect } from '@playwright/test';
import { findsSession, losesSession } from './sessions';
import type { Visitor } from './visitor';

export class Desk {
  constructor(readonly visitor: Visitor) {}

  private get page() {
    return this.visitor.page;
  }

  /** Opens the queue; `query` holds its filters. */
  async opens(query = ''): Promise<void> {
    await this.visitor.goto(`/verifikasi${query}`);
    await this.visitor.sees('Pilih kasus dari antrean');
  }

  /** Opens a case by its address; `name` is the applicant. */
  async opensCase({ id }: { id: string }, name: string): Promise<void> {
    await this.visitor.goto(`/verifikasi/${id}`);
    await this.visitor.sees(name);
  }

  /** Ends the session without touching the page. Requests of the page are refused until `findsSession`. */
  async losesSession(): Promise<void> {
    this.visitor.allows(401, /^\/api\/verifikasi\//);
    await losesSession(this.visitor, '/verifikasi');
  }

  /** Signs in again without touching the page. */
  async findsSession(): Promise<void> {
    await findsSession(this.visitor, '/verifikasi');
  }

  /** The rows of the queue, oldest first; only those of one applicant if there is a name. */
  rows(name?: string): Locator {
    const rows = this.page.getByRole('complementary', { name: 'Antrean' }).locator('.queue').getByRole('link');
    return name ? rows.filter({ hasText: name }) : rows;
  }

  /** Opens the filters if they are closed. */
  async opensFilters(): Promise<void> {
    const filters = this.page.getByRole('complementary', { name: 'Antrean' }).locator('details');
    if (!(await filters.evaluate((details: HTMLDetailsElement) => details.open))) await filters.locator('summary').click();
  }

  /** Searches the queue; without script, Enter sends the search. */
  async searches(words: string): Promise<void> {
    const box = this.page.getByRole('searchbox', { name: /^Cari nama/ });
    await box.fill(words);
    if (!this.visitor.scripted) await box.press('Enter');
    await expect(this.page).toHaveURL(/[?&]cari=/);
  }

  /** Searches for a case by its reference and opens it. */
  async finds(reference: string, name: string): Promise<void> {
    await this.searches(reference);
    await expect(this.rows()).toHaveCount(1);
    await this.rows(name).click();
    await this.visitor.sees(name);
    await expect(this.page.getByText(reference)).toBeVisible();
  }

  /** A button of the bar below the case. Its label may end with its keyboard shortcut. */
  button(name: string): Locator {
    return this.bar.getByRole('button', { name: new RegExp(`^${name}`) });
  }

  /** The bar below the case. */
  get bar(): Locator {
    return this.page.locator('footer.verdict');
  }

  get checkList(): Locator {
    return this.page.getByRole('group', { name: /^Daftar periksa/ });
  }

  /** Takes the open case. */
  async takes(): Promise<void> {
    await this.button('Ambil kasus ini').click();
    await expect(this.button('Setujui')).toBeVisible();
    await expect(this.page.getByText(/^Anda pegang/)).toBeVisible();
  }

  /** Ticks the whole check list. */
  async ticksAll(): Promise<void> {
    for (const item of await this.checkList.getByRole('checkbox').all()) await item.check();
    if (this.visitor.scripted) await expect(this.checkList.getByText('Lengkap')).toBeVisible();
  }

  /** Ticks the check list and approves the open case. */
  async approves(): Promise<void> {
    await this.ticksAll();
    await this.button('Setujui').click();
    await this.isDecided('Disetujui');
  }

  /** Opens one of the dialogs of the bar. */
  async opensDialog(link: 'Tolak' | 'Minta Perbaikan' | 'Ambil alih' | 'Buka kembali', title: string): Promise<Locator> {
    await this.bar.getByRole('link', { name: new RegExp(`^${link}`) }).click();
    return this.visitor.seesDialog(title);
  }

  /** Fills in the rejection of the open case, and returns its dialog. */
  async fillsRejection(text: string, reason = 'Surat tidak terbaca'): Promise<Locator> {
    const dialog = await this.opensDialog('Tolak', 'Tolak pengajuan ini?');
    await dialog.getByLabel('Alasan', { exact: true }).selectOption(reason);
    await dialog.getByLabel('Penjelasan untuk pemohon').fill(text);
    return dialog;
  }

  /** Rejects the open case. */
  async rejects(text: string, reason?: string): Promise<void> {
    const dialog = await this.fillsRejection(text, reason);
    await dialog.getByRole('button', { name: 'Tolak', exact: true }).click();
    await this.isDecided('Ditolak');
  }

  /** Fills in the return of the open case, with a note for each marked field, and returns the dialog. */
  async fillsReturn(marks: Record<string, string>): Promise<Locator> {
    const dialog = await this.opensDialog('Minta Perbaikan', 'Minta perbaikan');
    for (const [field, note] of Object.entries(marks)) {
      await dialog.getByRole('checkbox', { name: field, exact: true }).check();
      await dialog.getByRole('textbox', { name: `Catatan untuk ${field}` }).fill(note);
    }
    return dialog;
  }

  /** Returns the open case for repair. */
  async returns(marks: Record<string, string>): Promise<void> {
    const dialog = await this.fillsReturn(marks);
    await dialog.getByRole('button', { name: 'Minta Perbaikan', exact: true }).click();
    await this.isDecided('Perbaikan diminta');
  }

  /** Expects the verdict on the open case, and who gave it. */
  async isDecided(word: string, by = this.visitor.account!.name): Promise<void> {
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
    await expect(this.page.getByText(`${word} oleh ${by}`)).toBeVisible();
    await expect(this.button('Setujui')).toHaveCount(0);
  }

  /** Expects that the open case names another holder and cannot be decided here. */
  async isHeldBy(name: string): Promise<void> {
    await expect(this.bar.getByText(new RegExp(`^Dipegang oleh ${name} sampai \\d\\d\\.\\d\\d`))).toBeVisible();
    await expect(this.button('Setujui')).toHaveCount(0);
  }
}
