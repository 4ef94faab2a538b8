//! The sentences of the desk and of its settings. Short labels stay beside their controls.

use domain::{
    indonesian::{count, date_time, period, time, words},
    role::Role,
    status::{Status, Verdict},
    time::{Timestamp, Zone},
    validity::Validity,
    verification::{
        CaseFile, Decision, OtherAccess, SameLetter, SharedAccount, SharedThing, SharedWith, findings::Findings,
    },
};

// The queue

pub const NO_LIVE_UPDATES: &str = "Halaman ini tidak lagi diperbarui sendiri.";
pub const NO_LIVE_UPDATES_ADVICE: &str =
    "Sambungan sedang dicoba kembali; jika pesan ini tetap tampil, muat ulang halaman.";
pub const NOTHING_MATCHES: &str = "Tidak ada yang cocok";
pub const CHANGE_FILTER: &str = "Hapus saringan atau pilih bagian lain.";
pub const QUEUE_EMPTY: &str = "Antrean kosong";
pub const NEW_CASES_APPEAR: &str = "Pengajuan baru tampil di sini sendiri.";
pub const BEING_REPAIRED: &str = "Sedang diperbaiki pemohon";

/// Heading and text of a desk without an open case. `no_free_case`: **Ambil berikutnya** found none.
pub const fn no_case(no_free_case: bool) -> (&'static str, &'static str) {
    if no_free_case {
        (
            "Tidak ada kasus bebas",
            "Semua pengajuan dalam lingkup Anda sudah dipegang atau diputus. Yang baru tampil sendiri di antrean.",
        )
    } else {
        ("Pilih kasus dari antrean", "Ambil berikutnya memberi Anda pengajuan bebas yang paling lama menunggu.")
    }
}

// The case

pub const WITHDRAWN: &str = "Dibatalkan pemohon";
pub const NO_EMPLOYEE_NUMBER: &str = "belum diisi pada profil";
pub const FREE_CASE: &str = "Kasus ini bebas. Ambil dahulu untuk memutusnya.";
pub const OWN_APPLICATION: &str = "Pengajuan Anda sendiri. Putusan harus diberikan oleh verifikator lain.";
pub const CLOSE_APPLICANT: &str =
    "Pemohon memakai NIP atau NRP yang tercatat pada akun Anda. Putusan harus diberikan oleh verifikator lain.";
pub const NO_EARLIER_APPLICATIONS: &str = "Belum ada pengajuan lain dari orang ini.";
pub const TIMELINE_UNAVAILABLE: &str = "Linimasa belum dapat ditampilkan.";

/// The letter's findings, where they are not in the table.
pub const fn findings(findings: &Findings) -> Option<&'static str> {
    match findings {
        Findings::Scan => Some("Surat ini hasil pindai tanpa teks. Bandingkan dengan mata."),
        Findings::Reading => Some("Teks surat masih dibaca. Hasilnya menyusul."),
        Findings::Unreadable => Some("Teks surat tidak dapat dibaca. Bandingkan dengan mata."),
        Findings::Text(_) => None,
    }
}

/// Caption of the comparison, and heading of the letter's column.
pub const fn comparison(in_sirup: bool) -> (&'static str, &'static str) {
    if in_sirup {
        ("Data pengajuan, data SiRUP, dan halaman surat yang memuatnya", "Surat")
    } else {
        ("Data pengajuan dan halaman bukti yang memuatnya", "Bukti")
    }
}

/// The validity of a supplier's access, which is known only once it is approved.
pub fn supplier_validity(status: Status, validity: Validity) -> String {
    let days = period(validity.first(), validity.last());
    match status {
        Status::Approved => days,
        status if status.is_waiting() => format!("{days}, bila disetujui hari ini"),
        _ => "Satu tahun sejak disetujui".to_owned(),
    }
}

pub fn held_by(name: &str, until: Timestamp, zone: Zone) -> String {
    format!("Dipegang oleh {name} sampai {}.", time(until, zone))
}

// Notes beside a case

