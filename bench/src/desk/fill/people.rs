//! Ids, names and numbers of made-up applicants and verifiers.

use uuid::Uuid;

use crate::data::Dice;

/// Applicants.
pub const PEOPLE: u64 = 200_000;
pub const VERIFIERS: u64 = 100;

const FIRST: &[&str] = &[
    "Agus", "Ahmad", "Andi", "Anisa", "Ari", "Ayu", "Bambang", "Budi", "Citra", "Dedi", "Dewi", "Dian", "Eko",
    "Endang", "Fajar", "Fitri", "Gunawan", "Hadi", "Hendra", "Indah", "Intan", "Irfan", "Joko", "Kartika", "Lestari",
    "Lina", "Made", "Maya", "Muhammad", "Nur", "Putri", "Rahmat", "Ratna", "Rina", "Rizki", "Siti", "Slamet", "Sri",
    "Sutrisno", "Tri", "Wahyu", "Wayan", "Wulan", "Yanti", "Yusuf",
];
const LAST: &[&str] = &[
    "Aditya",
    "Anggraini",
    "Basuki",
    "Firmansyah",
    "Gultom",
    "Hakim",
    "Halim",
    "Handayani",
    "Harahap",
    "Hartono",
    "Hasanah",
    "Hidayat",
    "Irawan",
    "Kusuma",
    "Lubis",
    "Maulana",
    "Nasution",
    "Nugroho",
    "Permana",
    "Pratama",
    "Purnomo",
    "Purwanto",
    "Rahayu",
    "Rahmawati",
    "Ramadhan",
    "Santoso",
    "Saputra",
    "Sari",
    "Setiawan",
    "Siregar",
    "Situmorang",
    "Suharto",
    "Sukma",
    "Suryadi",
    "Susanti",
    "Utami",
    "Utomo",
    "Wahyuni",
    "Wibowo",
    "Wijaya",
    "Yulianti",
    "Zulkarnain",
];
/// The id of a row. Ids of one kind sort by number, as real ones do by time.
pub fn id(kind: u64, number: u64) -> Uuid {
    // Version 7 and its variant (RFC 9562).
    Uuid::from_u64_pair(((0x0190_0000_0000 + number) << 16) | 0x7000 | kind, 0x8000_0000_0000_0000 | (number * 7919))
}

pub const USER: u64 = 1;
pub const DOCUMENT: u64 = 2;
pub const APPLICATION: u64 = 3;
pub const VERDICT: u64 = 4;
pub const RETURN: u64 = 5;
pub const ACCESS: u64 = 6;

/// The id of the `nth` verifier.
pub fn verifier(nth: u64) -> Uuid {
    id(USER, PEOPLE + nth % VERIFIERS)
}

/// The e-mail address of the `nth` verifier.
pub fn verifier_email(nth: u64) -> String {
    email(PEOPLE + nth % VERIFIERS)
}

pub fn email(nth: u64) -> String {
    format!("orang{nth}@contoh.go.id")
}

pub fn person(nth: u64) -> Uuid {
    id(USER, nth)
}

pub fn name(nth: u64) -> String {
    let mut dice = Dice::new(nth);
    format!("{} {} {}", dice.pick(FIRST), dice.pick(LAST), dice.pick(LAST))
}

pub fn nip(nth: u64) -> String {
    let mut dice = Dice::new(nth);
    let (year, month, day) = (1965 + dice.roll(35), 1 + dice.roll(12), 1 + dice.roll(28));
    format!("{year}{month:02}{day:02}{}{:02}{}{:03}", year + 24, 1 + dice.roll(12), 1 + nth % 2, nth % 1000)
}
