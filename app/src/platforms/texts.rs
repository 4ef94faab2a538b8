//! The sentences of the pages of platforms.

use domain::{
    indonesian::{count, date, words},
    oidc::{Scope, Scopes},
    platforms::launcher::Closed,
};

/// Why a platform is not in the launcher.
pub fn closed(name: &str, why: &Closed) -> String {
    let because = match why {
        Closed::OtherProfile(types) => {
            let types: Vec<&str> = types.iter().map(|each| each.label()).collect();
            format!("hanya menerima akses {}", types.join(" atau "))
        }
        Closed::OtherRole(roles) => {
            let roles: Vec<&str> = roles.iter().map(|each| each.info().code).collect();
            format!("hanya menerima role {}", roles.join(" atau "))
        }
        Closed::NotYet(day) => format!("akses Anda yang diterima di sana baru berlaku mulai {}", date(*day)),
        Closed::Over => "akses Anda yang diterima di sana sudah berakhir".to_owned(),
        Closed::NoAccess => "Anda belum memiliki akses".to_owned(),
    };
    format!("{name} tidak ditampilkan karena {because}.")
}

/// The launcher, when the address names a platform that cannot be entered.
pub const UNKNOWN_PLATFORM: &str = "Platform pada alamat ini tidak ada atau tidak dapat Anda masuki.";
pub const NO_PLATFORM: &str = "Belum ada platform yang dapat Anda masuki.";
pub const NO_PLATFORM_ADVICE: &str = "Platform terbuka setelah akses Anda disetujui dan masa berlakunya dimulai. Lihat akses \
                                      dan pengajuan Anda di Manajemen Akses.";
pub const ACCESS_CAN_CHANGE: &str = "Akses dapat diganti di dalam platform tanpa keluar.";
/// The page of a platform that asks, when it admits no access of the person.
pub const NO_ACCESS: &str = "Tidak ada akses Anda yang diterima platform ini sekarang.";

/// The page of a platform that asks for another person than the one who is signed in.
pub fn other_person(platform: &str) -> String {
    format!(
        "{platform} meminta pemilik akun lain, bukan akun yang sedang Anda pakai. Masuk dengan akun itu untuk melanjutkan."
    )
}

/// What a platform gets with these scopes.
pub fn learns(scopes: &Scopes) -> String {
    let given = [
        (Scope::Profile, "nama"),
        (Scope::Nip, "NIP"),
        (Scope::Email, "alamat surel"),
        (Scope::Gerbang, "data akses yang Anda pilih"),
    ];
    let given: Vec<&str> = given.into_iter().filter(|(scope, _)| scopes.has(*scope)).map(|(_, what)| what).collect();
    let what = match given.as_slice() {
        [] => "sebutan Anda di sana".to_owned(),
        [only] => (*only).to_owned(),
        [one, other] => format!("{one} dan {other}"),
        [most @ .., last] => format!("{}, dan {last}", most.join(", ")),
    };
    let lasting = if scopes.has(Scope::OfflineAccess) { " Hubungan berlangsung paling lama 30 hari." } else { "" };
    format!("Platform hanya menerima {what}.{lasting}")
}

/// Since when a person is signed in at a platform, and with accesses of which roles.
pub fn connected_since(since: &str, roles: &[&str]) -> String {
    format!("Terhubung sejak {since}, dengan akses {}.", roles.join(", "))
}

/// The same on the terms page.
pub fn already_connected(since: &str) -> String {
    format!(" Sudah terhubung sejak {since}.")
}

pub const CONNECTIONS: &str = "Platform yang sedang Anda masuki dengan akses Anda, dan data yang diterimanya.";
pub const NO_CONNECTIONS: &str = "Tidak ada platform yang terhubung sekarang.";
pub const CONNECTION_ENDED: &str = "Platform itu tidak menerima data Anda lagi sampai Anda memasukinya kembali.";

/// The line below the heading of the terms page.
pub fn agreement_lead(documents: usize) -> String {
    match documents {
        0 => "Semua ketentuan platform ini sudah Anda setujui.".to_owned(),
        1 => "Baca dokumen ini, lalu pilih Setuju untuk masuk.".to_owned(),
        more => format!("Baca {} dokumen ini, lalu pilih Setuju untuk masuk.", words(more)),
    }
}

/// What is recorded with an acceptance; it ends a sentence.
pub const ACCEPTANCE_IS_RECORDED: &str = ". Persetujuan dicatat dengan versi, waktu, dan alamat jaringan.";