pub const FILE_IS_NEW: &str = "Berkas ini belum pernah dipakai pada pengajuan lain.";
pub const SAME_ADDRESS: &str = "Alamat sama dengan alamat tercatat.";
pub const OTHER_ADDRESS: &str = "Alamat tercatat berbeda:";
pub const ADDRESS_ON_RECORD: &str = "Alamat tercatat:";
pub const WITHOUT_SIRUP: &str = "Akses baru tanpa hubungan SiRUP.";
pub const PERIOD_OVER: &str = "Masa berlaku sudah lewat.";
pub const PERIOD_OVER_EFFECT: &str = " Akses yang disetujui langsung berstatus Kedaluwarsa.";
pub const RENEWAL: &str = "Perpanjangan";
pub const SAME_FILE: &str = "Berkas yang sama";

pub fn renewed_access(renews: Validity) -> String {
    format!(" akses yang berlaku {}.", period(renews.first(), renews.last()))
}

/// Heading and text for another access at the same place.
pub fn other_access(case: &CaseFile, other: &OtherAccess) -> (String, String) {
    let place = match case.role {
        Role::Pa => "instansi",
        _ if case.company.is_some() => "perusahaan",
        _ => "satuan kerja",
    };
    let who = if other.same_person { "pemohon sendiri" } else { &other.name };
    let days = period(other.validity.first(), other.validity.last());
    (
        format!("{} aktif lain pada {place} ini: ", other.role.info().code),
        format!("{who}, {}, {days}.", other.work_unit),
    )
}

pub fn same_file(same: &SameLetter) -> String {
    let whose = if same.same_person { "pemohon yang sama" } else { &same.name };
    format!(" dipakai {whose} pada {}. ", same.reference)
}

/// Number of accounts that a note names.
const MAX_NAMED: usize = 5;

/// Heading and text for something that other accounts share with the applicant.
pub fn shared_with(shared: &SharedWith) -> (String, String) {
    let title = match &shared.thing {
        SharedThing::EmployeeNumber { masked } => format!("Nomor pegawai yang sama ({masked})"),
        SharedThing::Phone { masked } => format!("Nomor ponsel yang sama ({masked})"),
        SharedThing::Device => "Perangkat yang sama".to_owned(),
    };
    let mut named: Vec<String> = shared.accounts.iter().take(MAX_NAMED).map(account).collect();
    if shared.accounts.len() > MAX_NAMED {
        named.push("akun lain".to_owned());
    }
    let how = match shared.thing {
        SharedThing::Device => " (alamat jaringan dan peramban, 30 hari terakhir)",
        _ => "",
    };
    (title, format!(" dipakai akun {}{how}.", list(&named)))
}

/// `Hendra Gunawan (hendra@contoh.go.id, Verifikator)`
fn account(account: &SharedAccount) -> String {
    let role = account.staff_role.map(|role| format!(", {}", role.label())).unwrap_or_default();
    let own = if account.own { ", akun Anda" } else { "" };
    format!("{} ({}{role}{own})", account.name, account.email)
}

/// `A`, `A dan B`, `A, B, dan C`
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} dan {other}"),
        [most @ .., last] => format!("{}, dan {last}", most.join(", ")),
    }
}

// Verdicts

/// `Disetujui: Siti Rahmawati.`
pub fn verdict_of(case: &CaseFile) -> String {
    let word = match case.decision.as_ref().map(|decision| decision.verdict) {
        Some(Verdict::Approve) => "Disetujui",
        Some(Verdict::Reject) => "Ditolak",
        Some(Verdict::Return) => "Perbaikan diminta",
        None => case.status.label(),
    };
    format!("{word}: {}.", case.name)
}

/// Title of the banner of the last verdict.
pub fn decision(decision: &Decision, status: Status, zone: Zone) -> String {
    let word = match decision.verdict {
        Verdict::Approve => "Disetujui",
        Verdict::Reject => "Ditolak",
        Verdict::Return if status.is_waiting() => "Sudah diperbaiki; perbaikan diminta",
        Verdict::Return => "Perbaikan diminta",
    };
    format!("{word} oleh {}, {}", decision.by, date_time(decision.at, zone))
}

