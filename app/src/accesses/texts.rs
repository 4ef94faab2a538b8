//! The sentences of Manajemen Akses and of Pengaturan Informasi Instansi/Perusahaan.

use domain::{
    accesses::{AccessState, overview::Overview},
    indonesian::{capitalised, words},
    status::Status,
};

pub const NO_ACCESS: &str = "Hubungkan akses SiRUP Anda atau buat akses baru. Biasanya selesai dalam lima menit.";
pub const READY: &str = "Siap dipakai untuk memasuki platform.";
pub const UPDATES_ITSELF: &str = "Status berubah sendiri, tanpa memuat ulang halaman.";
pub const DISCARDING: &str =
    "Isian dan surat dalam draf ini tidak dapat dikembalikan. Anda dapat memulai lagi kapan saja.";
pub const HISTORY_LEAD: &str = "Instansi, satuan kerja, dan perusahaan yang pernah Anda ajukan, dengan statusnya.";
pub const NO_HISTORY: &str = "Instansi atau perusahaan Anda tercantum di sini setelah pengajuan pertama dikirim.";

/// `Dua akses aktif. Satu pengajuan menunggu verifikasi, satu ditolak.`
pub fn lead(data: &Overview) -> String {
    let active = data.accesses.iter().filter(|access| access.state == AccessState::Active).count();
    let count = |wanted: fn(Status) -> bool| data.applications.iter().filter(|item| wanted(item.status)).count();
    let parts = [
        (count(Status::is_waiting), "menunggu verifikasi"),
        (count(|status| status == Status::Returned), "perlu perbaikan"),
        (count(|status| status == Status::Rejected), "ditolak"),
        (count(|status| status == Status::Draft), "masih draf"),
    ];
    let mut sentences = Vec::new();
    if active > 0 {
        sentences.push(format!("{} akses aktif.", capitalised(&words(active))));
    }
    let mut named = false;
    let listed: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| {
            let noun = if named { "" } else { " pengajuan" };
            named = true;
            format!("{}{noun} {what}", words(count))
        })
        .collect();
    if !listed.is_empty() {
        sentences.push(format!("{}.", capitalised(&listed.join(", "))));
    }
    if sentences.is_empty() { "Belum ada akses aktif.".to_owned() } else { sentences.join(" ") }
}
