//! What became of applications and accesses, as their owner is told; written on the server.

use backend::{
    accesses::Access,
    applications::{Repair, Summary},
    audit::Action,
};
use domain::{
    indonesian::{date, date_time},
    issues::conflict::NotRenewable,
    role::Role,
    status::Status,
    time::{Timestamp, Zone},
};

/// What is to be repaired, a line each: first the text above the marks.
pub fn repair_lines(role: Role, repair: Repair) -> Vec<String> {
    let marks = repair.marks.into_iter().map(|mark| format!("{}: {}", mark.field.label(role), mark.note));
    repair.text.into_iter().chain(marks).collect()
}

/// That a decision was opened again and what that means, or that the access that came of it was taken away for good.
pub fn application_notice(summary: &Summary, zone: Zone) -> Option<String> {
    let access = if summary.revoked { " Akses yang pernah diberikan dicabut sampai ada keputusan baru." } else { "" };
    let next = if summary.status.is_waiting() { " Tidak ada yang perlu Anda lakukan sekarang." } else { "" };
    match &summary.reopened {
        Some(reopened) => Some(format!(
            "Keputusan sebelumnya dibuka kembali pada {}.{access}{next} Alasan: {}",
            date_time(reopened.at, zone),
            reopened.reason
        )),
        None => summary.revoked.then(|| "Akses yang pernah diberikan atas pengajuan ini dicabut.".to_owned()),
    }
}

/// What came of an access: why it was taken away, or that it is renewed.
pub fn access_note(access: &Access) -> Option<String> {
    match (&access.renewal, access.application) {
        (Err(NotRenewable::Revoked), status) => Some(
            match status {
                Status::Returned => "Keputusannya dibuka kembali, dan pengajuannya perlu Anda perbaiki.",
                Status::Rejected => "Keputusannya dibuka kembali, lalu pengajuannya ditolak.",
                Status::Withdrawn => "Keputusannya dibuka kembali, lalu pengajuannya Anda batalkan.",
                _ => "Keputusannya dibuka kembali. Akses tidak dapat dipakai sampai ada keputusan baru.",
            }
            .to_owned(),
        ),
        (Err(NotRenewable::Continued { until }), _) => Some(format!("Berlanjut sampai {}.", date(*until))),
        (Err(NotRenewable::Sent { reference }), _) => {
            let status = access.renewed_by.map(|(_, status)| status.in_text()).unwrap_or_default();
            Some(format!("Perpanjangan {reference}: {status}."))
        }
        (Err(NotRenewable::TooEarly { .. }) | Ok(_), _) => None,
    }
}

/// The steps of a timeline with the words for each.
pub fn steps(timeline: &[(Timestamp, Action)]) -> Vec<(Timestamp, &'static str)> {
    let mut sent = false;
    let steps = timeline.iter().map(|(at, action)| {
        let words = match action {
            Action::ApplicationSubmitted if sent => "Pengajuan dikirim kembali",
            Action::ApplicationSubmitted => {
                sent = true;
                "Pengajuan dikirim"
            }
            Action::CaseReopened => "Keputusan dibuka kembali",
            action => crate::audit::action(*action),
        };
        (*at, words)
    });
    steps.collect()
}