/// Banners of the administration: the word in the address, heading and sentence.
pub const DONE: &[(&str, &str, &str)] = &[
    (
        "ditambah",
        "Platform ditambah",
        "Terbitkan ketentuannya dan buat rahasianya di bawah, lalu beri tahu pengelolanya.",
    ),
    ("disimpan", "Tersimpan", "Yang baru berlaku mulai sekarang."),
    (
        "diterbitkan",
        "Ketentuan diterbitkan",
        "Versi ini tidak dapat diubah lagi. Kekeliruan diperbaiki dengan versi berikutnya.",
    ),
    ("diakhiri", "Rahasia diakhiri", "Platform tidak dapat memakai rahasia itu lagi."),
    ("nonaktif", "Platform dinonaktifkan", "Tidak ada yang dapat memasukinya, dan semua sesi di sana berakhir."),
    ("aktif", "Platform diaktifkan", "Platform dapat dimasuki lagi."),
];

/// The line below the heading of the list.
pub fn list_lead(open: usize) -> String {
    format!("{} platform dapat dimasuki dengan akses dari sini.", count(open as u64))
}

pub const EMPTY_LIST: &str = "Belum ada platform. Tambahkan yang pertama.";
pub const ADD_LEAD: &str = "Yang diisi di sini dapat diubah kemudian, kecuali client_id.";
pub const CHANGE_LEAD: &str = "Yang baru berlaku mulai saat disimpan.";
pub const DISABLED: &str = "Nonaktif: tidak ada yang dapat memasukinya.";
pub const CONNECTION: &str = "Yang perlu diketahui pengelola platform.";
pub const ACCEPTANCES: &str = "Siapa menyetujui versi mana, kapan, dan dari alamat mana.";
pub const DISABLE_WARNING: &str = "Platform hilang dari Pilih Platform, dan semua orang yang sedang masuk di sana dikeluarkan. \
                                   Platform dapat diaktifkan lagi kapan saja.";
pub const SECRETS: &str = "Paling banyak dua berlaku bersamaan, agar dapat diganti tanpa jeda.";
pub const NO_SECRET: &str = "Belum ada rahasia. Tanpa rahasia, platform tidak dapat menerima orang.";
pub const RETIRE_WARNING: &str = "Platform yang masih memakainya langsung tidak dapat menerima orang lagi.";
// The page of a new secret is drawn on the server only.
#[cfg(feature = "ssr")]
pub const NEW_SECRET: &str = "Rahasia baru";
#[cfg(feature = "ssr")]
pub const NEW_SECRET_ADVICE: &str = "Salin sekarang. Setelah halaman ini ditutup, rahasia tidak dapat dilihat lagi.";
pub const TERMS: &str = "Versi yang terbit tidak dapat diubah.";
pub const NO_TERMS: &str = "Belum ada. Platform dapat dimasuki tanpa menyetujui dokumen ini.";

/// The line below the heading of the form that publishes terms.
pub fn publish_lead(platform: &str, version: u32) -> String {
    format!("{platform}, versi {version}. Setelah terbit tidak dapat diubah.")
}

#[cfg(test)]
mod tests {
    use domain::role::{ProfileType, Role};
    use time::macros::date;

    use super::*;

    #[test]
    fn a_person_reads_what_a_platform_gets() {
        let learns = |scopes: &str| learns(&Scopes::parse(scopes));
        assert_eq!(learns("openid"), "Platform hanya menerima sebutan Anda di sana.");
        assert_eq!(learns("openid nip"), "Platform hanya menerima NIP.");
        assert_eq!(learns("openid profile email"), "Platform hanya menerima nama dan alamat surel.");
        assert_eq!(
            learns("openid profile email gerbang nip offline_access"),
            "Platform hanya menerima nama, NIP, alamat surel, dan data akses yang Anda pilih. Hubungan berlangsung paling \
             lama 30 hari."
        );
    }

    #[test]
    fn the_reason_why_a_platform_is_closed() {
        let sentence = closed("Toko Daring", &Closed::OtherProfile(vec![ProfileType::Penyedia]));
        assert_eq!(sentence, "Toko Daring tidak ditampilkan karena hanya menerima akses Penyedia.");
        let sentence = closed("SPSE", &Closed::OtherRole(vec![Role::Pa, Role::Kpa]));
        assert_eq!(sentence, "SPSE tidak ditampilkan karena hanya menerima role PA atau KPA.");
        let sentence = closed("SPSE", &Closed::NotYet(date!(2027 - 01 - 01)));
        assert!(sentence.ends_with("baru berlaku mulai 1 Januari 2027."), "{sentence}");
    }
}
