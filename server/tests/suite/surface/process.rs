//! What the real program logs and stores.

use rstest::rstest;

use crate::support::{
    forms::{TYPED, page, send_application},
    process::Host,
    *,
};

/// The queries in a log that holds nothing else, without those of the background workers.
fn queries(log: &str) -> Vec<&str> {
    let kinds = ["SELECT", "INSERT", "UPDATE", "DELETE"].map(|kind| format!("summary=\"{kind}"));
    let by_workers = ["outbox", "master_data", "registrations", "logout_notices", "oidc_grants"];
    log.lines()
        .filter(|line| {
            kinds.iter().any(|kind| line.contains(kind)) && by_workers.iter().all(|mark| !line.contains(mark))
        })
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn manajemen_akses_takes_three_queries(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let host = Host::new(database, &[("log", "off,sqlx::query=debug")]).await;
    let process = host.serve().await;
    let (siti, verifier, stranger) = (process.visitor(), process.visitor(), process.visitor());
    siti.sign_in(SITI).await;
    verifier.sign_in("verifikator@contoh.go.id").await;
    // An access, a submitted application and a draft.
    let waiting = send_application(&siti, "Kesehatan", 0).await;
    let approved = send_application(&siti, "Kesehatan", 1).await;
    verifier.decide(approved, "approve", "").await;
    siti.start("kpa").await;
    stranger.get("/daftar/konfirmasi?token=penanda").await.expect(303);
    // A query that nothing else makes. Once the log shows it, the log is complete up to there.
    let marked = async |from: usize| {
        stranger.ask("/api/daftar/tautan").await;
        loop {
            if let Some(at) = host.log()[from..].find("registrations") {
                break from + at;
            }
            tokio::task::yield_now().await;
        }
    };
    let counted = async |path: &str| {
        // The first visit opens connections.
        let before = host.log().len();
        siti.get(path).await.expect(200);
        let from = marked(before).await;
        siti.get(path).await.expect(200);
        let line = host.log()[from..].find('\n').map_or(from, |end| from + end);
        let to = marked(line).await;
        let log = host.log();
        let whole_lines = log[from..to].rfind('\n').map_or(from, |end| from + end);
        queries(&log[from..whole_lines]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let found = counted("/akses").await;
    assert!((2..=3).contains(&found.len()), "{found:#?}");
    for path in
        ["/akses/baru".to_owned(), page(waiting, "status"), "/pengaturan/instansi".to_owned(), "/profil".to_owned()]
    {
        let found = counted(&path).await;
        assert!((1..=4).contains(&found.len()), "{path}: {found:#?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_nowhere_to_be_found(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let sirup = new_sirup().await;
    let host = Host::new(database, &[("log", "trace"), ("sirup_url", &sirup)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    let signed_in = siti.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(303);
    let token = signed_in.header("set-cookie").strip_prefix("gerbang=").unwrap().split(';').next().unwrap().to_owned();
    let id = siti.start("pa").await;
    let path = page(id, "sirup");
    let wrong = "Sirup-yang-salah-41";
    let new = "kuda lari di pantai 88";
    let answers = [
        signed_in,
        siti.post("/masuk", &[("email", SITI), ("password", TYPED)]).await.expect(422),
        siti.post(&path, &[("sirup_username", "pa.lama"), ("sirup_password", wrong)]).await.expect(422),
        siti.post_by_script(&path, &[("sirup_username", "pa.gangguan"), ("sirup_password", SIRUP_PASSWORD)])
            .await
            .expect(200),
        siti.post(&path, &[("sirup_username", "pa.baru"), ("sirup_password", SIRUP_PASSWORD)]).await.expect(422),
        siti.post(&path, &[("sirup_username", "pa.lama"), ("sirup_password", SIRUP_PASSWORD)]).await.expect(303),
        siti.get(&path).await.expect(200),
        siti.get(&page(id, "formulir")).await.expect(200),
        siti.post("/profil/kata-sandi", &[("current_password", TYPED), ("password", new)]).await.expect(422),
        siti.post("/profil/kata-sandi", &[("current_password", PASSWORD), ("password", new)]).await.expect(303),
        // A password in the wrong field.
        siti.post("/masuk", &[("email", SITI), ("sirup_password", wrong)]).await.expect(422),
    ];
    process.terminate();
    assert!(process.ended().await.success());

    let mut haystacks: Vec<(String, Vec<u8>)> =
        answers.iter().map(|answer| (answer.path.clone(), answer.body.to_vec())).collect();
    let log = host.log();
    assert!(log.contains("SELECT") && log.contains("/sirup"), "the log says something");
    haystacks.push(("the log".to_owned(), log.into_bytes()));
    for entry in files_below(host.dir()) {
        haystacks.push((entry.display().to_string(), std::fs::read(&entry).unwrap()));
    }
    // After the files: opening the database creates and removes files.
    for (table, rows) in host.outside().await.everything().await {
        haystacks.push((table, rows.join("\n").into_bytes()));
    }
    let haystacks: Vec<(String, String)> =
        haystacks.into_iter().map(|(place, bytes)| (place, String::from_utf8_lossy(&bytes).into_owned())).collect();
    for secret in [PASSWORD, TYPED, wrong, SIRUP_PASSWORD, new, &token] {
        let encoded: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (place, text) in &haystacks {
            for needle in [secret, &encoded, &encoded.to_uppercase(), &secret.replace(' ', "+")] {
                assert!(!text.contains(needle), "{secret:?} is in {place}");
            }
        }
    }
}