/// How far a check list is ticked; an empty one prevents the approval.
pub fn checks_left(left: usize, is_empty: bool) -> String {
    match left {
        0 if is_empty => "Kosong".to_owned(),
        0 => "Lengkap".to_owned(),
        left => format!("{left} butir lagi untuk menyetujui"),
    }
}

// Dialogs

pub const REJECT: &str = "Tolak pengajuan ini?";
pub const REASON_HINT: &str = "Dikirim lewat surel dan tampil saat pemohon mendaftar ulang.";
pub const TAKE_OVER: &str = "Ambil alih kasus ini?";
pub const TAKE_OVER_EFFECT: &str = "Pemegang sekarang kehilangan kasus ini. Alasan Anda tercatat pada linimasa.";
pub const REOPEN: &str = "Buka kembali kasus ini?";
pub const REOPEN_EFFECT: &str =
    "Kasus kembali ke antrean. Akses yang sudah diberikan dicabut, dan pemohon diberi tahu lewat surel.";

// History and statistics

pub const HISTORY_LEAD: &str = "Pengajuan yang sudah diputus, yang terbaru lebih dahulu.";
pub const SEARCH_ADVICE: &str = "Periksa ejaan, atau cari dengan nomor pengajuan.";
pub const NO_REJECTIONS: &str = "Tidak ada penolakan pada periode ini.";
pub const NO_VERDICTS: &str = "Belum ada putusan pada periode ini.";

/// `1 November 2026 – 30 November 2026, Kementerian Kesehatan.`; without an institution, all in scope.
pub fn statistics_lead(days: &str, institution: Option<&str>) -> String {
    match institution {
        Some(name) => format!("{days}, {name}."),
        None => format!("{days}, semua instansi dalam lingkup Anda."),
    }
}

// Settings: a banner is the word of the address, a heading and a sentence.

pub const LISTS_DONE: &[(&str, &str, &str)] = &[(
    "disimpan",
    "Tersimpan",
    "Verifikator melihat daftar yang baru pada kasus berikutnya. Putusan lama tidak berubah.",
)];
pub const LISTS_LEAD: &str = "Yang dipilih dan dicentang verifikator saat memutus.";
pub const REASONS_LEAD: &str = "Judul dan saran masuk ke surel dan tampil saat pemohon mendaftar ulang.";
pub const NO_REASONS: &str = "Belum ada alasan. Tanpa alasan, pengajuan tidak dapat ditolak.";
pub const CHECKS_LEAD: &str = "Setiap butir dicentang sebelum Setujui.";
pub const NO_CHECKS: &str = "Belum ada butir. Tanpa daftar periksa, pengajuan untuk role ini tidak dapat disetujui.";
pub const RETIRE_REASON: &str = "Hapus alasan ini?";
pub const RETIRE_REASON_EFFECT: &str = "Alasan ini tidak ditawarkan lagi. Putusan yang memakainya tidak berubah.";
pub const RETIRE_CHECK: &str = "Hapus butir ini?";
pub const RETIRE_CHECK_EFFECT: &str =
    "Butir ini tidak perlu dicentang lagi. Putusan yang sudah diberikan tidak berubah.";

/// How often verdicts in force used a reason.
pub fn times_used(times: u32) -> String {
    match times {
        0 => "Belum pernah dipakai".to_owned(),
        times => format!("Dipakai {} kali", count(u64::from(times))),
    }
}

pub const HOLIDAYS_DONE: &[(&str, &str, &str)] = &[
    ("disimpan", "Hari libur tersimpan", "Batas waktu semua pengajuan yang menunggu dihitung ulang."),
    ("dihapus", "Hari libur dihapus", "Hari itu dihitung sebagai hari kerja lagi."),
];
pub const FIXED_HOLIDAYS: &str = "Akhir pekan, 1 Januari, 1 Mei, 1 Juni, 17 Agustus, dan 25 Desember sudah termasuk. \
    Tanggal yang sudah ada mendapat nama baru.";
pub const NO_COMING_HOLIDAYS: &str = "Belum ada hari libur mendatang. Isi menurut keputusan bersama para menteri.";

pub fn holidays_lead(promised_working_days: u32) -> String {
    format!("Tidak dihitung dalam janji {} hari kerja.", words(promised_working_days as usize))
}
