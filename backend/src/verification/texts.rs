//! What the desk writes outside its pages: the CSV of its statistics, and words in the trail.

use domain::status::Verdict;

/// The statistics as CSV: column titles, then the titles of the rows.
pub(super) const STATISTICS_COLUMNS: [&str; 3] = ["Angka", "Rincian", "Nilai"];
pub(super) const SUBMITTED: &str = "Pengajuan masuk";
pub(super) const DECIDED: &str = "Putusan";
pub(super) const WAITING_NOW: &str = "Antrean saat ini";
pub(super) const MINUTES_TO_VERDICT: &str = "Waktu hingga putusan (menit)";
pub(super) const MEDIAN: &str = "Median";
pub(super) const PERCENTILE_90: &str = "Persentil 90";
pub(super) const BY_VERDICT: &str = "Putusan menurut jenis";
pub(super) const BY_REASON: &str = "Penolakan menurut alasan";
pub(super) const BY_VERIFIER: &str = "Putusan menurut verifikator";
/// For a rejection whose reason is not in the list.
pub(super) const OTHER_REASON: &str = "Alasan lain";

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "Disetujui",
        Verdict::Return => "Perlu perbaikan",
        Verdict::Reject => "Ditolak",
    }
}

/// In the trail: the letter was downloaded. Stored, so it must not change.
pub(super) const LETTER_DOWNLOADED: &str = "surat";
/// In the trail: the letter was looked at page by page. Stored, so it must not change.
pub(super) const LETTER_OPENED: &str = "surat dibuka";
