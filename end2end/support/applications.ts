/** Applications that a test needs but is not about: made through the product's own forms, without a screen. */

import { expect } from '@playwright/test';
import { type Day, FIRST, LAST } from './dates';
import { type File, letter } from './letters';
import { post } from './people';
import type { Visitor } from './visitor';

/** What a test wants of an application. */
export interface Wish {
  role?: 'pa' | 'kpa';
  type?: 'kementerian' | 'lembaga' | 'provinsi';
  institution?: string;
  workUnit?: string;
  address?: string;
  /** The last day of the role. */
  last?: Day;
  file?: File;
}

export interface Submitted {
  id: string;
  reference: string;
}

/** An office of a province. */
export const office = (province: string, name = 'Dinas Kesehatan'): Wish => ({
  type: 'provinsi',
  institution: `Provinsi ${province}`,
  workUnit: `${name} ${province}`,
});

/** A draft that has just been opened (guide step 2). */
export async function openDraft(person: Visitor, role: 'pa' | 'kpa' = 'pa'): Promise<string> {
  const path = await post(person, '/akses/baru', { profile_type: 'non_penyedia', role });
  return path.split('/')[3];
}

/** A draft at an empty form (step 10), without SiRUP. */
export async function emptyForm(person: Visitor, role: 'pa' | 'kpa' = 'pa'): Promise<string> {
  const id = await openDraft(person, role);
  await post(person, `/akses/pengajuan/${id}/sirup`, { aksi: 'baru' });
  return id;
}

/** A draft with all that is required (step 11). */
export async function filledDraft(person: Visitor, wish: Wish = {}): Promise<string> {
  const { type = 'kementerian', institution = 'Kementerian Kesehatan', workUnit = 'Biro Hukum dan Organisasi' } = wish;
  const last = wish.last ?? LAST;
  const id = await emptyForm(person, wish.role);
  const chosen = await pick(person, 'instansi', { kind: type, query: institution }, institution);
  const fields = {
    version: (await hidden(person, `/akses/pengajuan/${id}/formulir`)).version,
    aksi: 'ajukan',
    institution_type: type,
    institution: chosen,
    work_unit: await pick(person, 'satker', { institution: chosen, query: workUnit }, workUnit),
    address: wish.address ?? 'Jalan Merdeka Barat Nomor 12, Jakarta',
    first_day: `${FIRST.day}`,
    first_day_month: `${FIRST.month}`,
    first_day_year: `${FIRST.year}`,
    last_day: `${last.day}`,
    last_day_month: `${last.month}`,
    last_day_year: `${last.year}`,
  };
  const to = await post(person, `/akses/pengajuan/${id}/formulir`, fields, wish.file ?? letter());
  expect(to).toBe(`/akses/pengajuan/${id}/tinjau`);
  return id;
}

/** An application that waits for a verifier (step 13). */
export async function submitted(person: Visitor, wish: Wish = {}): Promise<Submitted> {
  return sent(person, await filledDraft(person, wish));
}

/** Sends a draft with all that is required (step 12). */
export async function sent(person: Visitor, id: string): Promise<Submitted> {
  const path = `/akses/pengajuan/${id}/tinjau`;
  const { version, letter } = await hidden(person, path);
  await post(person, path, { version, letter, confirmation: 'ya' });
  const status = await (await person.context.request.get(`/akses/pengajuan/${id}/status`)).text();
  return { id, reference: /GB-\d\d-\d{6}-\d/.exec(status)![0] };
}

/** Takes a case; who holds it can decide it. */
export async function taken(verifier: Visitor, { id }: Submitted): Promise<void> {
  await post(verifier, `/verifikasi/${id}/ambil`, {});
}

/** Gives a verdict (steps 14 and 15): approves, or rejects for a reason. */
export async function decided(verifier: Visitor, application: Submitted, reason?: string): Promise<void> {
  const path = `/verifikasi/${application.id}`;
  await taken(verifier, application);
  const page = await (await verifier.context.request.get(`${path}?tindak=tolak`)).text();
  const version: [string, string] = ['version', /name="version" value="(\d+)"/.exec(page)![1]];
  const checks = [...page.matchAll(/name="check" value="([^"]+)"/g)].map(([, id]): [string, string] => ['check', id]);
  expect(checks, 'a check list').not.toEqual([]);
  const title = /<option value="([\w-]{36})"[^>]*>Surat tidak terbaca/.exec(page);
  await post(
    verifier,
    path,
    reason === undefined
      ? [version, ['verdict', 'approve'], ...checks]
      : [version, ['verdict', 'reject'], ['reason_title', title![1]], ['reason', reason]],
  );
}

/** Sends an application back to be repaired: one note for each mark. */
export async function returned(verifier: Visitor, application: Submitted, marks: Record<string, string>): Promise<void> {
  const path = `/verifikasi/${application.id}`;
  await taken(verifier, application);
  const { version } = await hidden(verifier, path);
  const fields = Object.entries(marks).flatMap(([field, note]): [string, string][] => [
    ['mark', field],
    [`note_${field}`, note],
  ]);
  await post(verifier, path, [['version', version], ['verdict', 'return'], ...fields]);
}

/** The hidden fields of the forms of a page. */
async function hidden(person: Visitor, path: string): Promise<Record<string, string>> {
  const page = await (await person.context.request.get(path)).text();
  const inputs = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, value]));
}

/** What a picker finds under this very name. */
export async function pick(person: Visitor, picker: string, params: Record<string, string>, name: string): Promise<string> {
  const answer = await person.context.request.get(`/api/${picker}`, { params });
  const { options } = (await answer.json()) as { options: { id: string; name: string }[] };
  const found = options.find((option) => option.name === name);
  expect(found, `${picker} ${name}`).toBeDefined();
  return found!.id;
}
