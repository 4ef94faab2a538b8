/** Dates in the time zone of Jakarta, and their Indonesian wording. */

export const MONTHS = [
  'Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November', 'Desember',
];

export interface Day {
  day: number;
  /** 1 to 12. */
  month: number;
  year: number;
}

const year = Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Jakarta', year: 'numeric' }).format(new Date()));

/** A period from the first day of this year to the last day of the next. */
export const FIRST: Day = { day: 1, month: 1, year };
export const LAST: Day = { day: 31, month: 12, year: year + 1 };

/** Today plus a number of days, which may be negative. */
export function inDays(days: number): Day {
  const date = new Date(Date.now() + days * 24 * 3600 * 1000);
  const [month, day, year] = new Intl.DateTimeFormat('en-US', { timeZone: 'Asia/Jakarta' }).format(date).split('/').map(Number);
  return { day, month, year };
}

/** `31 Desember 2026` */
export const inWords = ({ day, month, year }: Day) => `${day} ${MONTHS[month - 1]} ${year}`;

/** `1 Januari 2026 sampai 31 Desember 2027` */
export const PERIOD = `${inWords(FIRST)} sampai ${inWords(LAST)}`;
