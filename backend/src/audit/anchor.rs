//! Anchors: the head of the audit trail, signed every day and kept outside of the database. Somebody who rebuilds or cuts
//! the chain cannot make it fit an anchor that was sent out before. `docs/audit.md` describes the format.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::Path,
};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    indonesian::{count, date_time},
    time::{Timestamp, Zone},
};
use serde::{Deserialize, Serialize};

use super::{Action, Who};
use crate::{
    Backend,
    db::{Conn, Db, Dialect, execute, fetch_all, fetch_one, fetch_optional},
    error::{Error, Result},
    mail::Mail,
    secrets::hex,
    vault::{Vault, values},
};

/// The first line of what is signed.
const KIND: &str = "gerbang-audit-anchor-v1";

/// A signed head of the trail. As JSON on one line, it is what leaves the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The address of the installation.
    pub site: String,
    /// The number of the last event.
    pub seq: i64,
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// When it was signed, in microseconds since 1970.
    pub at: i64,
    /// The public key (Ed25519), in base64.
    pub key: String,
    /// Over [`Anchor::message`], in base64.
    pub signature: String,
}

impl Anchor {
    /// The signed text.
    fn message(&self) -> String {
        format!("{KIND}\n{}\n{}\n{}\n{}\n", self.site, self.seq, self.hash, self.at)
    }

    fn sign(mut self, key: &Ed25519KeyPair) -> Self {
        self.key = encoded(key);
        self.signature = STANDARD.encode(key.sign(self.message().as_bytes()).as_ref());
        self
    }

    /// True if the signature is that of the key which it names.
    pub(super) fn is_genuine(&self) -> bool {
        let (Ok(key), Ok(signature)) = (STANDARD.decode(&self.key), STANDARD.decode(&self.signature)) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key).verify(self.message().as_bytes(), &signature).is_ok()
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at)
    }
}

/// The public key that anchors are signed with, in base64; `None` before the first anchor.
///
/// # Errors
/// If the database does not answer, or the secret that the key is sealed with is not known.
pub async fn public_key(db: &Db, vault: &Vault) -> Result<Option<String>> {
    let mut conn = db.read().await?;
    let seed = values::read(&mut conn, vault, values::Value::AnchorKey).await?;
    let key = seed.map(|seed| pair(&seed)).transpose()?;
    Ok(key.as_ref().map(encoded))
}

fn pair(seed: &[u8]) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::internal("the key of the anchors cannot be read"))
}

/// The public half, in base64.
fn encoded(key: &Ed25519KeyPair) -> String {
    STANDARD.encode(key.public_key())
}

/// The key that signs anchors. Made at the first call and noted in the trail.
async fn signing_key(backend: &Backend) -> Result<Ed25519KeyPair> {
    let stored = {
        let mut conn = backend.db.read().await?;
        values::read(&mut conn, &backend.vault, values::Value::AnchorKey).await?
    };
    if let Some(seed) = stored {
        return pair(&seed);
    }
    let seed: [u8; 32] = backend.world.random();
    let key = pair(&seed)?;
    let mut tx = backend.db.begin().await?;
    if values::store(&mut tx, &backend.vault, &backend.world, values::Value::AnchorKey, &seed).await? {
        backend.record(&mut tx, Who::nobody(), Action::AnchorKeyMade, None, encoded(&key))?;
        tx.commit().await?;
        return Ok(key);
    }
    let stored = values::read(&mut tx, &backend.vault, values::Value::AnchorKey).await?;
    pair(&stored.ok_or_else(|| Error::internal("there is no key for anchors"))?)
}

/// Signs the head of the trail, once a day (in WIB), and brings the file of anchors up to date. Returns how many anchors
/// were made. Runs from time to time.
///
/// # Errors
/// If the database refuses, or the file cannot be written.
pub async fn anchor(backend: &Backend) -> Result<usize> {
    let made = if is_due(&mut backend.db.read().await?, backend.world.now()).await? { make(backend).await? } else { 0 };
    if let Some(file) = backend.settings.anchor_file.clone() {
        let anchors = all(&mut backend.db.read().await?).await?;
        let writing = tokio::task::spawn_blocking(move || append_missing(&file, &anchors));
        writing.await.map_err(Error::internal)??;
    }
    Ok(made)
}

/// True if there are events, and no anchor of this day.
async fn is_due(conn: &mut Conn, now: Timestamp) -> Result<bool> {
    let last: Option<(i64,)> = fetch_optional!(conn, (i64,), "SELECT at FROM audit_anchors ORDER BY at DESC LIMIT 1")?;
    let (events,): (i64,) = fetch_one!(conn, (i64,), "SELECT seq FROM audit_chain WHERE id = 1")?;
    let day = |at: Timestamp| at.date(Zone::Wib);
    Ok(events > 0 && last.is_none_or(|(at,)| day(Timestamp::from_micros(at)) < day(now)))
}

