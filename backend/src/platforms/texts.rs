//! What the backend writes into the exports of an administrator.

/// The columns of the list of acceptances.
pub(super) const ACCEPTANCES_COLUMNS: [&str; 8] =
    ["Nama", "Surel", "Dokumen", "Versi", "SHA-256", "Role", "Waktu (UTC)", "Alamat jaringan"];
