/** Letters, valid and not. */

import { lockedPdf, pdf, textOf } from './pdf';

/** A file as a browser uploads it. */
export interface LetterFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** The size limit of a letter in bytes. */
const LIMIT = 2_097_152;

const file = (name: string, buffer: Buffer): LetterFile => ({ name, mimeType: 'application/pdf', buffer });

const TEXT = textOf('KEPUTUSAN', 'tentang penunjukan pejabat pengelola anggaran', 'Jakarta, 2 Januari');

/** A valid letter. */
export const letter = (name = 'surat jabatan.pdf', pages = 1): LetterFile => file(name, pdf(Array<string>(pages).fill(TEXT)));

/** A valid letter with these lines on its pages. */
export const letterSaying = (...pages: string[][]): LetterFile => file('surat.pdf', pdf(pages.map((lines) => textOf(...lines))));

/** A valid letter without text, as a scanner makes it. */
export const scan = (pages = 1): LetterFile => file('pindaian.pdf', pdf(Array<string>(pages).fill('72 600 400 40 re f')));

/** A valid letter that takes too long to draw: forms nested twelve deep, each drawn ten times by the next. */
export function endless(): LetterFile {
  const form = (resources: string, content: string) =>
    `<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] ${resources} /Length ${content.length} >>\nstream\n${content}\nendstream`;
  const objects = [form('', '0 0 500 500 re f')];
  while (objects.length < 12) {
    objects.push(form(`/Resources << /XObject << /X ${3 + objects.length} 0 R >> >>`, '/X Do '.repeat(10)));
  }
  const resources = `/XObject << /X ${3 + objects.length} 0 R >>`;
  return file('berat.pdf', pdf(['/X Do'], { objects, resources }));
}

/** A valid letter of this size, give or take a kilobyte, filled up with a comment. */
export const letterOf = (bytes: number, name = 'pindaian.pdf'): LetterFile =>
  file(name, pdf([`${TEXT}\n%${'x'.repeat(bytes - pdf([TEXT]).length)}`]));

/** Every kind of file that is refused, with the message; `plain` is the message without script where it differs. */
export const REFUSED: { file: LetterFile; scripted: string; plain?: string }[] = [
  { file: file('kosong.pdf', Buffer.alloc(0)), scripted: 'Berkas kosong.' },
  {
    file: letterOf(LIMIT + 40_000, 'besar.pdf'),
    scripted: 'Ukuran berkas 2,1 MB. Paling besar 2 MB.',
    plain: 'Berkas lebih dari 2 MB.',
  },
  { file: file('surat.pdf', Buffer.from('PK\x03\x04 sebuah dokumen lain')), scripted: 'Berkas ini bukan PDF, apa pun namanya.' },
  { file: file('terpotong.pdf', pdf([TEXT]).subarray(0, 400)), scripted: 'Berkas PDF rusak dan tidak dapat dibaca.' },
  { file: file('terkunci.pdf', lockedPdf([TEXT])), scripted: 'Berkas terkunci dengan kata sandi.' },
  {
    file: file('skrip.pdf', pdf([TEXT], { catalogue: '/OpenAction << /S /JavaScript /JS (app.alert(1)) >>' })),
    scripted: 'Berkas memuat skrip, yang tidak boleh ada dalam surat.',
  },
  {
    file: file('program.pdf', pdf([TEXT], { catalogue: '/OpenAction << /S /Launch /F (cmd.exe) >>' })),
    scripted: 'Berkas memuat perintah untuk membuka program atau berkas lain.',
  },
  {
    file: file('lampiran.pdf', withAttachment()),
    scripted: 'Berkas memuat lampiran di dalamnya.',
  },
];

function withAttachment(): Buffer {
  const names = '/Names << /EmbeddedFiles << /Names [(isi.txt) 4 0 R] >> >>';
  const objects = [
    '<< /Type /Filespec /F (isi.txt) /EF << /F 5 0 R >> >>',
    '<< /Type /EmbeddedFile /Length 3 >>\nstream\nisi\nendstream',
  ];
  return pdf([TEXT], { catalogue: names, objects });
}
