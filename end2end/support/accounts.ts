/** Accounts: those of the development data, and addresses for new ones. */

export interface Account {
  email: string;
  name: string;
  password: string;
}

/** The password of every account. */
export const PASSWORD = 'Gerbang-2026';
/** The password of every account of the SiRUP simulator. */
export const SIRUP_PASSWORD = 'Sirup-2023';

const account = (email: string, name: string): Account => ({ email, name, password: PASSWORD });

/** Applicants. */
export const SITI = account('siti.pa@contoh.go.id', 'Siti Rahmawati');
export const BUDI = account('budi.kpa@contoh.go.id', 'Budi Santoso');
/** The access as PA has expired. */
export const WAYAN = account('wayan.pa@contoh.go.id', 'Wayan Sudiarta');
/** A supplier with an active access. */
export const TOKO = account('toko@contoh.co.id', 'Toko Sinar Jaya');
/** Verifiers of all institutions. */
export const RATNA = account('verifikator@contoh.go.id', 'Ratna Wulandari');
export const HENDRA = account('verifikator2@contoh.go.id', 'Hendra Gunawan');
/** A supervisor. */
export const MADE = account('penyelia@contoh.go.id', 'Made Suardana');
/** Administrators: one proposes a supervisor or an administrator, the other confirms. */
export const AGUS = account('admin@contoh.go.id', 'Agus Setiawan');
export const ENDANG = account('admin2@contoh.go.id', 'Endang Lestari');

let addresses = 0;

/** An address without an account. */
export function newAddress(host = 'contoh.go.id'): string {
  addresses += 1;
  return `pemohon.${process.pid}.${addresses}@${host}`;
}
