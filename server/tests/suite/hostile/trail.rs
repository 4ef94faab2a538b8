//! Somebody who changes or cuts the trail.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use backend::{
    audit::{self, Against, Misfit, Verified},
    jobs::Job,
    secrets::{hex, sha256},
};
use rstest::rstest;
use serde::{Deserialize, Serialize};

use crate::support::{outside::Outside, process::Host, *};

/// The script for an inspector.
fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify-audit.py")
}

/// Runs the script. Returns true if it ended well, and what it said.
async fn inspected(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new("python3");
    command.arg(script()).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// An event as it is exported.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Event {
    seq: Option<i64>,
    id: String,
    at: i64,
    actor_id: Option<String>,
    address: Option<String>,
    action: String,
    subject_id: Option<String>,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
}

/// Numbers the events and hashes them, as somebody can who knows how the chain is made.
fn rebuilt(mut events: Vec<Event>) -> Vec<Event> {
    let mut before = vec![0; 32];
    for (event, seq) in events.iter_mut().zip(1..) {
        (event.seq, event.hash) = (Some(seq), None);
        before.extend(serde_json::to_vec(&event).unwrap());
        before = sha256(&before);
        event.hash = Some(hex(&before));
    }
    events
}

/// A world whose trail was anchored on two days, with events after each, and the files that an inspector has.
struct Anchored {
    world: World,
    dir: tempfile::TempDir,
    key: String,
}

impl Anchored {
    async fn new(database: Database) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let anchors = dir.path().join("anchors").display().to_string();
        let world = World::with(database, &[("audit_anchor_file", &anchors)]).await;
        for _ in 0..2 {
            world.siti().await;
            world.budi().await;
            assert_eq!(Job::AnchorTrail.run(&world.backend).await.unwrap(), 1);
            assert_eq!(Job::AnchorTrail.run(&world.backend).await.unwrap(), 0, "one a day");
            world.siti().await;
            world.advance(DAY);
        }
        let key = audit::public_key(&world.backend.db, &world.backend.vault).await.unwrap().unwrap();
        Self { world, dir, key }
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn anchors(&self) -> String {
        std::fs::read_to_string(self.file("anchors")).unwrap()
    }

    /// The numbers of the anchored events.
    fn anchored(&self) -> Vec<i64> {
        self.anchors().lines().map(|line| serde_json::from_str::<audit::Anchor>(line).unwrap().seq).collect()
    }

