//! Forms of the desk over HTTP.

use crate::support::{
    Database,
    forms::{ATTACK, WrongForm, wrong},
    scenario::Scenario,
};

const WRONG_VERDICTS: &[WrongForm] = &[
    wrong(
        "/verifikasi/{sent}",
        &[("version", "4"), ("verdict", "reject"), ("tindak", "tolak"), ("reason_title", ""), ("reason", "")],
        &["Alasan belum dipilih.", "Alasan belum diisi."],
        &[],
    ),
    wrong(
        "/verifikasi/{sent}",
        &[("version", "4"), ("verdict", "reject"), ("tindak", "tolak"), ("reason", "tidak")],
        &["Alasan belum dipilih.", "Alasan kurang dari 10 huruf."],
        &[],
    ),
    wrong(
        "/verifikasi/{sent}",
        &[("version", "4"), ("verdict", "return"), ("tindak", "perbaikan"), ("mark", "letter"), ("note_letter", "")],
        &["Surat Tanda Jabatan sebagai PA"],
        &[],
    ),
    wrong(
        "/verifikasi/{sent}",
        &[("version", "4"), ("verdict", "return"), ("tindak", "perbaikan"), ("reason", ATTACK)],
        &["Tandai yang perlu diperbaiki", ATTACK],
        &[],
    ),
    wrong("/verifikasi/{sent}", &[("version", "4"), ("verdict", "approve")], &["Masih 5 butir daftar periksa"], &[]),
    wrong(
        "/verifikasi/{sent}",
        &[("version", "4"), ("verdict", "tunda"), ("reason", ATTACK)],
        &["Pilihan ini tidak tersedia."],
        &[],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_wrong_comes_back_with_what_was_typed() {
    let scenario = Scenario::new(Database::Sqlite).await;
    scenario.expect_back(&scenario.site.verifier().await, WRONG_VERDICTS).await;
}
