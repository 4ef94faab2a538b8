//! Sentences in the lists of a person's applications. The server composes them, so that the page that everybody
//! downloads first carries neither the sentences nor the facts behind them.

use crate::{
    indonesian::date_time,
    role::Role,
    status::Status,
    time::{Timestamp, Zone},
    verification::Mark,
};

/// What to repair, one line each: first the message above the marks.
pub fn repair_lines(role: Role, text: Option<String>, marks: &[Mark]) -> Vec<String> {
    let marks = marks.iter().map(|mark| format!("{}: {}", mark.field.label(role), mark.note));
    text.into_iter().chain(marks).collect()
}

/// Says that the decision was reopened (when and why), or that the access that came of it was revoked.
pub fn notice(status: Status, reopened: Option<(Timestamp, &str)>, revoked: bool, zone: Zone) -> Option<String> {
    let access = if revoked { " Akses yang pernah diberikan dicabut sampai ada keputusan baru." } else { "" };
    let next = if status.is_waiting() { " Tidak ada yang perlu Anda lakukan sekarang." } else { "" };
    match reopened {
        Some((at, reason)) => Some(format!(
            "Keputusan sebelumnya dibuka kembali pada {}.{access}{next} Alasan: {reason}",
            date_time(at, zone)
        )),
        None => revoked.then(|| "Akses yang pernah diberikan atas pengajuan ini dicabut.".to_owned()),
    }
}
