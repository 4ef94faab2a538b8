//! The status page.

use domain::{applications::views::QueuePlace, role::ProfileType};

use super::document;

pub const APPROVED: &str = "Akses Anda disetujui";
pub const REJECTED: &str = "Pengajuan Anda ditolak";
pub const REJECTED_LEAD: &str = "Anda dapat mendaftar ulang sekarang; isian lama sudah kami siapkan.";
pub const RETURNED: &str = "Pengajuan Anda perlu diperbaiki";
pub const RETURNED_LEAD: &str = "Perbaiki yang disebut di bawah, lalu kirim kembali. Isian lain tetap tersimpan, dan \
                                 pengajuan kembali kepada verifikator yang sama.";
pub const REOPENED: &str = "Pengajuan Anda ditinjau kembali";
pub const WITHDRAWN: &str = "Pengajuan dibatalkan";
pub const WITHDRAWN_LEAD: &str = "Pengajuan ini tidak diproses lagi.";
pub const RECEIVED: &str = "Pengajuan Anda sudah kami terima";
/// The address of the person follows each of these.
pub const NOTIFIED_AT: &str = "Pemberitahuan sudah dikirim ke ";
pub const NEW_DECISION_GOES_TO: &str = "Keputusan baru dikirim ke ";
pub const NOTHING_TO_DO: &str = "Tidak ada yang perlu Anda lakukan sekarang. Keputusan dikirim ke ";

pub const IN_REVIEW: &str = "Seorang verifikator sedang memeriksa pengajuan Anda.";
pub const STATUS_CHANGES: &str = "Status berubah menjadi Sedang Ditinjau.";
pub const DECISIONS: &str = "Disetujui: akses langsung aktif. Perlu Perbaikan atau Ditolak: alasan dan langkah berikutnya \
                             ada dalam surel.";
pub const WITHDRAWING: &str = "Pengajuan tidak diproses lagi dan tidak dapat dikembalikan. Anda dapat mendaftar baru \
                               kapan saja.";

/// Title above a notice: see `domain::applications::texts::notice`.
pub const fn notice_title(open: bool) -> &'static str {
    if open { "Keputusan sebelumnya dibuka kembali" } else { "Akses dicabut" }
}

pub fn comparing(profile_type: ProfileType) -> String {
    format!("Verifikator mencocokkan {} dengan data", document(profile_type))
}

pub fn place(place: Option<QueuePlace>) -> String {
    match place {
        Some(QueuePlace { place, of }) => {
            format!("Urutan ke-{place} dari {of} dalam antrean nasional. Belum diambil verifikator.")
        }
        None => "Dalam antrean nasional.".to_owned(),
    }
}

pub fn updates_itself(updated: &str) -> String {
    format!("Halaman ini memperbarui diri. Terakhir {updated}")
}
