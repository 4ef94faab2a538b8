//! The sentences of the page that asks whether to sign out.

pub const CONSEQUENCE: &str = "Sesi Anda di Gerbang berakhir, juga di semua platform yang Anda masuki dengannya.";
pub const SIGNED_OUT: &str = "Sesi Anda di Gerbang sudah berakhir.";

/// Who asks; [`CONSEQUENCE`] follows.
pub fn asked_by(platform: &str) -> String {
    format!("{platform} meminta Anda keluar. ")
}
