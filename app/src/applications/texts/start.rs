//! Starting an application, again or for the first time, and renewing an access.

use domain::{accesses::Renewal, role::ProfileType};

pub const LEAD: &str = "Pilih untuk peran apa akses ini dipakai.";
/// What to prepare.
pub const PREPARE: [&str; 3] = [
    "Username dan kata sandi SiRUP bila Anda terdaftar sebelum tanggal batas pada langkah berikutnya.",
    "Surat yang membuktikan peran Anda, satu berkas PDF paling besar 2 MB.",
    "Untuk Penyedia: NPWP, NIB, dan bukti badan usaha sebagai PDF.",
];
pub const AGAIN: &str = "Isian, surat, dan hubungan SiRUP dari pengajuan lama kami siapkan kembali. Alasan penolakan \
                         tampil di sampingnya.";

pub const fn profile_type_note(profile_type: ProfileType) -> &'static str {
    match profile_type {
        ProfileType::NonPenyedia => "Pejabat yang menggunakan anggaran: PA dan KPA.",
        ProfileType::Penyedia => "Pelaku usaha yang memasok barang atau jasa. Role tidak perlu dipilih.",
    }
}

/// Title and lead of the page of a renewal. `None` if the access cannot be renewed now; `begun` if a draft exists.
pub const fn renewal(renewal: Option<Renewal>, begun: bool, profile_type: ProfileType) -> (&'static str, &'static str) {
    match (renewal, begun, profile_type) {
        (None, ..) => ("Perpanjang akses", "Akses ini tidak dapat diperpanjang sekarang."),
        (Some(_), true, _) => {
            ("Lanjutkan perpanjangan", "Perpanjangan akses ini sudah Anda mulai. Isian yang tersimpan masih ada.")
        }
        (Some(Renewal::Extend), false, ProfileType::Penyedia) => (
            "Perpanjang akses",
            "Periksa data perusahaan dan unggah bukti yang terbaru. Setelah disetujui, akses berlanjut tanpa jeda.",
        ),
        (Some(Renewal::Revive), false, ProfileType::Penyedia) => (
            "Aktifkan kembali akses",
            "Periksa data perusahaan dan unggah bukti yang terbaru. Akses aktif kembali setelah disetujui.",
        ),
        (Some(Renewal::Extend), false, ProfileType::NonPenyedia) => (
            "Perpanjang akses",
            "Isi masa berlaku yang baru dan unggah surat yang baru. Setelah disetujui, akses berlanjut tanpa jeda.",
        ),
        (Some(Renewal::Revive), false, ProfileType::NonPenyedia) => (
            "Aktifkan kembali akses",
            "Isi masa berlaku yang baru dan unggah surat yang baru. Akses aktif kembali setelah disetujui.",
        ),
    }
}
