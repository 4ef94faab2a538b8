//! What the backend writes on the receipt of an application. The labels of typed fields are in
//! `domain::applications::fields`.

pub(super) const TITLE: &str = "Bukti pengajuan akses";
pub(super) const NOTE: &str = "Bukti ini menyatakan bahwa pengajuan telah diterima. Bukti ini bukan persetujuan akses.";

pub(super) const REFERENCE: &str = "Nomor pengajuan";
pub(super) const NAME: &str = "Nama";
pub(super) const ROLE: &str = "Role";
pub(super) const INSTITUTION: &str = "Instansi";
pub(super) const WORK_UNIT: &str = "Satuan Kerja";
pub(super) const VALIDITY: &str = "Masa Berlaku Peran";
pub(super) const SUBMITTED_AT: &str = "Dikirim";
pub(super) const STATUS: &str = "Status saat diunduh";
pub(super) const DOWNLOADED_AT: &str = "Diunduh";
