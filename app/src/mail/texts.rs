//! The sentences of the page of parked mails.

use domain::{indonesian::count, mail::ParkedCause};

/// Key in the address, title and text of what was done.
pub const DONE: &[(&str, &str, &str)] = &[
    ("dikirim", "Dikirim ulang", "Bila ditolak lagi, surel ini kembali ke daftar dengan alasan yang baru."),
    ("semua", "Semua dikirim ulang", "Yang ditolak lagi kembali ke daftar dengan alasan yang baru."),
];

pub const LEAD: &str = "Surel yang ditolak untuk seterusnya, tiga hari gagal terkirim, atau terlambat untuk tautannya.";
pub const NONE: &str = "Semua surel terkirim, atau masih dicoba sendiri.";
pub const UNREADABLE: &str = "Isi surel tidak terbaca";
pub const LINK_OVER: &str = "Tautannya sudah tidak berlaku.";

pub fn cause(cause: &ParkedCause) -> String {
    match cause {
        ParkedCause::Recipient(codes) => format!("Alamat penerima ditolak server surel ({codes})"),
        ParkedCause::Content(codes) => format!("Isi surel ditolak server surel ({codes})"),
        ParkedCause::TooLong => "Tiga hari gagal terkirim".to_owned(),
        ParkedCause::Unsendable => "Surel tidak dapat disusun dari isi yang tersimpan".to_owned(),
        ParkedCause::Expired => "Kedaluwarsa sebelum terkirim".to_owned(),
        ParkedCause::Unknown => "Sebab tidak tercatat".to_owned(),
    }
}

/// What to do about a cause.
pub const fn advice(cause: &ParkedCause) -> &'static str {
    match cause {
        ParkedCause::Recipient(_) => "Periksa alamatnya, atau izin pengirim pada server surel, lalu kirim ulang.",
        ParkedCause::Content(_) => "Periksa aturan server surel, lalu kirim ulang.",
        ParkedCause::TooLong => "Periksa server surel, lalu kirim ulang.",
        ParkedCause::Unsendable => "Laporkan kepada pengembang.",
        ParkedCause::Expired => "Penerima dapat meminta tautan baru; undangan dapat dikirim lagi di halaman Petugas.",
        ParkedCause::Unknown => "Lihat alasan setiap surel.",
    }
}

/// The number of mails of a cause, above the newest of them.
pub fn mails(all: u64, shown: usize) -> String {
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    if shown < all {
        format!("{} surel, {} terbaru di bawah ini", count(all), count(shown))
    } else {
        format!("{} surel", count(all))
    }
}