    async fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        let db = &self.world.backend.db;
        let take = |line: &str| {
            events.push(serde_json::from_str(line).unwrap());
            Ok(())
        };
        audit::export(db, take).await.unwrap();
        events
    }

    /// What the script says of these events: alone, and against the anchors.
    async fn inspected(&self, events: &[Event]) -> ((bool, String), (bool, String)) {
        let lines: String = events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
        let (export, anchors) = (self.file("export"), self.file("anchors"));
        std::fs::write(&export, lines).unwrap();
        let alone = inspected(&[&export]).await;
        (alone, inspected(&[&export, "--anchors", &anchors, "--key", &self.key]).await)
    }

    /// What the product says against these anchors.
    async fn against(&self, anchors: &str) -> Against {
        audit::verify_against(&self.world.backend.db, &self.world.backend.vault, anchors).await.unwrap()
    }

    /// Writes a chain over the one in the database: what somebody can who may write there.
    async fn overwrite(&self, events: &[Event]) {
        let mut outside = self.world.outside().await;
        let bytes = |hash: &str| match outside {
            Outside::Sqlite(_) => format!("x'{hash}'"),
            Outside::Postgres(_) => format!("'\\x{hash}'"),
        };
        let mut statements = vec![format!("DELETE FROM audit_events WHERE seq > {} RETURNING action", events.len())];
        for event in events {
            let (seq, hash) = (event.seq.unwrap(), bytes(event.hash.as_ref().unwrap()));
            let detail = event.detail.replace('\'', "''");
            statements.push(format!(
                "UPDATE audit_events SET detail = '{detail}', hash = {hash} WHERE seq = {seq} RETURNING action"
            ));
        }
        let head = events.last().unwrap();
        let hash = bytes(head.hash.as_ref().unwrap());
        statements.push(format!("UPDATE audit_chain SET seq = {}, hash = {hash} RETURNING 'x'", events.len()));
        self.world.without_triggers().await;
        for statement in statements {
            outside.texts(&statement).await;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_rebuilt_does_not_fit_the_anchors(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let anchored = Anchored::new(database).await;
    let backend = &anchored.world.backend;
    let (events, seqs) = (anchored.events().await, anchored.anchored());
    assert!(seqs.len() == 2 && seqs[0] < seqs[1] && seqs[1] < events.len() as i64, "{seqs:?}");
    let (alone, against) = anchored.inspected(&events).await;
    assert_eq!(alone, (true, format!("Rantai utuh: {} peristiwa.\n", events.len())));
    assert!(against.0 && against.1.ends_with("2 jangkar cocok.\n"), "{against:?}");
    let fits = anchored.against(&anchored.anchors()).await;
    assert_eq!(fits.verified, Verified::Whole(events.len() as i64));
    assert_eq!((fits.fitting.len(), fits.misfits), (2, Vec::new()));

    // Somebody takes the second event's reason away and makes all hashes anew.
    let mut changed = events.clone();
    changed[1].detail = "\"tidak ada apa-apa\"".to_owned();
    let changed = rebuilt(changed);
    anchored.overwrite(&changed).await;
    let whole = Verified::Whole(events.len() as i64);
    assert_eq!(audit::verify(backend).await.unwrap(), whole, "the chain alone shows nothing");
    let found = anchored.against(&anchored.anchors()).await;
    assert_eq!(found.verified, whole);
    let misfits: Vec<_> = found.misfits.iter().map(|(line, _, why)| (*line, *why)).collect();
    assert_eq!(misfits, [(1, Misfit::Rebuilt), (2, Misfit::Rebuilt)]);
    let (alone, against) = anchored.inspected(&changed).await;
    assert!(alone.0, "{alone:?}");
    assert!(!against.0 && against.1.matches("disusun ulang").count() == 2, "{against:?}");

    // A new anchor, signed by the product of the wrong chain, does not hide the old ones.
    anchored.world.advance(DAY);
    assert_eq!(Job::AnchorTrail.run(backend).await.unwrap(), 1);
    let found = anchored.against(&anchored.anchors()).await;
    assert_eq!((found.fitting.len(), found.misfits.len()), (1, 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_trail_that_was_cut_does_not_fit_the_anchors(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let anchored = Anchored::new(database).await;
    let (mut events, seqs) = (anchored.events().await, anchored.anchored());
    let end = seqs[1] - 1;
    events.truncate(end as usize);
    anchored.overwrite(&events).await;
    assert_eq!(audit::verify(&anchored.world.backend).await.unwrap(), Verified::Whole(end), "the chain shows nothing");
    let found = anchored.against(&anchored.anchors()).await;
    assert_eq!((found.fitting.len(), found.misfits.len()), (1, 1));
    assert_eq!((found.misfits[0].0, found.misfits[0].2), (2, Misfit::Cut { end }));
    let (alone, against) = anchored.inspected(&events).await;
    assert!(alone.0, "{alone:?}");
    let expected = format!("Jangkar pada baris 2, peristiwa nomor {}: jejak audit dipotong", seqs[1]);
    assert!(!against.0 && against.1.contains(&expected), "{against:?}");
    // Without its anchors in the database, which prove nothing there, the file still has them.
    anchored.world.sql("DELETE FROM audit_anchors").await.unwrap();
    assert_eq!(Job::AnchorTrail.run(&anchored.world.backend).await.unwrap(), 1);
    assert_eq!(anchored.against(&anchored.anchors()).await.misfits[0].2, Misfit::Cut { end });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_finds_what_was_changed_removed_or_slipped_in() {
    let anchored = Anchored::new(Database::Sqlite).await;
    let events = anchored.events().await;
    let mut changed = events.clone();
    changed[2].at += 1;
    let mut removed = events.clone();
    removed.remove(2);
    let mut slipped_in = events.clone();
    slipped_in.insert(2, events[1].clone());
    let mut odd = events.clone();
    odd[0].detail = "\"\u{1}\\u0001 kutip \\\" é 漢 \u{7f}\u{2028}\"".to_owned();
    for (events, said) in [
        (changed, "Rantai terputus: peristiwa nomor 3 berubah setelah dicatat."),
        (removed, "Rantai terputus: peristiwa nomor 3 tidak ada."),
        (slipped_in, "Rantai terputus: peristiwa nomor 3 tidak ada."),
    ] {
        let (alone, against) = anchored.inspected(&events).await;
        assert!(!alone.0 && alone.1.contains(said), "{alone:?}");
        assert!(!against.0 && against.1.contains("tidak dapat diperiksa"), "{against:?}");
    }
    let (alone, _) = anchored.inspected(&rebuilt(odd)).await;
    assert!(alone.0, "the script hashes any letters as the product does: {alone:?}");
    std::fs::write(anchored.file("export"), "{rusak\n").unwrap();
    let (fine, said) = inspected(&[&anchored.file("export")]).await;
    assert!(!fine && said.contains("rusak") && !said.contains("Traceback"), "{said}");
}

/// Somebody without the secret of the installation makes anchors for their own chain.
#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_cannot_be_forged() {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::{Engine, engine::general_purpose::STANDARD};
    let anchored = Anchored::new(Database::Sqlite).await;
    let events = anchored.events().await;
    let genuine: Vec<audit::Anchor> =
        anchored.anchors().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let own = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let hash = events[0].hash.clone().unwrap();
    let moved = audit::Anchor { seq: 1, hash, ..genuine[0].clone() };
    let message = format!("gerbang-audit-anchor-v1\n{}\n1\n{}\n{}\n", moved.site, moved.hash, moved.at);
    let signature = STANDARD.encode(own.sign(message.as_bytes()));
    let other = audit::Anchor { key: STANDARD.encode(own.public_key()), signature: signature.clone(), ..moved.clone() };
    let mixed = audit::Anchor { signature, ..moved.clone() };
    let lines: Vec<_> =
        [&genuine[0], &moved, &other, &mixed].map(|anchor| serde_json::to_string(anchor).unwrap()).into();
    let text = format!("Surel dari Gerbang:\n\n{}\n{{\"seq\": 1}}\n", lines.join("\n"));
    let found = anchored.against(&text).await;
    assert_eq!(found.fitting, genuine[..1]);
    let misfits: Vec<_> = found.misfits.iter().map(|(line, _, why)| (*line, *why)).collect();
    let expected = [(4, Misfit::Forged), (5, Misfit::OtherKey), (6, Misfit::Forged), (7, Misfit::Unreadable)];
    assert_eq!(misfits, expected);
    std::fs::write(anchored.file("anchors"), text).unwrap();
    let (_, (fine, said)) = anchored.inspected(&events).await;
    assert!(!fine && said.contains("1 jangkar cocok."), "{said}");
    for (line, why) in [(4, "palsu"), (5, "kunci lain"), (6, "palsu"), (7, "rusak")] {
        let told = said.lines().find(|told| told.starts_with(&format!("Jangkar pada baris {line}"))).unwrap();
        assert!(told.contains(why), "{told}");
    }
}

/// The head of the chain also leaves by mail, where nobody with the database can fetch it back.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_is_mailed_every_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let world = World::with(database, &[("audit_anchor_mail", "inspektorat@contoh.go.id")]).await;
    for day in 1..=2 {
        world.siti().await;
        Job::AnchorTrail.run(&world.backend).await.unwrap();
        Job::AnchorTrail.run(&world.backend).await.unwrap();
        let mails = world.mails().await;
        let anchors: Vec<_> = mails.iter().filter(|(to, ..)| to == "inspektorat@contoh.go.id").collect();
        assert_eq!(anchors.len(), day);
        let (_, subject, text) = anchors[0];
        assert!(subject.starts_with("Jangkar jejak audit: "), "{subject}");
        let found = audit::verify_against(&world.backend.db, &world.backend.vault, text).await.unwrap();
        assert_eq!((found.fitting.len(), found.misfits), (1, Vec::new()), "{text}");
        world.advance(DAY);
    }
}

/// The commands as an operator and an inspector give them, while the server runs.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_checked_against_anchors_on_the_command_line(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (anchors, export) = (file("anchors"), file("export"));
    let host = Host::new(database, &[("log", "error"), ("audit_anchor_file", &anchors)]).await;
    let process = host.serve().await;
    process.visitor().sign_in(SITI).await;
    let written = async {
        while !Path::new(&anchors).exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(MINUTE, written).await.expect("the job writes an anchor");
    let verify = async || {
        let (status, said) = host.run(&["admin", "audit", "verify", "--against", &anchors], &[]).await;
        (status.code(), said)
    };
    let (code, said) = verify().await;
    assert!(code == Some(0) && said.contains("Jejak audit utuh: ") && said.contains("1 jangkar cocok; "), "{said}");
    let (status, key) = host.run(&["admin", "audit", "key"], &[]).await;
    assert!(status.success() && key.trim().len() == 44, "{key}");
    let (status, lines) = host.run(&["admin", "audit", "export"], &[]).await;
    assert!(status.success());
    std::fs::write(&export, lines).unwrap();
    let (fine, said) = inspected(&[&export, "--anchors", &anchors, "--key", key.trim()]).await;
    assert!(fine && said.starts_with("Rantai utuh: ") && said.ends_with("1 jangkar cocok.\n"), "{said}");

    let mut outside = host.outside().await;
    outside
        .texts("UPDATE audit_chain SET seq = 1, hash = (SELECT hash FROM audit_events WHERE seq = 1) RETURNING 'x'")
        .await;
    let (code, said) = verify().await;
    let last = said.lines().last().unwrap();
    assert!(code == Some(1) && last.contains("dipotong: kini berakhir pada peristiwa nomor 1."), "{said}");
    std::fs::write(file("kosong"), "").unwrap();
    let (status, said) = host.run(&["admin", "audit", "verify", "--against", &file("kosong")], &[]).await;
    assert!(!status.success() && said.contains("tidak memuat jangkar"), "{said}");
}

/// A mistyped folder must not look like an installation whose trail is whole, nor become one.
#[rstest]
#[case(&["admin", "audit", "verify"])]
#[case(&["admin", "audit", "export"])]
#[case(&["admin", "audit", "key"])]
#[case(&["admin", "secret", "status"])]
#[tokio::test(flavor = "multi_thread")]
async fn commands_that_look_create_nothing(#[case] command: &[&str]) {
    let host = Host::new(Database::Sqlite, &[("log", "error")]).await;
    let data = host.dir().join("data");
    for exists in [false, true] {
        let (status, said) = host.run(command, &[]).await;
        assert!(status.code() == Some(1) && said.contains("Tidak ada basis data Gerbang di "), "{said}");
        assert!(said.contains("data/gerbang.db") && said.lines().count() == 1, "{said}");
        assert_eq!((data.exists(), files_below(host.dir()).len()), (exists, 0));
        if !exists {
            std::fs::create_dir(&data).unwrap();
        }
    }
    let empty = Host::new(Database::Postgres, &[("log", "error")]).await;
    let (status, said) = empty.run(command, &[]).await;
    assert!(status.code() == Some(1) && said.contains("tidak memuat tabel Gerbang"), "{said}");
    assert!(empty.outside().await.everything().await.is_empty());
    // Tables of another version are not touched either.
    let (status, said) = host.run(&["migrate"], &[]).await;
    assert!(status.success(), "{said}");
    host.outside().await.texts("DELETE FROM _sqlx_migrations WHERE version > 7 RETURNING description").await;
    let (status, said) = host.run(command, &[]).await;
    assert!(status.code() == Some(1) && said.contains("gerbang migrate"), "{said}");
    let left = host.outside().await.texts("SELECT CAST(max(version) AS TEXT) FROM _sqlx_migrations").await;
    assert_eq!(left, ["7"]);
}
