/** The form of guide step 10. Its pickers are comboboxes with script, and search pages without. */

import { type Locator, expect } from '@playwright/test';
import { type Day, FIRST, LAST, MONTHS, inWords } from './dates';
import type { LetterFile } from './letters';
import type { Visitor } from './visitor';

export class Form {
  constructor(
    private readonly visitor: Visitor,
    readonly heading: string,
  ) {}

  private get page() {
    return this.visitor.page;
  }

  /** Opens the form of a draft by its address. */
  async opens(draft: string): Promise<void> {
    await this.visitor.goto(`/akses/pengajuan/${draft}/formulir`);
    await this.visitor.sees(this.heading);
  }

  /** Chooses Jenis Instansi. */
  async type(name: string): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).check();
  }

  /** Searches in a picker, and chooses the first option, which must be `option`. */
  async pick(picker: 'Nama Instansi' | 'Satuan Kerja', query: string, option: string): Promise<void> {
    if (this.visitor.scripted) {
      const box = this.page.getByRole('combobox', { name: picker });
      await box.focus();
      await box.fill(query);
      const list = this.page.getByRole('listbox', { name: picker });
      await expect(list.getByRole('option', { selected: true })).toContainText(option);
      await this.visitor.inspects();
      await this.page.keyboard.press('Enter');
      await expect(list).toHaveCount(0);
    } else {
      await this.page.getByRole('textbox', { name: picker, exact: true }).fill(query);
      await this.page.getByRole('button', { name: `Cari ${picker}` }).click();
      await this.visitor.sees(`Cari ${picker}`);
      const first = this.page.getByRole('main').getByRole('listitem').first();
      await expect(first).toContainText(option);
      await first.getByRole('button', { name: `Pilih ${option}` }).click();
      await this.visitor.sees(this.heading);
    }
    await expect(this.box(picker)).toHaveValue(option);
  }

  /** The visible field of a picker. */
  box(picker: 'Nama Instansi' | 'Satuan Kerja'): Locator {
    return this.page.getByRole(this.visitor.scripted ? 'combobox' : 'textbox', { name: picker, exact: true });
  }

  /** Alamat Satuan Kerja, which only some drafts are asked for. */
  get address(): Locator {
    return this.page.getByRole('textbox', { name: 'Alamat Satuan Kerja' });
  }

  /** Fills in one day of Masa Berlaku Peran. */
  async day(label: 'Hari pertama' | 'Hari terakhir', { day, month, year }: Day): Promise<void> {
    const boxes = this.page.getByRole('group', { name: label });
    await boxes.getByRole('textbox', { name: 'Tanggal' }).fill(`${day}`);
    await boxes.getByRole('combobox', { name: 'Bulan' }).selectOption(MONTHS[month - 1]);
    await boxes.getByRole('textbox', { name: 'Tahun' }).fill(`${year}`);
    if (this.visitor.scripted) await boxes.getByRole('textbox', { name: 'Tahun' }).blur();
  }

  /** Fills in Masa Berlaku Peran with `FIRST` and `LAST`. */
  async period(): Promise<void> {
    await this.day('Hari pertama', FIRST);
    await this.day('Hari terakhir', LAST);
    if (this.visitor.scripted) await expect(this.page.getByText(`, ${inWords(LAST)}`)).toBeVisible();
  }

  /** Chooses a file as the letter with this label; with script it is uploaded at once. */
  async letter(label: string, file: LetterFile): Promise<void> {
    const box = this.page.locator('input[type=file]');
    await expect(box).toHaveAccessibleName(new RegExp(`: ${label}$`));
    await box.setInputFiles(file);
  }

  /** Uploads a file that must be accepted. */
  async uploads(label: string, file: LetterFile): Promise<void> {
    await this.letter(label, file);
    if (!this.visitor.scripted) await this.page.getByRole('button', { name: 'Unggah', exact: true }).click();
    await expect(this.page.getByText(/^Terunggah · /)).toBeVisible();
    await expect(this.page.getByText(file.name, { exact: true })).toBeVisible();
  }

  /** Sends the form (guide step 11). */
  async send(): Promise<void> {
    await this.page.getByRole('button', { name: 'Ajukan Akses' }).click();
  }

  /** Confirms the review in front and submits it (guide step 12). Returns the reference (step 13). */
  async confirms(): Promise<string> {
    await this.page.getByRole('checkbox').check();
    await this.page.getByRole('button', { name: 'Kirim', exact: true }).click();
    await this.visitor.sees('Pengajuan Anda sudah kami terima');
    return (await this.page.getByText(/^GB-\d\d-\d{6}-\d$/).textContent())!;
  }

  /** Expects that the form was refused: the error summary has the focus. */
  async isRefused(count: number): Promise<Locator> {
    const summary = this.page.getByRole('alert').filter({ hasText: `Ada ${count} isian yang perlu diperbaiki` });
    await expect(summary).toBeFocused();
    return summary;
  }

  /** Waits for autosave, which only runs with script. */
  async isSaved(): Promise<void> {
    if (this.visitor.scripted) await expect(this.page.getByText(/^Tersimpan \d\d\.\d\d/)).toBeVisible();
  }
}
