//! The Indonesian sentences about settings.

use std::{fmt::Display, path::Path};

use backend::{reseal::Held, vault::Seal};
use domain::indonesian::count;

use super::{
    Environment,
    table::{Kind, SECTIONS, Setting},
};

pub const CORRECT: &str = "Pengaturan benar.";

/// How a fault names a setting: by the place where it is written.
#[derive(Clone, Copy, Debug)]
pub enum Label<'a> {
    Variable(&'a Setting),
    /// By its key, with the variable in brackets.
    Key(&'a Setting),
}

impl Display for Label<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(setting) => f.write_str(setting.variable),
            Self::Key(setting) => write!(f, "{} ({})", setting.key, setting.variable),
        }
    }
}

pub fn wrong(label: Label<'_>, reason: &str) -> String {
    format!("Pengaturan {label} salah: {reason}")
}

pub fn missing(setting: &Setting) -> String {
    format!("Pengaturan {} wajib diisi di lingkungan produksi.", Label::Key(setting))
}

/// A setting whose value is well formed and does not work.
pub fn unusable(setting: &Setting, error: impl Display) -> String {
    format!("Pengaturan {} tidak dapat dipakai: {error}", setting.variable)
}

/// Something is sealed with a secret that the settings do not have.
pub fn lost_secret(seal: Seal, held: Held) -> String {
    let which = match seal {
        Seal::By(id) => format!("rahasia {id}"),
        _ => "rahasia lain".to_owned(),
    };
    format!(
        "Pengaturan GERBANG_SECRETS_OLD tidak lengkap: {which} masih membuka {}. Kembalikan rahasia itu sampai `gerbang \
         admin secret status` mengatakan boleh dihapus.",
        holding(held)
    )
}

/// What a secret still opens.
pub fn holding(Held { keys, mails, letters }: Held) -> String {
    let parts = [(keys, "kunci"), (mails, "surel"), (letters, "surat")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(number.unsigned_abs())))
        .collect();
    parts.join(", ")
}

/// A file or folder that others of this machine may read.
pub fn exposed(setting: &Setting, path: &Path, mode: u32) -> String {
    let path = path.display();
    format!(
        "Pengaturan {} menunjuk {path}, yang dapat dibaca pengguna lain di mesin ini. Tutup dahulu: chmod {mode:o} {path}",
        setting.variable
    )
}

pub fn no_database(file: Option<&Path>) -> String {
    match file {
        Some(file) => format!("Tidak ada basis data Gerbang di {}. Periksa GERBANG_DATA_DIR.", file.display()),
        None => "Basis data pada GERBANG_DATABASE_URL tidak memuat tabel Gerbang.".to_owned(),
    }
}

pub fn other_version(version: i64) -> String {
    format!("Tabel basis data berasal dari versi lain (migrasi {version}). Jalankan `gerbang migrate` dahulu.")
}

pub fn unknown(name: &str) -> String {
    format!("Pengaturan {name} tidak dikenal. Periksa ejaannya pada tabel di README.")
}

pub fn unknown_section(name: &str) -> String {
    let known: Vec<String> = SECTIONS.iter().map(|(name, _)| format!("[{name}]")).collect();
    format!("Bagian [{name}] tidak dikenal. Bagian yang dikenal: {}.", known.join(", "))
}

pub fn not_a_section(name: &str) -> String {
    format!("Bagian [{name}] salah: tulis sebagai tabel, dengan satu pengaturan pada setiap baris.")
}

/// A key of files written before there were sections.
pub fn moved(old: &str, setting: &Setting) -> String {
    let (section, name) = setting.section_and_name();
    format!("Pengaturan {old} ({}) kini ditulis di bawah [{section}] dengan nama {name}.", setting.variable)
}

pub fn file_missing(file: &str) -> String {
    format!("berkas {file} tidak ada.")
}

