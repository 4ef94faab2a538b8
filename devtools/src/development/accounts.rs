//! The accounts of the development data. The README lists them too.

use backend::seed;
use domain::{applications::sirup::SirupAccount, permission::StaffRole, time::Timestamp};

/// The password of every account.
pub const PASSWORD: &str = "Gerbang-2026";
/// The password of every account that the SiRUP simulator knows.
pub const SIRUP_PASSWORD: &str = "Sirup-2023";

/// The applicant whose access has ended.
pub const FORMER: &str = "wayan.pa@contoh.go.id";
/// The supplier.
pub const SUPPLIER: &str = "toko@contoh.co.id";
/// The verifier who decides the applications of the development data.
pub const VERIFIER: &str = "verifikator@contoh.go.id";

/// An account of the development data.
pub struct Account {
    /// E-mail address.
    pub email: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Role among the staff.
    pub staff_role: Option<StaffRole>,
    /// What it is for, in Indonesian; the console shows it.
    pub purpose: &'static str,
    nip: Option<&'static str>,
}

/// All accounts of the development data.
pub const ACCOUNTS: &[Account] = &[
    account("siti.pa@contoh.go.id", "Siti Rahmawati", None, "pemohon PA", Some("197804122003122003")),
    account("budi.kpa@contoh.go.id", "Budi Santoso", None, "pemohon KPA", Some("198109052006041001")),
    account("dewi@contoh.go.id", "Dewi Kartikasari", None, "pemohon", Some("198502172010122002")),
    account(FORMER, "Wayan Sudiarta", None, "pemohon PA, dengan akses yang sudah berakhir", Some("197611232001121003")),
    account(SUPPLIER, "Toko Sinar Jaya", None, "penyedia, dengan satu akses", None),
    account(VERIFIER, "Ratna Wulandari", Some(StaffRole::Verifier), "verifikator", None),
    account("verifikator2@contoh.go.id", "Hendra Gunawan", Some(StaffRole::Verifier), "verifikator", None),
    account("penyelia@contoh.go.id", "Made Suardana", Some(StaffRole::Supervisor), "penyelia", None),
    account("admin@contoh.go.id", "Agus Setiawan", Some(StaffRole::Admin), "administrator", None),
    account("admin2@contoh.go.id", "Endang Lestari", Some(StaffRole::Admin), "administrator kedua", None),
];

const fn account(
    email: &'static str,
    name: &'static str,
    staff_role: Option<StaffRole>,
    purpose: &'static str,
    nip: Option<&'static str>,
) -> Account {
    Account { email, name, staff_role, purpose, nip }
}

impl Account {
    /// The row to write.
    pub(super) fn seed(&self) -> seed::Account<'static> {
        seed::Account { email: self.email, name: self.name, staff_role: self.staff_role, nip: self.nip }
    }
}

/// The SiRUP account that somebody has linked already, so that trying to link it again shows the refusal.
pub(super) fn linked_in_sirup() -> SirupAccount {
    SirupAccount {
        username: "pa.terpakai".into(),
        name: "Pemilik Lama".into(),
        role: "PA".into(),
        kd_klpd: None,
        kd_satker: None,
        registered_at: Timestamp::from_micros(1_675_184_400_000_000), // 2023-02-01 in Jakarta
    }
}
