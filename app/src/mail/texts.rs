//! The sentences of the page of parked mails.

/// Key in the address, title and text of what was done.
pub const DONE: &[(&str, &str, &str)] =
    &[("dikirim", "Dikirim ulang", "Bila ditolak lagi, surel ini kembali ke daftar dengan alasan yang baru.")];

pub const LEAD: &str = "Surel yang ditolak untuk seterusnya, atau terlalu sering gagal.";
pub const NONE: &str = "Semua surel terkirim, atau masih dicoba sendiri.";
pub const UNREADABLE: &str = "Isi surel tidak terbaca";
pub const LINK_OVER: &str = "Tautannya sudah tidak berlaku.";
