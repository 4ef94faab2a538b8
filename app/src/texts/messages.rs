//! Sentences of shared components: loading and failed pages, pages that do not exist, and messages of forms.

pub const LOADING: &str = "Memuat…";
pub const PAGE_FAILED: &str = "Halaman belum dapat ditampilkan";
pub const PAGE_FAILED_NOTE: &str = "Sistem belum dapat menjawab. Isian yang sudah tersimpan tetap aman.";

pub const NOT_FOUND: &str = "Halaman tidak ditemukan";
pub const NOT_FOUND_ADVICE: &str =
    "Alamat ini tidak ada, atau bukan milik akun Anda. Periksa alamatnya, atau mulai dari Manajemen Akses.";

pub const LINK_OVER: &str = "Tautan tidak berlaku";
pub const LINK_NOT_OPEN: &str = "Buka lagi tautan dari surel";
pub const LINK_NOT_OPEN_ADVICE: &str = "Halaman ini dibuka dengan tautan dari surel Anda, dan setelah 30 menit tautan \
                                        itu perlu dibuka lagi. Tautan tidak hangus karena dibuka.";

pub const TO_REPAIR: &str = "Perlu perbaikan: ";

/// The heading of the error summary of a long form.
pub fn fields_to_repair(count: usize) -> String {
    format!("Ada {count} isian yang perlu diperbaiki")
}