pub fn file_unreadable(file: impl Display, error: impl Display) -> String {
    format!("Berkas pengaturan {file} tidak terbaca: {error}")
}

pub fn syntax(line: usize, message: &str) -> String {
    format!("baris {line}: {message}")
}

pub fn write_as(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Secret => "tulis nilainya di antara tanda petik.",
        Kind::Number => "tulis bilangan bulat tanpa tanda petik.",
        Kind::Flag => "tulis true atau false tanpa tanda petik.",
        Kind::Date => "tulis tanggal tanpa tanda petik, seperti 2024-08-01.",
        Kind::List => "tulis daftar teks, seperti [\"127.0.0.1\", \"10.0.0.0/8\"].",
    }
}

pub fn not(text: &str, expected: impl Display) -> String {
    format!("{text:?} bukan {expected}")
}

pub const AN_ENVIRONMENT: &str = "salah satu dari development, production.";
pub const AN_ADDRESS: &str = "alamat seperti 127.0.0.1:3000.";
pub const A_WEB_ADDRESS: &str = "alamat http(s).";
pub const MEGABYTES: &str = "bilangan megabita seperti 500.";
pub const A_DATE: &str = "tanggal seperti 2024-08-01.";
pub const A_FLAG: &str = "true atau false.";
pub const A_NETWORK: &str = "alamat IP atau jaringan.";
pub const A_SENDER: &str = "pengirim seperti Gerbang <nama@instansi.go.id>.";
pub const A_MAIL_ADDRESS: &str = "alamat surel atau mailto:alamat.";
pub const A_DOCUMENT_STORE: &str = "alamat seperti file:///srv/surat atau s3://ember.";

pub fn a_number(least: u32, most: u32) -> String {
    format!("bilangan dari {least} sampai {most}.")
}

pub fn has_path(text: &str) -> String {
    format!("{text:?} tidak boleh memuat jalur; seluruh host dipakai.")
}

pub const BASE_URL_NEEDS_HTTPS: &str = "alamat harus https di lingkungan produksi.";
pub const SECRET_SHAPE: &str = "tulis 32 byte acak dalam base64, seperti hasil `openssl rand -base64 32`.";
pub const DATABASE_SHAPE: &str = "tulis sqlite:BERKAS atau postgres://…";
pub const S3_NEEDS_HTTPS: &str = "alamat harus https, kecuali documents.s3.allow_http (AWS_ALLOW_HTTP) bernilai true.";
pub const SIRUP_NEEDS_HTTPS: &str = "kata sandi SiRUP hanya boleh dikirim lewat https.";
pub const SMTP_SHAPE: &str = "tulis smtp://… atau smtps://…";
pub const SMTP_NEEDS_TLS: &str = "surel memuat tautan rahasia; tulis smtps://… atau smtp://…?tls=required.";
pub const REACHABLE: &str =
    "Pengaturan GERBANG_ENV wajib diisi (production atau development) bila Gerbang dapat dicapai dari luar mesin ini.";

/// `env` names another environment than the program serves.
pub fn serves_only(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "gerbang hanya melayani production; untuk pengembangan jalankan gerbang-dev.",
        Environment::Development => "gerbang-dev hanya melayani development; untuk produksi jalankan gerbang.",
    }
}

pub const SAMPLE_INTRODUCTION: &str = "\
# Pengaturan Gerbang. Simpan sebagai gerbang.toml, atau sebut berkasnya dalam GERBANG_CONFIG.
# Baris yang diawali # tanpa spasi memuat nilai bawaan atau contoh; hapus tandanya untuk memakainya.
# Variabel lingkungan di dalam kurung bermakna sama dan didahulukan; rahasia boleh ditaruh di sana.
# Periksa dengan `gerbang config check`.
";
pub const REQUIRED: &str = "Wajib diisi di lingkungan produksi.";

pub fn for_example(literal: &str) -> String {
    format!("Contoh: {literal}")
}
