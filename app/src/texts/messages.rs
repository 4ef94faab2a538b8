//! Sentences of shared components: loading and failed pages, pages that do not exist, and messages of forms.

pub const LOADING: &str = "Memuat…";
pub const PAGE_FAILED: &str = "Halaman belum dapat ditampilkan";
pub const PAGE_FAILED_NOTE: &str = "Sistem belum dapat menjawab. Isian yang sudah tersimpan tetap aman.";

pub const NOT_FOUND: &str = "Halaman tidak ditemukan";
pub const NOT_FOUND_ADVICE: &str =
    "Alamat ini tidak ada, atau bukan milik akun Anda. Periksa alamatnya, atau mulai dari Manajemen Akses.";

pub const LINK_OVER: &str = "Tautan tidak berlaku";

pub const TO_REPAIR: &str = "Perlu perbaikan: ";

/// The heading of the error summary of a long form.
pub fn fields_to_repair(count: usize) -> String {
    format!("Ada {count} isian yang perlu diperbaiki")
}
