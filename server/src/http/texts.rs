//! Sentences that people read where no page of the app answers.

pub const UNAVAILABLE: &str = "Sistem belum dapat menjawab. Coba lagi sebentar lagi.";
pub const FAULT: &str =
    "Terjadi gangguan pada sistem kami. Isian yang sudah tersimpan tetap aman. Coba lagi sebentar lagi.";
pub const BODY_LATE: &str = "Isian tidak sampai pada waktunya. Periksa jaringan Anda, lalu kirim lagi.";
pub const BODY_TOO_LARGE: &str = "Isian terlalu besar. Persingkat isian, lalu kirim lagi.";
pub const FOREIGN_ORIGIN: &str =
    "Permintaan ini tidak berasal dari halaman Gerbang dan ditolak. Buka Gerbang, lalu ulangi dari sana.";
pub const TOO_MUCH_SENT: &str = "Terlalu banyak permintaan dari akun Anda dalam satu menit. Coba lagi satu menit lagi.";
pub const TOO_MANY_ATTEMPTS: &str = "Terlalu banyak percobaan dari jaringan Anda. Coba lagi satu menit lagi.";

pub const SIGNED_OUT: &str = "Sesi Anda sudah berakhir. Masuk lagi, lalu ulangi.";
pub const FILE_NOT_FOUND: &str = "Berkas tidak ditemukan.";
pub const FILE_UNAVAILABLE: &str = "Berkas belum dapat ditampilkan. Coba lagi sebentar lagi.";
pub const LETTER_CHANGED: &str = "Surat kasus ini sudah berubah. Muat ulang halaman untuk melihat surat terbaru.";
pub const LETTER_PAGE_FAILED: &str = "Halaman ini tidak dapat ditampilkan. Untuk membacanya, unduh berkas aslinya.";
pub const LETTER_PAGE_UNAVAILABLE: &str =
    "Halaman ini tidak dapat ditampilkan. Muat ulang sebentar lagi, atau unduh berkas aslinya.";
