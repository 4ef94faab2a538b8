//! The review page.

use domain::role::ProfileType;

use super::document;

pub const DIFFERING_ROLE: &str = "Perbedaan ini juga ditampilkan kepada verifikator.";
pub const CONFIRMATION: &str = "Saya menyatakan bahwa data dan dokumen di atas benar.";
pub const CONFIRMATION_NOTE: &str = "Data yang tidak benar dapat membatalkan akses dan menjadi tanggung jawab saya.";
pub const BACK_TO_SAME_VERIFIER: &str =
    "Pengajuan kembali kepada verifikator yang meminta perbaikan, dengan nomor yang sama.";
pub const WHILE_WAITING: &str =
    "Selama menunggu, data tidak dapat diubah, tetapi pengajuan dapat dibatalkan kapan saja.";

pub fn lead(profile_type: ProfileType) -> String {
    format!("Pastikan setiap data sama dengan yang tertulis pada {}.", document(profile_type))
}

/// The address of the person follows.
pub fn promise(working_days: u32) -> String {
    format!(
        "Pengajuan diperiksa oleh Verifikator Akses INAPROC paling lama {working_days} hari kerja. Keputusan dikirim ke "
    )
}
