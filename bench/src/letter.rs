//! Guide steps 10 to 12 with a letter of 2,000,000 bytes over HTTP: the upload with its inspection, then **Kirim**. The
//! yardstick is hashing the same bytes and flushing them to a file on the same disk.

use std::{fs::File, io::Write, path::Path};

use backend::{applications, master_data::Directory, secrets::sha256};
use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    client::{Connection, form, post},
    people::{self, APPLICANT},
    server::Server,
    stage::{Failure, Stage, Store},
    table::{Table, median, milliseconds, timed},
};

const SIZE: usize = 2_000_000;
/// Alternating turns of yardstick and application.
const TURNS: usize = 40;

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    let letter = people::letter(SIZE)?;
    for store in stage.stores("letter").await? {
        let (session, drafts) = drafts(stage, &store).await?;
        let server = Server::start(stage, &store, None)?;
        let mut connection = server.connect()?;
        let (mut ratios, mut yardsticks, mut uploads, mut submits) = (vec![], vec![], vec![], vec![]);
        for (nth, (id, version)) in drafts.iter().enumerate() {
            let (yardstick, flushed) = timed(|| hash_and_flush(&letter, &store.data_dir.join(format!("{nth}.pdf"))));
            flushed?;
            let (upload, taken) = timed(|| upload(&mut connection, &session, *id, &letter));
            let (submit, sent) = timed(|| submit(&mut connection, &session, *id, *version, &taken?));
            sent?;
            ratios.push(yardstick / (upload + submit));
            yardsticks.push(yardstick);
            uploads.push(upload);
            submits.push(submit);
        }
        table.figure(
            store.database,
            format!(
                "{:.3} of hashing and flushing: {:.1} MB/s of {:.1} MB/s",
                median(&mut ratios),
                SIZE as f64 / 1e6 / (median(&mut uploads) + median(&mut submits)),
                SIZE as f64 / 1e6 / median(&mut yardsticks),
            ),
        );
        table.figure(
            format!("{}: median of {} turns", store.database, drafts.len()),
            format!(
                "letter {}, Kirim {}, hashing and flushing {}",
                milliseconds(median(&mut uploads)),
                milliseconds(median(&mut submits)),
                milliseconds(median(&mut yardsticks)),
            ),
        );
    }
    Ok(())
}

/// The owner's session, and drafts that lack only their letter, each with its version.
async fn drafts(stage: &Stage, store: &Store) -> Result<(String, Vec<(Uuid, i64)>), Failure> {
    people::settle(stage, store).await?;
    let backend = store.open(stage).await?;
    Directory::refresh(&backend).await?;
    let person = people::sign_in(&backend, APPLICANT).await?;
    let mut drafts = Vec::new();
    // Skip the work units that `people::settle` uses.
    for answers in people::answers(&backend, TURNS + 4).into_iter().skip(4) {
        let id = people::draft(&backend, &person.actor, answers).await?;
        drafts.push((id, applications::draft(&backend, &person.actor, id).await?.version));
    }
    backend.db.close().await;
    Ok((person.session, drafts))
}

fn hash_and_flush(letter: &Bytes, path: &Path) -> std::io::Result<Vec<u8>> {
    let hash = sha256(letter);
    let mut file = File::create(path)?;
    file.write_all(letter)?;
    file.sync_all()?;
    Ok(hash)
}

/// Uploads the letter and returns its id.
fn upload(connection: &mut Connection, session: &str, id: Uuid, letter: &Bytes) -> Result<String, Failure> {
    let path = format!("/akses/pengajuan/{id}/surat");
    let answer = connection.expect(&post(&path, Some(session), "application/pdf", letter.clone())?)?;
    let taken: Value = serde_json::from_slice(&answer.body)?;
    taken["Ok"]["id"].as_str().map(str::to_owned).ok_or_else(|| format!("the letter was not taken: {taken}").into())
}

/// **Kirim**.
fn submit(connection: &mut Connection, session: &str, id: Uuid, version: i64, letter: &str) -> Result<(), Failure> {
    let path = format!("/akses/pengajuan/{id}/tinjau");
    let fields = [("version", version.to_string()), ("letter", letter.to_owned()), ("confirmation", "on".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = connection.expect(&form(&path, Some(session), &fields)?)?;
    let reply: Value = serde_json::from_slice(&answer.body)?;
    let to = reply["Go"]["to"].as_str().unwrap_or_default();
    if to.ends_with("/status") { Ok(()) } else { Err(format!("the application was not sent: {reply}").into()) }
}
