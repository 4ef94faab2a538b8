/** Writes PDFs, so that no binary files lie in the repository. */

import { createHash } from 'node:crypto';

/** Parts of a PDF beyond its pages. */
export interface PdfParts {
  /** Entries of the catalogue. */
  catalogue?: string;
  /** Objects, numbered from 4. */
  objects?: string[];
  /** Entries of the resources of every page. */
  resources?: string;
  /** Entries of the trailer. */
  trailer?: string;
  /** Encrypts the strings and streams of an object, by its number. */
  cipher?: (number: number, text: Buffer) => Buffer;
}

/** Writes a PDF (ISO 32000-1, 7.5) with a page for each content stream: header, objects, cross-reference table, trailer. */
export function pdf(contents: string[], extra: PdfParts = {}): Buffer {
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

/** A content stream that writes these lines. */
export const textOf = (...lines: string[]) =>
  ['BT /F1 12 Tf 72 760 Td 18 TL', ...lines.map((line) => `(${line}) Tj T*`), 'ET'].join('\n');

/** A PDF locked with a password by the standard security handler, revision 2 (ISO 32000-1, 7.6.3): RC4 with 40 bits. */
export function lockedPdf(contents: string[]): Buffer {
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
  return pdf(contents, { objects, trailer, cipher });
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
