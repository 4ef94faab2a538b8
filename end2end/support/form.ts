/** The form of guide step 10, filled in as a person does: with script by keyboard in the pickers, without by search pages. */

import { type Locator, expect } from '@playwright/test';
import { type Day, FIRST, LAST, MONTHS, inWords } from './dates';
import type { File } from './letters';
import type { Visitor } from './visitor';

export class Form {
  constructor(
    private readonly visitor: Visitor,
    /** Its heading. */
    readonly heading: string,
  ) {}

  private get page() {
    return this.visitor.page;
  }

  /** Opens it for a draft, by its address; looks at it. */
  async opens(draft: string): Promise<void> {
    await this.visitor.goto(`/akses/pengajuan/${draft}/formulir`);
    await this.visitor.sees(this.heading);
  }

  /** Jenis Instansi */
  async type(name: string): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).check();
  }

  /** Nama Instansi or Satuan Kerja: searches, and takes the first that is found, which must be `option`. */
  async pick(picker: 'Nama Instansi' | 'Satuan Kerja', query: string, option: string): Promise<void> {
    if (this.visitor.scripted) {
      const box = this.page.getByRole('combobox', { name: picker });
      await box.focus();
      await box.fill(query);
      const list = this.page.getByRole('listbox', { name: picker });
      await expect(list.getByRole('option', { selected: true })).toContainText(option);
      await this.visitor.looks();
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

  /** Alamat Satuan Kerja, where it is asked for. */
  get address(): Locator {
    return this.page.getByRole('textbox', { name: 'Alamat Satuan Kerja' });
  }

  /** Masa Berlaku Peran, one of its days. */
  async day(label: 'Hari pertama' | 'Hari terakhir', { day, month, year }: Day): Promise<void> {
    const boxes = this.page.getByRole('group', { name: label });
    await boxes.getByRole('textbox', { name: 'Tanggal' }).fill(`${day}`);
    await boxes.getByRole('combobox', { name: 'Bulan' }).selectOption(MONTHS[month - 1]);
    await boxes.getByRole('textbox', { name: 'Tahun' }).fill(`${year}`);
    if (this.visitor.scripted) await boxes.getByRole('textbox', { name: 'Tahun' }).blur();
  }

  /** Masa Berlaku Peran, both days, as they should be. */
  async period(): Promise<void> {
    await this.day('Hari pertama', FIRST);
    await this.day('Hari terakhir', LAST);
    if (this.visitor.scripted) await expect(this.page.getByText(`, ${inWords(LAST)}`)).toBeVisible();
  }

  /** Picks a file as the letter `label`; with script it is sent at once. */
  async letter(label: string, file: File): Promise<void> {
    const box = this.page.locator('input[type=file]');
    await expect(box).toHaveAccessibleName(new RegExp(`: ${label}$`));
    await box.setInputFiles(file);
  }

  /** Picks a file and sees it taken. */
  async uploads(label: string, file: File): Promise<void> {
    await this.letter(label, file);
    if (!this.visitor.scripted) await this.page.getByRole('button', { name: 'Unggah', exact: true }).click();
    await expect(this.page.getByText(/^Terunggah · /)).toBeVisible();
    await expect(this.page.getByText(file.name, { exact: true })).toBeVisible();
  }

  /** Ajukan Akses */
  async send(): Promise<void> {
    await this.page.getByRole('button', { name: 'Ajukan Akses' }).click();
  }

  /** Confirms the review that is in front, and sends it (step 12); gives the number (step 13). */
  async confirms(): Promise<string> {
    await this.page.getByRole('checkbox').check();
    await this.page.getByRole('button', { name: 'Kirim', exact: true }).click();
    await this.visitor.sees('Pengajuan Anda sudah kami terima');
    return (await this.page.getByText(/^GB-\d\d-\d{6}-\d$/).textContent())!;
  }

  /** Has been sent and refused: the summary of what is wrong has the focus. */
  async isRefused(count: number): Promise<Locator> {
    const summary = this.page.getByRole('alert').filter({ hasText: `Ada ${count} isian yang perlu diperbaiki` });
    await expect(summary).toBeFocused();
    return summary;
  }

  /** Waits until all that was typed is stored; without script there is nothing to wait for. */
  async stored(): Promise<void> {
    if (this.visitor.scripted) await expect(this.page.getByText(/^Tersimpan \d\d\.\d\d/)).toBeVisible();
  }
}
