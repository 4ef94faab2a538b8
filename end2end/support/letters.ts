/** Letters, good and bad: PDFs written here, so that no binary file lies in the project. */

import { createHash } from 'node:crypto';

/** A file as a person picks it. */
export interface File {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** The largest letter that is taken, in bytes. */
export const MOST = 2_097_152;

const file = (name: string, buffer: Buffer): File => ({ name, mimeType: 'application/pdf', buffer });

/** What a PDF holds beyond its pages. */
interface Extra {
  /** Entries of the catalogue. */
  catalogue?: string;
  /** Objects, numbered from 4. */
  objects?: string[];
  /** Entries of what the pages draw with. */
  resources?: string;
  /** Entries of the trailer. */
  trailer?: string;
  /** What encrypts the strings and streams of an object, by its number. */
  cipher?: (number: number, text: Buffer) => Buffer;
}

/** Writes a PDF (ISO 32000-1, 7.5) of pages that draw these contents: header, objects, cross-reference table, trailer. */
function pdf(contents: string[], extra: Extra = {}): Buffer {
  const { cipher = (_, text) => text, objects: others = [], resources = '' } = extra;
  const first = 4 + others.length;
  const kids = contents.map((_, at) => `${first + 2 * at} 0 R`);
  const objects: (string | Buffer)[] = [
    `<< /Type /Catalog /Pages 2 0 R ${extra.catalogue ?? ''} >>`,
    `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...others,
  ];
  for (const text of contents) {
    const number = objects.length + 2;
    const content = cipher(number, Buffer.from(text));
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${number} 0 R ` +
        `/Resources << /Font << /F1 3 0 R >> ${resources} >> >>`,
      Buffer.concat([Buffer.from(`<< /Length ${content.length} >>\nstream\n`), content, Buffer.from('\nendstream')]),
    );
  }
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  let at = parts[0].length;
  const table = ['0000000000 65535 f \n'];
  objects.forEach((object, index) => {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]);
    table.push(`${String(at).padStart(10, '0')} 00000 n \n`);
    at += part.length;
    parts.push(part);
  });
  const trailer = `<< /Size ${table.length} /Root 1 0 R ${extra.trailer ?? ''} >>`;
  parts.push(Buffer.from(`xref\n0 ${table.length}\n${table.join('')}trailer\n${trailer}\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** What draws these lines. */
const says = (...lines: string[]) =>
  ['BT /F1 12 Tf 72 760 Td 18 TL', ...lines.map((line) => `(${line}) Tj T*`), 'ET'].join('\n');

const TEXT = says('KEPUTUSAN', 'tentang penunjukan pejabat pengelola anggaran', 'Jakarta, 2 Januari');

/** A letter as it should be. */
export const letter = (name = 'surat jabatan.pdf', pages = 1): File => file(name, pdf(Array<string>(pages).fill(TEXT)));

/** A letter whose pages say these lines. */
export const letterSaying = (...pages: string[][]): File => file('surat.pdf', pdf(pages.map((lines) => says(...lines))));

/** A letter without a word: of each page there is only a picture. */
export const scan = (pages = 1): File => file('pindaian.pdf', pdf(Array<string>(pages).fill('72 600 400 40 re f')));

/** A letter that takes for ever to draw: its page draws something ten times, which draws another ten times, and so on. */
export function endless(): File {
  const form = (resources: string, content: string) =>
    `<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] ${resources} /Length ${content.length} >>\nstream\n${content}\nendstream`;
  const objects = [form('', '0 0 500 500 re f')];
  while (objects.length < 12) {
    objects.push(form(`/Resources << /XObject << /X ${3 + objects.length} 0 R >> >>`, '/X Do '.repeat(10)));
  }
  const resources = `/XObject << /X ${3 + objects.length} 0 R >>`;
  return file('berat.pdf', pdf(['/X Do'], { objects, resources }));
}

/** A good letter of some bytes, give or take a kilobyte; a comment is content that draws nothing. */
export const letterOf = (bytes: number, name = 'pindaian.pdf'): File =>
  file(name, pdf([`${TEXT}\n%${'x'.repeat(bytes - pdf([TEXT]).length)}`]));

/** Every file that is refused, with what is said of it; where it differs, with script and without. */
export const REFUSED: { file: File; scripted: string; plain?: string }[] = [
  { file: file('kosong.pdf', Buffer.alloc(0)), scripted: 'Berkas kosong.' },
  {
    file: letterOf(MOST + 40_000, 'besar.pdf'),
    scripted: 'Ukuran berkas 2,1 MB. Paling besar 2 MB.',
    plain: 'Berkas lebih dari 2 MB.',
  },
  { file: file('surat.pdf', Buffer.from('PK\x03\x04 sebuah dokumen lain')), scripted: 'Berkas ini bukan PDF, apa pun namanya.' },
  { file: file('terpotong.pdf', pdf([TEXT]).subarray(0, 400)), scripted: 'Berkas PDF rusak dan tidak dapat dibaca.' },
  { file: file('terkunci.pdf', locked()), scripted: 'Berkas terkunci dengan kata sandi.' },
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

/** Locked with a password by the standard security handler, revision 2 (ISO 32000-1, 7.6.3): RC4 with 40 bits. */
function locked(): Buffer {
  const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
  const padded = Buffer.concat([Buffer.from('rahasia'), padding]).subarray(0, 32);
  const id = Buffer.from('0123456789abcdef');
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(-4);
  const owner = rc4(md5(padded).subarray(0, 5), padded);
  const key = md5(padded, owner, permissions, id).subarray(0, 5);
  const user = rc4(key, padding);
  const objects = [
    `<< /Filter /Standard /V 1 /R 2 /O <${owner.toString('hex')}> /U <${user.toString('hex')}> /P -4 >>`,
  ];
  const cipher = (number: number, text: Buffer) =>
    rc4(md5(key, Buffer.from([number, 0, 0, 0, 0])).subarray(0, 10), text);
  const trailer = `/Encrypt 4 0 R /ID [<${id.toString('hex')}> <${id.toString('hex')}>]`;
  return pdf([TEXT], { objects, trailer, cipher });
}

function md5(...parts: Buffer[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}

function rc4(key: Buffer, text: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, at) => at);
  const swap = (a: number, b: number) => ([state[a], state[b]] = [state[b], state[a]]);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i] + key[i % key.length]) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return text.map((byte) => {
    i = (i + 1) & 255;
    j = (j + state[i]) & 255;
    swap(i, j);
    return byte ^ state[(state[i] + state[j]) & 255];
  }) as Buffer;
}
