//! The sentences of the pages of the staff.

use domain::{indonesian::count, permission::StaffRole};

/// Key in the address, title and text of what was done.
pub const DONE: &[(&str, &str, &str)] = &[
    (
        "diundang",
        "Undangan dikirim",
        "Pemilik akun langsung mendapat perannya. Yang lain membuat akun lewat tautan dalam surel.",
    ),
    ("ditarik", "Undangan ditarik", "Tautan di dalam surelnya tidak berlaku lagi."),
    (
        "diusulkan",
        "Peran diusulkan",
        "Peran ini berlaku setelah administrator lain mengukuhkannya di halaman ini. Usulan berlaku 7 hari.",
    ),
    (
        "dikukuhkan",
        "Peran dikukuhkan",
        "Pemilik akun langsung mendapat perannya. Yang lain membuat akun lewat tautan dalam surel.",
    ),
    ("usulan-ditarik", "Usulan ditarik", "Peran yang diusulkan tidak diberikan."),
    ("diubah", "Tersimpan", "Peran dan lingkup yang baru berlaku mulai sekarang."),
    ("dicabut", "Peran dicabut", "Orang ini tidak lagi menjadi petugas. Kasus yang dipegangnya kembali ke antrean."),
    ("nonaktif", "Akun dinonaktifkan", "Semua sesinya berakhir, dan kasus yang dipegangnya kembali ke antrean."),
    ("aktif", "Akun diaktifkan", "Petugas ini dapat masuk lagi."),
];

/// The roles, each with its duties.
pub const ROLES: [(StaffRole, &str); 3] = [
    (StaffRole::Verifier, "Memeriksa dan memutus pengajuan dalam lingkupnya."),
    (StaffRole::Supervisor, "Verifikator yang juga dapat mengambil alih dan membuka kembali kasus."),
    (StaffRole::Admin, "Mengelola petugas, daftar, surel, dan tugas. Tidak memutus pengajuan."),
];

pub const DISABLE: &str = "Semua sesinya berakhir saat ini juga, dan kasus yang dipegangnya kembali ke antrean. Akun dapat \
                           diaktifkan lagi kapan saja.";
pub const DISMISS: &str = "Akunnya tetap ada sebagai akun biasa. Kasus yang dipegangnya kembali ke antrean, dan halaman \
                           petugas tidak dapat dibukanya lagi.";
pub const INVITE: &str = "Yang belum memiliki akun membuatnya lewat tautan, yang berlaku 7 hari.";
pub const CHANGE: &str = "Kasus yang sedang dipegangnya kembali ke antrean.";
/// Below the choice of a role: what becomes of the powerful ones.
pub const fn second(has_second: bool) -> &'static str {
    if has_second {
        "Peran Penyelia dan Administrator berlaku setelah dikukuhkan administrator lain."
    } else {
        "Peran Penyelia dan Administrator memerlukan administrator kedua, dan hanya Anda administrator yang aktif. Berikan \
         kedua peran itu dengan perintah di mesin server: gerbang admin role."
    }
}

pub const PROPOSED_BY_YOU: &str = "Menunggu administrator lain.";
pub const NATIONAL: &str = "Semua instansi.";
pub const SOME_INSTITUTIONS: &str = "Hanya instansi yang dicentang di bawah. Yang lain tidak terlihat sama sekali.";

pub const SEARCH: &str = "Ketik sebagian nama atau kode instansi, lalu centang.";
pub const SEARCH_FAILED: &str = "Pencarian belum dapat dijalankan. Periksa sambungan, lalu ketik lagi.";
pub const NOTHING_FOUND: &str = "Tidak ada instansi yang cocok. Coba kata lain.";

pub const INVITATION_OVER: &str = "Undangan ini sudah dipakai, ditarik, atau lebih lama dari 7 hari. Minta \
                                   administrator mengundang Anda lagi.";
pub const INVITATION_UNAVAILABLE: &str =
    "Sistem belum dapat menjawab. Undangan Anda tetap berlaku; coba lagi sebentar lagi.";
pub const NAME_HINT: &str = "Tampil pada putusan dan riwayat kasus, boleh dengan gelar.";

/// Below the title of the list.
pub fn active(members: usize) -> String {
    format!("{} petugas aktif. Setiap perubahan tercatat.", count(members as u64))
}

/// The result of a search of which all institutions are shown.
pub fn found(total: usize) -> String {
    format!("{} instansi cocok.", count(total as u64))
}

/// The result of a search of which only some institutions are shown.
pub fn found_more(total: usize, shown: usize) -> String {
    format!("{} instansi cocok, tampil {shown}. Tambah kata agar daftar lebih pendek.", count(total as u64))
}

/// How many institutions are ticked.
pub fn ticked(number: usize) -> String {
    match number {
        0 => " Belum ada yang dicentang.".to_owned(),
        number => format!(" {} dicentang.", count(number as u64)),
    }
}
