//! The form, its pickers, and the SiRUP page.

use domain::{
    applications::sirup::{ATTEMPTS, CUTOFF, PAUSE_MINUTES},
    indonesian::date,
    role::{ProfileType, Role},
};

pub const SAVES_ITSELF: &str = "Tersimpan sendiri selagi Anda mengisi.";
pub const FILLED_FROM_SIRUP: &str = "Periksa instansi dan satuan kerja Anda sebelum melanjutkan.";
pub const LETTER_LIMIT: &str = "Satu berkas PDF, paling besar 2 MB.";
pub const TYPE_FIRST: &str = "Pilih Jenis Instansi lebih dahulu.";
pub const INSTITUTION_FIRST: &str = "Pilih Nama Instansi lebih dahulu.";
pub const TYPE_FIRST_IN_FORM: &str = "Pilih Jenis Instansi pada formulir lebih dahulu.";
pub const INSTITUTION_FIRST_IN_FORM: &str = "Pilih Nama Instansi pada formulir lebih dahulu.";
pub const INSTITUTION_HINT: &str = "Ketik nama atau kode. Singkatan seperti Kemen. dikenali.";
pub const WORK_UNIT_HINT: &str = "Ketik nama atau kode, dalam urutan apa pun. Singkatan seperti Ditjen dikenali.";
pub const ADDRESS_HINT: &str = "Anda pendaftar pertama di sini. Alamat ini dipakai untuk pendaftar berikutnya.";
pub const COMPANY_NAME_HINT: &str = "Sama dengan nama pada NIB, boleh dengan PT, CV, atau bentuk lain.";
pub const NPWP_HINT: &str = "15 atau 16 angka. Titik dan tanda hubung boleh ditulis.";
pub const NIB_HINT: &str = "13 angka.";
pub const COMPANY_ADDRESS_HINT: &str = "Sama dengan alamat pada bukti.";
pub const SAME_WORK_UNIT: &str =
    "Sama dengan akses yang dilanjutkan dan tidak dapat diubah di sini. Untuk satuan kerja lain, ";
pub const SAME_COMPANY: &str = "Sama dengan akses yang dilanjutkan. Untuk perusahaan lain, ";
pub const START_ANOTHER: &str = "daftarkan akses baru";
pub const SAVE_FAILED: &str = "Belum tersimpan. Mencoba lagi…";
pub const NOT_SAVED: &str = "Tidak disimpan";
pub const SEARCH_FAILED: &str = "Pencarian belum dapat dijalankan. Coba lagi sebentar lagi.";

pub const NEW_ACCESS: &str = "Akses baru didaftarkan tanpa data SiRUP. Anda memilih instansi dan satuan kerja sendiri, \
                              lalu mengunggah surat yang membuktikan peran Anda.";
pub const PASSWORD_IS_NOT_KEPT: &str = "Dipakai satu kali untuk pemeriksaan, lalu dibuang. Tidak disimpan.";
pub const CHECKING_AT_SIRUP: &str = "Memeriksa di SiRUP, paling lama 10 detik.";

pub fn title(role: Role, repairs: bool, renews: bool) -> String {
    let what = match (repairs, renews) {
        (true, _) => "Perbaiki Pengajuan Akses",
        (false, true) => "Perpanjangan Akses",
        (false, false) => "Formulir Pendaftaran Akses",
    };
    format!("{what} {}", role.info().code)
}

pub const fn lead(profile_type: ProfileType, repairs: bool, renews: bool) -> &'static str {
    match (repairs, renews, profile_type) {
        (true, ..) => "Ubah yang ditandai; isian lain tetap tersimpan. ",
        (false, true, ProfileType::Penyedia) => "Periksa data perusahaan dan unggah bukti yang terbaru. ",
        (false, true, ProfileType::NonPenyedia) => "Isi masa berlaku yang baru dan unggah surat yang baru. ",
        (false, false, _) => "Semua isian wajib. ",
    }
}

/// SiRUP records another role than is applied for.
pub fn differing_role(role: Role) -> String {
    format!(
        "Anda mengajukan {}. Anda dapat melanjutkan; perbedaan ini juga ditampilkan kepada verifikator.",
        role.info().code
    )
}

/// The validity of an access for a company.
pub const fn company_validity(renews: bool) -> &'static str {
    match renews {
        true => "Akses dilanjutkan sampai satu tahun sejak disetujui.",
        false => "Akses berlaku satu tahun sejak disetujui.",
    }
}

/// What verifiers look for in the document: an icon and a line each.
pub const fn looked_for(profile_type: ProfileType) -> (&'static str, [(&'static str, &'static str); 3]) {
    match profile_type {
        ProfileType::Penyedia => (
            "Verifikator mencari tiga hal ini pada bukti:",
            [
                ("office", "Nama perusahaan, NPWP, NIB, dan alamat yang sama dengan isian."),
                ("user", "Nama Anda sebagai pengurus atau kuasa perusahaan."),
                ("calendar", "NIB yang masih berlaku."),
            ],
        ),
        ProfileType::NonPenyedia => (
            "Verifikator mencari tiga hal ini pada surat:",
            [
                ("calendar", "Tanggal mulai dan berakhirnya peran."),
                ("user", "Nama yang sama dengan nama pada akun."),
                ("edit", "Tanda tangan pejabat yang berwenang."),
            ],
        ),
    }
}

pub fn sirup_lead() -> String {
    format!("Untuk Anda yang terdaftar di SiRUP sebelum {}.", date(CUTOFF))
}

pub fn not_in_sirup() -> String {
    format!("Tidak terdaftar di SiRUP sebelum {}? ", date(CUTOFF))
}

/// Title and text of the warning about attempts.
pub fn attempts_left(left: u32) -> (String, String) {
    (
        format!("Sisa {left} dari {ATTEMPTS} percobaan"),
        format!("Setelah itu, pemeriksaan dijeda selama {PAUSE_MINUTES} menit."),
    )
}

/// The search page shows only the best matches.
pub fn more_options(more: usize) -> String {
    format!("Dan {more} lainnya. Tambah kata agar daftar lebih pendek.")
}
