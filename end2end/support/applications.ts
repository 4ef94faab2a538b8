/** Applications that a test needs but is not about, made through the product's own forms without a screen. */

import { expect } from '@playwright/test';
import { type Day, FIRST, LAST } from './dates';
import { type LetterFile, letter } from './letters';
import { hiddenFields, pick, post } from './requests';
import type { Visitor } from './visitor';

/** The answers of an application; what is missing has a default. */
export interface Details {
  role?: 'pa' | 'kpa';
  type?: 'kementerian' | 'lembaga' | 'provinsi';
  institution?: string;
  workUnit?: string;
  address?: string;
  /** The last day of the role. */
  last?: Day;
  file?: LetterFile;
}

export interface Submitted {
  id: string;
  /** `GB-26-000001-7` */
  reference: string;
}

/** The details of an application for an office of a province. */
export const office = (province: string, name = 'Dinas Kesehatan'): Details => ({
  type: 'provinsi',
  institution: `Provinsi ${province}`,
  workUnit: `${name} ${province}`,
});

/** Makes a draft (guide step 2). Returns its id. */
export async function openDraft(person: Visitor, role: 'pa' | 'kpa' = 'pa'): Promise<string> {
  const path = await post(person, '/akses/baru', { profile_type: 'non_penyedia', role });
  return path.split('/')[3];
}

/** Makes a draft without SiRUP, at its empty form (guide step 10). Returns its id. */
export async function emptyForm(person: Visitor, role: 'pa' | 'kpa' = 'pa'): Promise<string> {
  const id = await openDraft(person, role);
  await post(person, `/akses/pengajuan/${id}/sirup`, { aksi: 'baru' });
  return id;
}

/** Makes a complete draft, ready for review (guide step 11). Returns its id. */
export async function filledDraft(person: Visitor, details: Details = {}): Promise<string> {
  const { type = 'kementerian', institution = 'Kementerian Kesehatan', workUnit = 'Biro Hukum dan Organisasi' } = details;
  const last = details.last ?? LAST;
  const id = await emptyForm(person, details.role);
  const chosen = await pick(person, 'instansi', { kind: type, query: institution }, institution);
  const fields = {
    version: (await hiddenFields(person, `/akses/pengajuan/${id}/formulir`)).version,
    aksi: 'ajukan',
    institution_type: type,
    institution: chosen,
    work_unit: await pick(person, 'satker', { institution: chosen, query: workUnit }, workUnit),
    address: details.address ?? 'Jalan Merdeka Barat Nomor 12, Jakarta',
    first_day: `${FIRST.day}`,
    first_day_month: `${FIRST.month}`,
    first_day_year: `${FIRST.year}`,
    last_day: `${last.day}`,
    last_day_month: `${last.month}`,
    last_day_year: `${last.year}`,
  };
  const to = await post(person, `/akses/pengajuan/${id}/formulir`, fields, details.file ?? letter());
  expect(to).toBe(`/akses/pengajuan/${id}/tinjau`);
  return id;
}

/** Makes an application that waits for a verifier (guide step 13). */
export async function submitted(person: Visitor, details: Details = {}): Promise<Submitted> {
  return sent(person, await filledDraft(person, details));
}

/** Submits a complete draft (guide step 12). */
export async function sent(person: Visitor, id: string): Promise<Submitted> {
  const path = `/akses/pengajuan/${id}/tinjau`;
  const { version, letter } = await hiddenFields(person, path);
  await post(person, path, { version, letter, confirmation: 'ya' });
  const status = await (await person.context.request.get(`/akses/pengajuan/${id}/status`)).text();
  return { id, reference: /GB-\d\d-\d{6}-\d/.exec(status)![0] };
}

/** Takes the lease of a case, which a verdict needs. */
export async function taken(verifier: Visitor, { id }: Submitted): Promise<void> {
  await post(verifier, `/verifikasi/${id}/ambil`, {});
}

/** Approves an application, or rejects it if there is a reason (guide steps 14 and 15). */
export async function decided(verifier: Visitor, application: Submitted, reason?: string): Promise<void> {
  const path = `/verifikasi/${application.id}`;
  await taken(verifier, application);
  const page = await (await verifier.context.request.get(`${path}?tindak=tolak`)).text();
  const version: [string, string] = ['version', /name="version" value="(\d+)"/.exec(page)![1]];
  const checks = [...page.matchAll(/name="check" value="([^"]+)"/g)].map(([, id]): [string, string] => ['check', id]);
  expect(checks, 'the case must have a check list').not.toEqual([]);
  const title = /<option value="([\w-]{36})"[^>]*>Surat tidak terbaca/.exec(page);
  await post(
    verifier,
    path,
    reason === undefined
      ? [version, ['verdict', 'approve'], ...checks]
      : [version, ['verdict', 'reject'], ['reason_title', title![1]], ['reason', reason]],
  );
}

/** Returns an application for repair, with a note for each marked field. */
export async function returned(verifier: Visitor, application: Submitted, marks: Record<string, string>): Promise<void> {
  const path = `/verifikasi/${application.id}`;
  await taken(verifier, application);
  const { version } = await hiddenFields(verifier, path);
  const fields = Object.entries(marks).flatMap(([field, note]): [string, string][] => [
    ['mark', field],
    [`note_${field}`, note],
  ]);
  await post(verifier, path, [['version', version], ['verdict', 'return'], ...fields]);
}
