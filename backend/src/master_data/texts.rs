//! Why an import refuses a row or a file, as the administrator reads it beside the number of the line.

use std::fmt::{Debug, Display};

pub(super) const EMPTY_FILE: &str = "berkas kosong";
pub(super) const FILE_NOT_UTF8: &str = "berkas bukan teks UTF-8";
pub(super) const NOT_AN_OBJECT: &str = "bukan objek JSON";
pub(super) const GATEWAY_FAILED: &str = "jawaban gateway menyatakan gagal (success: false)";
pub(super) const ONLY_A_PAGE: &str =
    "ini hanya sebagian data (has_more: true); ambil dan impor halaman berikutnya juga";
pub(super) const NO_TYPE: &str = "jenis kosong";

pub(super) fn unreadable_header(error: impl Display) -> String {
    format!("judul kolom tidak terbaca: {error}")
}

pub(super) fn unreadable_row(error: impl Display) -> String {
    format!("baris tidak terbaca: {error}")
}

pub(super) fn unreadable_from_here(error: impl Display) -> String {
    format!("berkas tidak terbaca dari sini: {error}")
}

pub(super) fn wrong_number_of_columns(found: usize, expected: usize) -> String {
    format!("berisi {found} kolom, seharusnya {expected}")
}

pub(super) fn column_not_utf8(column: &str) -> String {
    format!("kolom {column} bukan teks UTF-8")
}

pub(super) fn unreadable_value(key: &str) -> String {
    format!("nilai {key} tidak terbaca")
}

pub(super) fn unknown_type(kind: &str) -> String {
    format!("jenis {kind:?} tidak dikenal")
}

pub(super) fn empty(column: &str) -> String {
    format!("{column} kosong")
}

pub(super) fn too_long(column: &str, longest: usize) -> String {
    format!("{column} lebih dari {longest} huruf")
}

pub(super) fn control_character(column: &str) -> String {
    format!("{column} memuat karakter kendali")
}

pub(super) fn not_a_number(kd_satker: &str) -> String {
    format!("kd_satker {kd_satker:?} bukan angka")
}

pub(super) fn bad_years(part: impl Debug) -> String {
    format!("tahun_aktif memuat {part:?}")
}

pub(super) fn repeated(kd_satker: i64, first_line: usize) -> String {
    format!("kd_satker {kd_satker} sudah ada pada baris {first_line}")
}

pub(super) fn of_another_institution(kd_satker: Option<i64>) -> String {
    format!("kd_satker {kd_satker:?} tercatat pada instansi lain")
}

pub(super) fn unknown_institution(kd_klpd: &str) -> String {
    format!("instansi {kd_klpd} belum ada; impor instansi lebih dahulu")
}

pub(super) fn institution_not_added(kd_klpd: &str) -> String {
    format!("instansi {kd_klpd} tidak dapat ditambahkan")
}
