//! Sentences of pages that stand alone (`forms::notice`) and of the answer to a page that was not rendered.

use backend::oidc::authorize::Strange;

use crate::error::Unread;

pub const SESSION_OVER: &str = "Sesi Anda sudah berakhir";
pub const SESSION_OVER_ADVICE: &str =
    "Isian Anda masih ada di halaman ini. Masuk di tab baru, kembali ke sini, lalu kirim lagi.";
pub const SECRETS_NOT_KEPT: &str =
    "Kata sandi dan berkas tidak disimpan di halaman ini. Bila diminta, isi atau pilih sekali lagi.";

pub const LEAVING_ADVICE: &str = "Bila halaman ini tidak berganti sendiri, pilih tombol di bawah.";

pub const PLATFORM_REFUSED: &str = "Permintaan platform ini ditolak";
pub const NOTHING_SHARED: &str = "Kata sandi dan data Anda tidak diberikan kepada siapa pun. Kembali ke platform lalu \
                                  ulangi, atau buka platform dari Gerbang.";

pub const NOT_RENDERED: &str = "Halaman ini belum dapat ditampilkan. Coba lagi sebentar lagi.";

pub fn leaving(platform: &str) -> String {
    format!("Membuka {platform}")
}

/// Heading and advice for a post that could not be read.
pub const fn unread(why: Unread) -> (&'static str, &'static str) {
    match why {
        Unread::TooLarge => {
            ("Isian terlalu besar.", "Kembali ke halaman sebelumnya, persingkat isian, lalu kirim lagi.")
        }
        Unread::NoForm => ("Formulir tidak terbaca.", "Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi."),
        Unread::BrokenOff => {
            ("Isian tidak sampai seluruhnya.", "Kembali ke halaman sebelumnya, muat ulang, lalu kirim lagi.")
        }
    }
}

/// Why an authorization request can only be answered with a page.
pub const fn strange(why: Strange) -> &'static str {
    match why {
        Strange::Client => "Platform yang mengirim Anda tidak terdaftar di Gerbang, atau sedang ditutup.",
        Strange::Redirect => {
            "Alamat kembali yang disebut platform tidak terdaftar di Gerbang, sehingga Anda tidak dikirim ke sana."
        }
    }
}