/// Makes the anchor of this day, unless another server was faster.
async fn make(backend: &Backend) -> Result<usize> {
    let key = signing_key(backend).await?;
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    if tx.dialect() == Dialect::Postgres {
        execute!(tx, "LOCK TABLE audit_anchors IN SHARE ROW EXCLUSIVE MODE")?;
    }
    if !is_due(&mut tx, now).await? {
        return Ok(0);
    }
    let (seq, hash): (i64, Vec<u8>) = fetch_one!(tx, (i64, Vec<u8>), "SELECT seq, hash FROM audit_chain WHERE id = 1")?;
    let (site, at) = (backend.settings.link(""), now.micros());
    let anchor = Anchor { site, seq, hash: hex(&hash), at, key: String::new(), signature: String::new() }.sign(&key);
    execute!(
        tx,
        "INSERT INTO audit_anchors (at, site, seq, hash, public_key, signature) VALUES ($1, $2, $3, $4, $5, $6)",
        at,
        &anchor.site,
        seq,
        hash,
        STANDARD.decode(&anchor.key).map_err(Error::internal)?,
        STANDARD.decode(&anchor.signature).map_err(Error::internal)?
    )?;
    if let Some(recipient) = &backend.settings.anchor_mail {
        let mail = Mail::AuditAnchor {
            events: count(seq.unsigned_abs()),
            time: date_time(now, Zone::Wib),
            line: serde_json::to_string(&anchor)?,
        };
        backend.post(&mut tx, recipient, &mail).await?;
    }
    tx.commit().await?;
    Ok(1)
}

/// All anchors, oldest first.
async fn all(conn: &mut Conn) -> Result<Vec<Anchor>> {
    type Row = (String, i64, Vec<u8>, i64, Vec<u8>, Vec<u8>);
    let rows: Vec<Row> =
        fetch_all!(conn, Row, "SELECT site, seq, hash, at, public_key, signature FROM audit_anchors ORDER BY at")?;
    let anchors = rows.into_iter().map(|(site, seq, hash, at, key, signature)| Anchor {
        site,
        seq,
        hash: hex(&hash),
        at,
        key: STANDARD.encode(key),
        signature: STANDARD.encode(signature),
    });
    Ok(anchors.collect())
}

/// Appends the anchors that are younger than the last one in the file. Nothing in the file is ever changed.
fn append_missing(path: &Path, anchors: &[Anchor]) -> Result<()> {
    let before = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::internal(format!("{}: {error}", path.display()))),
    };
    let last = read(&before).filter_map(|(_, anchor)| Some(anchor?.at)).max();
    let mut lines = if before.is_empty() || before.ends_with('\n') { String::new() } else { "\n".to_owned() };
    let missing = anchors.iter().filter(|anchor| last.is_none_or(|last| anchor.at > last));
    for anchor in missing {
        lines += &serde_json::to_string(anchor)?;
        lines.push('\n');
    }
    if lines.trim().is_empty() {
        return Ok(());
    }
    let write = || {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}

/// The anchors in a text, with the numbers of their lines; `None` where a line begins like an anchor and is none. Lines
/// that do not begin with a brace are skipped, so that mails with anchors can be read too.
pub(super) fn read(text: &str) -> impl Iterator<Item = (usize, Option<Anchor>)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| line.starts_with('{')).map(|(at, line)| (at, serde_json::from_str(line).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(at: i64) -> Anchor {
        let (key, signature) = (String::new(), String::new());
        let site = "https://gerbang.contoh.go.id".to_owned();
        Anchor { site, seq: 3, hash: hex(&[7; 32]), at, key, signature }.sign(&pair(&[1; 32]).unwrap())
    }

    #[test]
    fn a_changed_anchor_is_not_genuine() {
        let genuine = anchor(5);
        assert!(genuine.is_genuine());
        let other = encoded(&pair(&[2; 32]).unwrap());
        for forged in [
            Anchor { seq: 4, ..genuine.clone() },
            Anchor { at: 6, ..genuine.clone() },
            Anchor { hash: hex(&[8; 32]), ..genuine.clone() },
            Anchor { site: "https://lain.contoh.go.id".to_owned(), ..genuine.clone() },
            Anchor { key: other, ..genuine.clone() },
            Anchor { signature: "x".to_owned(), ..genuine.clone() },
        ] {
            assert!(!forged.is_genuine(), "{forged:?}");
        }
    }

    #[test]
    fn the_file_grows_and_nothing_in_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jangkar.jsonl");
        append_missing(&path, &[]).unwrap();
        assert!(!path.exists());
        append_missing(&path, &[anchor(1)]).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, first.trim_end()).unwrap(); // as an editor may leave it
        append_missing(&path, &[anchor(1), anchor(2), anchor(3)]).unwrap();
        append_missing(&path, &[anchor(1), anchor(2), anchor(3)]).unwrap();
        // Anchors that somebody removed from the database stay in the file.
        append_missing(&path, &[anchor(3)]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&first), "{text}");
        let found: Vec<_> = read(&text).map(|(line, anchor)| (line, anchor.unwrap().at)).collect();
        assert_eq!(found, [(1, 1), (2, 2), (3, 3)]);
    }

    #[test]
    fn anchors_are_found_between_other_lines() {
        let line = serde_json::to_string(&anchor(1)).unwrap();
        let text = format!("Jangkar jejak audit\n\n  {line}\n{{rusak\n--\n");
        assert_eq!(read(&text).collect::<Vec<_>>(), [(3, Some(anchor(1))), (4, None)]);
    }
}
