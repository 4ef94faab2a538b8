//! Faults: what people meet when a part fails, and that nothing they were answered is lost. The kills are real ones, of
//! the real program.

use std::{
    net::{Ipv4Addr, TcpListener},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode, routing::post};
use backend::{
    Actor, accounts,
    actor::Scope,
    jobs::{self, Job},
    mail::{self, recent},
    verification,
    world::{Clock, Entropy},
};
use domain::{
    master_data::institution::InstitutionType,
    role::Role,
    staff::StaffRole,
    time::{Timestamp, Zone},
};
use futures::future::join_all;
use reqwest::Method;
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::json;
use server::{
    application::{Application, open_backend},
    config::Config,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, postgres::PgConnectOptions};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Fields, Site, Visitor, changed},
    forms::fill_draft,
    outside::Outside,
    process::Host,
    smtp::{Manner, Smtp},
    *,
};

const SITI: &str = "siti.pa@contoh.go.id";
const UNAVAILABLE: &str = "Sistem belum dapat menjawab.";

fn page(id: Uuid, step: &str) -> String {
    format!("/akses/pengajuan/{id}/{step}")
}

async fn outside(site: &Site) -> Outside {
    Outside::of(secrecy::ExposeSecret::expose_secret(&site.world.config.database.url)).await
}

/// Looks again and again until it is so.
async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sirup_that_hangs_is_said_and_costs_nothing() {
    let site = Site::new(Database::Sqlite).await;
    let (siti, budi) = (site.siti().await, site.budi().await);
    let id = site.draft("Sekretariat").await;
    let mut before = outside(&site).await.everything().await;
    let began = Instant::now();
    let asked = [("sirup_username", "pa.lambat"), ("sirup_password", devtools::development::SIRUP_PASSWORD)];
    let path = page(id, "sirup");
    let others = async {
        // Nobody waits for it but who asked.
        for _ in 0..20 {
            budi.get("/akses").await.expect(200);
        }
        began.elapsed()
    };
    let (answer, others) = tokio::join!(siti.post(&path, &asked), others);
    assert!(began.elapsed() < Duration::from_secs(20) && others < Duration::from_secs(5), "{:?}", began.elapsed());
    let answer = answer.expect(422).expect_says("SiRUP belum menjawab. Isian Anda tersimpan");
    let answer = answer.expect_says("Coba lagi").expect_says("Daftar Akses Baru").expect_says("Pusat Bantuan");
    assert_eq!(answer.value(&path, "sirup_username").as_deref(), Some("pa.lambat"));
    let mut after = outside(&site).await.everything().await;
    // What was counted as a guess was taken back.
    before.remove("throttles");
    let counted = after.remove("throttles").unwrap();
    assert_eq!(after, before);
    assert!(counted.iter().filter(|row| row.contains("sirup")).all(|row| row.contains(", 0, ")), "{counted:?}");
    siti.get(&page(id, "tinjau")).await.expect(200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_gone_holds_nothing_up(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let port = Smtp::start(Manner::Takes).await.stop();
    let url = format!("smtp://127.0.0.1:{port}");
    let site = Site::with(database, &[("smtp_url", &url)], true).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = page(id, "tinjau");
    let form = changed(siti.get(&path).await.form(&path), &[("confirmation", "ya")]);
    let began = Instant::now();
    siti.send(&path, &form).await.expect(200).expect_says("GB-26-000001-3");
    assert!(began.elapsed() < Duration::from_secs(3));
    let mut look = outside(&site).await;
    until("a try that failed", async || {
        look.texts("SELECT status FROM outbox WHERE attempts > 0 AND last_error IS NOT NULL").await == ["pending"]
    })
    .await;
    let server = Smtp::start_at(port, Manner::Takes).await;
    until("the mail", async || {
        site.world.advance(Duration::from_secs(5));
        !server.mails().is_empty()
    })
    .await;
    until("its trace", async || look.texts("SELECT status FROM outbox").await == ["sent"]).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: siti.pa@contoh.go.id") && mails[0].contains("GB-26-000001-3"), "{}", mails[0]);
}

/// The disk is full for the letter alone, then for everything, then has room again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_nothing_is_half_written(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let host = Host::new(database, &[("log", "warn")]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = fill_draft(&siti, "pa", "Kesehatan", 0).await;
    let (path, big) = (page(id, "formulir"), letter_of(100_000));
    let before = host.outside().await.everything().await;
    let files = files_below(&host.letters());
    let form = changed(siti.get(&path).await.form(&path), &[("aksi", "ajukan")]);
    process.limit_files(Some(1000));
    let not_stored = json!({ "Err": { "Invalid": [{ "field": "letter", "problem": { "kind": "letter", "of": { "kind": "not_stored" } } }] } });
    assert_eq!(siti.upload_alone(id, "besar.pdf", big.clone()).await.expect(422).json(), not_stored);
    let refused = siti.upload(&path, &form, "besar.pdf", big.clone()).await.expect(422);
    let refused = refused.expect_says("Berkas belum dapat disimpan karena gangguan pada sistem kami.");
    assert!(refused.says("surat.pdf") && !refused.says("besar.pdf"), "the letter before is still there");
    assert_eq!(siti.get(&page(id, "surat")).await.expect(200).body, letter());
    assert_eq!(files_below(&host.letters()), files, "no half of a letter lies about");
    assert_eq!(host.outside().await.everything().await, before);

    if let Database::Sqlite = database {
        process.limit_files(Some(0));
        let typed = changed(form.clone(), &[("address", "Jalan yang tidak tersimpan 12"), ("aksi", "simpan")]);
        let refused = siti.post(&path, &typed).await.expect(503).expect_says(UNAVAILABLE);
        assert_eq!(refused.value(&path, "address").as_deref(), Some("Jalan yang tidak tersimpan 12"));
        let review = siti.get(&page(id, "tinjau")).await.expect(200).form(&page(id, "tinjau"));
        let review = changed(review, &[("confirmation", "ya")]);
        siti.post(&page(id, "tinjau"), &review).await.expect(503).expect_says(UNAVAILABLE);
        let script = siti.post_by_script(&page(id, "tinjau"), &review).await.expect(200).json();
        assert_eq!(script, json!({ "Stay": [{ "field": "form", "problem": { "kind": "unavailable" } }] }));
        process
            .visitor()
            .post("/daftar", &[("name", "Rina"), ("email", "rina@contoh.go.id"), ("password", "kuda lari di pantai")])
            .await
            .expect(503);
        assert_eq!(host.outside().await.everything().await, before);
    }

    process.limit_files(None);
    let review = siti.upload(&path, &form, "besar.pdf", big.clone()).await.expect(303);
    assert_eq!(review.location(), Some(&*page(id, "tinjau")));
    assert_eq!(siti.get(&page(id, "surat")).await.expect(200).body, big);
    let review = siti.get(&page(id, "tinjau")).await.form(&page(id, "tinjau"));
    siti.send(&page(id, "tinjau"), &changed(review, &[("confirmation", "ya")])).await.expect(200);
    // A letter that the disk lost is said to be missing, without a fault.
    for file in files_below(&host.letters()) {
        std::fs::remove_file(file).unwrap();
    }
    siti.get(&page(id, "surat")).await.expect(503).expect_says("Berkas belum dapat ditampilkan.");
    assert!(!host.log().contains("panicked"), "{}", host.log());
}

/// What is in the database about an application, and what ought to come of it.
async fn check(host: &Host, siti: &Visitor, id: Uuid, before: &Stored) -> bool {
    let mut look = host.outside().await;
    let status = look.text("SELECT status FROM applications WHERE id = $1", id).await.unwrap();
    let reference = look.text("SELECT reference FROM applications WHERE id = $1", id).await;
    let trail = "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND action = 'application_submitted'";
    let trail = look.number(trail, id).await;
    let mails = "SELECT count(*) FROM outbox WHERE CAST(content AS TEXT) LIKE '%' || $1 || '%'";
    let mails = look.number_with(mails, &id.to_string()).await;
    assert_eq!(Stored::of(host, id).await.answers, before.answers);
    assert_eq!(siti.get(&page(id, "surat")).await.expect(200).body, letter());
    match status.as_str() {
        "draft" => {
            assert_eq!((reference, trail, mails), (None, 0, 0), "half sent");
            siti.get(&page(id, "tinjau")).await.expect(200);
            siti.get(&page(id, "bukti.pdf")).await.expect(404);
            false
        }
        "submitted" => {
            assert_eq!((trail, mails), (1, 1), "half sent");
            let reference = reference.expect("a number");
            let receipt = siti.get(&page(id, "bukti.pdf")).await.expect(200);
            let text = lopdf::Document::load_mem(&receipt.body).unwrap().extract_text(&[1]).unwrap();
            assert!(text.contains(&reference), "{text}");
            siti.get(&page(id, "status")).await.expect(200).expect_says(&reference);
            true
        }
        other => panic!("{other}"),
    }
}

/// What a draft held before it was sent.
struct Stored {
    answers: Option<String>,
}

impl Stored {
    async fn of(host: &Host, id: Uuid) -> Self {
        let sql = "SELECT CAST(answers AS TEXT) FROM applications WHERE id = $1";
        Self { answers: host.outside().await.text(sql, id).await }
    }
}

/// Every letter that a row names is there, whole.
async fn letters_are_whole(host: &Host) {
    for row in host.outside().await.texts("SELECT object_key || ' ' || CAST(bytes AS TEXT) FROM documents").await {
        let (key, bytes) = row.split_once(' ').unwrap();
        let size = std::fs::metadata(host.letters().join(key)).unwrap_or_else(|_| panic!("{key} is missing")).len();
        assert_eq!(size.to_string(), bytes, "{key}");
    }
}

async fn is_sound(host: &Host, database: Database) {
    letters_are_whole(host).await;
    if let Database::Sqlite = database {
        assert_eq!(host.outside().await.texts("PRAGMA integrity_check").await, ["ok"]);
    }
}

async fn try_post(visitor: &Visitor, path: &str, fields: &Fields) -> reqwest::Result<Answer> {
    Answer::try_of(path, visitor.request(Method::POST, path).form(fields)).await
}

/// `kill -9` between **Kirim** and the answer, at moments spread from before the request is read to after it was
/// answered, three applications under way each time.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_sending_an_application_is_a_draft_or_sent(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    const ROUNDS: u32 = 12;
    const AT_ONCE: usize = 3;
    let host = Host::new(database, &[("log", "warn")]).await;
    let mut process = host.serve().await;
    let mut siti = process.visitor();
    siti.sign_in(SITI).await;
    let review = async |siti: &Visitor, nth: usize| {
        let role = if nth < 30 { "pa" } else { "kpa" };
        let id = fill_draft(siti, role, "Kesehatan", nth % 30).await;
        let path = page(id, "tinjau");
        (id, changed(siti.get(&path).await.expect(200).form(&path), &[("confirmation", "ya")]))
    };
    // How long sending takes here.
    let mut warm = Vec::new();
    for nth in 0..AT_ONCE {
        warm.push(review(&siti, nth).await);
    }
    let began = Instant::now();
    for answer in join_all(warm.iter().map(|(id, form)| {
        let path = page(*id, "tinjau");
        let siti = &siti;
        async move { siti.post(&path, form).await }
    }))
    .await
    {
        answer.expect(303);
    }
    let usual = began.elapsed();

    let (mut drafts, mut sent, mut nth) = (0, 0, AT_ONCE);
    for round in 0..ROUNDS {
        let mut under_way = Vec::new();
        for _ in 0..AT_ONCE {
            let (id, form) = review(&siti, nth).await;
            under_way.push((id, form, Stored::of(&host, id).await));
            nth += 1;
        }
        let sending = join_all(under_way.iter().map(|(id, form, _)| {
            let (path, siti) = (page(*id, "tinjau"), &siti);
            async move { try_post(siti, &path, form).await }
        }));
        let (answers, ()) = tokio::join!(sending, process.kill_after(usual * (2 * round + 1) * 13 / (20 * ROUNDS)));

        process = host.serve().await;
        siti.moved(&process.base);
        for ((id, form, before), answer) in under_way.iter().zip(answers) {
            let is_sent = check(&host, &siti, *id, before).await;
            if let Ok(answer) = answer {
                answer.expect(303);
                assert!(is_sent, "answered and lost");
            }
            if is_sent {
                sent += 1;
            } else {
                drafts += 1;
            }
            // Sending again finishes it, and changes nothing where it was finished.
            siti.post(&page(*id, "tinjau"), form).await.expect(303);
            assert!(check(&host, &siti, *id, before).await);
        }
        is_sound(&host, database).await;
    }
    assert!(drafts > 0 && sent > 0, "the kills came at different moments: {drafts} drafts, {sent} sent");
    // No number was given twice, and none was lost; those before hers are of the development data.
    let hers = "SELECT substr(a.reference, 7, 6) FROM applications a JOIN users u ON u.id = a.user_id
                WHERE a.reference IS NOT NULL AND u.email = 'siti.pa@contoh.go.id' ORDER BY 1";
    let given = host.outside().await.texts(hers).await;
    let first: usize = given[0].parse().unwrap();
    let expected: Vec<String> = (first..first + nth).map(|number| format!("{number:06}")).collect();
    assert_eq!(given, expected);
}

/// `kill -9` while answers and letters are being saved one after the other: what was answered last is there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_saving_nothing_answered_is_lost(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let host = Host::new(database, &[("log", "warn")]).await;
    let mut process = host.serve().await;
    let mut siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = fill_draft(&siti, "pa", "Kesehatan", 0).await;
    let path = page(id, "formulir");
    let (mut addresses, mut letters) = (0, 0);
    for round in 0..6 {
        let draft = siti.ask(&format!("/api/pengajuan/draf?id={id}&for_step=Form")).await.expect(200).json();
        let (version, answers) = (draft["version"].as_i64().unwrap(), &draft["draft"]["answers"]);
        let answers = |nth: i64| {
            let mut changed = answers.clone();
            changed["address"] = json!(address(nth));
            changed
        };
        let mut saved = 0;
        let saving = async {
            while let Ok(answer) = siti.try_save(id, version + saved, &answers(addresses + saved + 1)).await {
                answer.expect(200);
                saved += 1;
            }
        };
        let mut taken = 0;
        let uploading = async {
            let sent = |nth: i64| letter_of(1000 + usize::try_from(nth).unwrap());
            let path = page(id, "surat");
            while let Ok(answer) =
                Answer::try_of(&path, siti.request(Method::POST, &path).body(sent(letters + taken + 1))).await
            {
                answer.expect(200);
                taken += 1;
            }
        };
        tokio::join!(saving, uploading, process.kill_after(Duration::from_millis(150 + 70 * round)));
        assert!(saved > 0, "something was saved");
        (addresses, letters) = (addresses + saved, letters + taken);

        // More letters than a person may have looked into in an hour; not what this is about.
        host.outside().await.texts("DELETE FROM throttles WHERE scope = 'letter' RETURNING scope").await;
        process = host.serve().await;
        siti.moved(&process.base);
        let stored = siti.get(&path).await.expect(200).value(&path, "address").unwrap();
        // The last one that was answered, or the one that was under way.
        if stored == address(addresses + 1) {
            addresses += 1;
        }
        assert_eq!(stored, address(addresses));
        if letters > 0 || taken > 0 {
            let kept = siti.get(&page(id, "surat")).await.expect(200).body;
            if kept == letter_of(1001 + usize::try_from(letters).unwrap()) {
                letters += 1;
            }
            assert_eq!(kept, letter_of(1000 + usize::try_from(letters).unwrap()));
        }
        is_sound(&host, database).await;
    }
    assert!(letters > 0, "letters were taken");
}

fn address(nth: i64) -> String {
    format!("Jalan Kemerdekaan nomor {nth}, Jakarta")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_said_and_comes_back() {
    let site = Site::new(Database::Postgres).await;
    let (siti, stranger) = (site.siti().await, site.visitor());
    let id = site.draft("Sekretariat").await;
    let url = secrecy::ExposeSecret::expose_secret(&site.world.config.database.url).to_owned();
    let options: PgConnectOptions = url.parse().unwrap();
    let name = options.get_database().unwrap().to_owned();
    let mut admin = options.database("postgres").connect().await.unwrap();
    let mut run = async |sql: String| {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    };
    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;

    for path in [
        "/akses".to_owned(),
        page(id, "formulir"),
        page(id, "surat"),
        "/api/akses".to_owned(),
        "/akses/peristiwa".to_owned(),
    ] {
        let answer = siti.get(&path).await.expect(503);
        assert_eq!(answer.header("retry-after"), "5");
        answer.expect_says(UNAVAILABLE);
    }
    // Not "signed out": the form says what it is, and keeps what was typed.
    let refused = stranger.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(503);
    let refused = refused.expect_says(UNAVAILABLE);
    assert_eq!(refused.value("/masuk", "email").as_deref(), Some(SITI));
    let reply = stranger.post_by_script("/lupa-kata-sandi", &[("email", SITI)]).await.expect(200).json();
    assert_eq!(reply, json!({ "Stay": [{ "field": "form", "problem": { "kind": "unavailable" } }] }));
    assert_eq!(stranger.ask("/api/daftar/tautan?token=x").await.expect(503).json(), json!("Unavailable"));
    stranger.get("/bantuan").await.expect(200);
    stranger.get("/health/live").await.expect(200);
    stranger.get("/health/ready").await.expect(503);

    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    until("ready again", async || stranger.get("/health/ready").await.status == 200).await;
    siti.get("/akses").await.expect(200);
    // Open pages are told again, too.
    let mut events = siti.events().await;
    let told = async {
        loop {
            match events.next().await {
                Some(event) => break event,
                None => events = siti.events().await, // notices were missed: the page opens another stream
            }
        }
    };
    let telling = async {
        loop {
            let draft = siti.start("pa").await;
            siti.post(&page(draft, "status"), &[("", "")]).await.expect(303);
            // A person may open so many drafts in a day.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        event = tokio::time::timeout(Duration::from_secs(20), told) => assert_eq!(event.unwrap().0, "application"),
        () = telling => {}
    }
}

/// Somebody else holds the one writer of SQLite for too long.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_busy_is_said_and_reading_goes_on() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = page(id, "tinjau");
    let form = changed(siti.get(&path).await.form(&path), &[("confirmation", "ya")]);
    let Outside::Sqlite(mut other) = outside(&site).await else { panic!("no SQLite") };
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    siti.post(&path, &form).await.expect(503).expect_says(UNAVAILABLE);
    siti.get("/akses").await.expect(200);
    other.execute("ROLLBACK").await.unwrap();
    siti.send(&path, &form).await.expect(200).expect_says("GB-26-000001-3");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_over_one_database_are_one() {
    let one = Site::new(Database::Postgres).await;
    let two = one.beside().await;
    let id = one.sent("Sekretariat").await;
    // Signed in at one, and sent to the other.
    let siti = one.siti().await;
    let token = format!("gerbang={}", sign_in_token(&one).await);
    let elsewhere = two.visitor();
    let at_two =
        async |path: &str| Answer::of(path, elsewhere.request(Method::GET, path).header("cookie", &token)).await;
    at_two(&page(id, "status")).await.expect(200).expect_says("Menunggu Verifikasi");
    let siti_at_two = two.siti().await;
    let (mut here, mut there) = (siti.events().await, siti_at_two.events().await);
    let verifier = one.verifier().await;
    let path = format!("/verifikasi/{id}");
    let told = Some(("application".to_owned(), id.to_string()));
    verifier.take(id).await;
    assert_eq!((here.soon().await, there.soon().await), (told.clone(), told.clone()));
    let form = verifier.verdict(id, "approve", "").await;
    verifier.post(&path, &form).await.expect(303);
    assert_eq!((here.soon().await, there.soon().await), (told.clone(), told));
    at_two(&page(id, "status")).await.expect(200).expect_says("Akses Anda disetujui");
    // Of two verdicts at two servers, one counts.
    let late = two.verifier2().await.post(&path, &form).await.expect(409);
    late.expect_says("Sudah diputus orang lain: Ratna Wulandari");
    // Guesses are counted together.
    for nth in 0..10 {
        let server = if nth % 2 == 0 { &one } else { &two };
        server.visitor().post("/masuk", &[("email", "budi.kpa@contoh.go.id"), ("password", "salah")]).await.expect(422);
    }
    let right = [("email", "budi.kpa@contoh.go.id"), ("password", PASSWORD)];
    two.visitor().post("/masuk", &right).await.expect(429);
    // Signed out at one is signed out at both.
    let request = one.visitor().request(Method::POST, "/keluar").header("cookie", &token);
    Answer::of("/keluar", request.form(&[("", "")])).await.expect(303);
    at_two("/akses").await.expect(302);
}

/// The token of a new session of Siti's.
async fn sign_in_token(site: &Site) -> String {
    let answer = site.visitor().post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(303);
    let cookie = answer.header("set-cookie").strip_prefix("gerbang=").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polite_end_finishes_what_is_under_way_and_ends_streams() {
    // A SiRUP that takes a second, and tells when it was asked.
    let (asked, mut was_asked) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move || async move {
        asked.send(()).unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        StatusCode::UNAUTHORIZED
    };
    let router = Router::new().route("/v1/credentials/verify", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let host = Host::new(Database::Sqlite, &[("log", "info"), ("sirup_url", &url)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = siti.start("pa").await;
    let mut events = siti.events().await;
    let path = page(id, "sirup");
    let linking = siti.post(&path, &[("sirup_username", "pa.lama"), ("sirup_password", "salah")]);
    let ending = async {
        was_asked.recv().await.unwrap();
        process.terminate();
        let ended = tokio::time::timeout(Duration::from_secs(5), events.next()).await.expect("the stream ends");
        assert_eq!(ended, None);
    };
    let (answer, ()) = tokio::join!(linking, ending);
    answer.expect(422).expect_says("Gagal masuk ke SiRUP");
    let status = tokio::time::timeout(Duration::from_secs(10), process.ended()).await.expect("it ends");
    assert!(status.success(), "{status}\n{}", host.log());
    siti.request(Method::GET, "/health/live").send().await.unwrap_err();
    assert!(host.log().contains("stopping"), "{}", host.log());
}

#[rstest]
#[case::unknown(&[("adr", "127.0.0.1:3000")], "GERBANG_ADR")]
#[case::address(&[("addr", "lokal:3000")], "GERBANG_ADDR")]
#[case::environment(&[("env", "prod")], "GERBANG_ENV")]
#[case::path_in_base_url(&[("base_url", "https://contoh.go.id/gerbang")], "GERBANG_BASE_URL")]
#[case::database_kind(&[("database_url", "mysql://x")], "GERBANG_DATABASE_URL")]
#[case::database_gone(&[("database_url", "postgres://gerbang@127.0.0.1:1/gerbang")], "GERBANG_DATABASE_URL")]
#[case::database_folder(&[("database_url", "sqlite:/dev/null/gerbang.db")], "GERBANG_DATABASE_URL")]
#[case::data_folder(&[("data_dir", "/dev/null/data")], "GERBANG_DATA_DIR")]
#[case::documents_kind(&[("documents_url", "ftp://contoh.go.id/surat")], "GERBANG_DOCUMENTS_URL")]
#[case::documents_folder(&[("documents_url", "file:///dev/null/surat")], "GERBANG_DOCUMENTS_URL")]
#[case::documents_text(&[("documents_url", "surat")], "GERBANG_DOCUMENTS_URL")]
#[case::smtp_kind(&[("smtp_url", "http://surel.contoh.go.id")], "GERBANG_SMTP_URL")]
#[case::smtp_tls(&[("smtp_url", "smtp://surel.contoh.go.id?tls=mungkin")], "GERBANG_SMTP_URL")]
#[case::sender(&[("mail_from", "Gerbang")], "GERBANG_MAIL_FROM")]
#[case::help(&[("help_url", "https://contoh.go.id")], "GERBANG_HELP_URL")]
#[case::sirup(&[("sirup_url", "sirup.contoh.go.id")], "GERBANG_SIRUP_URL")]
#[case::demo(&[("demo_url", "http://127.0.0.1:3002/daftar")], "GERBANG_DEMO_URL")]
#[case::cutoff(&[("sirup_cutoff", "1 Agustus 2024")], "GERBANG_SIRUP_CUTOFF")]
#[case::promise(&[("promised_working_days", "0")], "GERBANG_PROMISED_WORKING_DAYS")]
#[case::proxies(&[("trusted_proxies", "10.0.0.0/33")], "GERBANG_TRUSTED_PROXIES")]
#[case::log(&[("log", "info,sqlx=keras")], "GERBANG_LOG")]
#[case::file(&[("config", "tidak-ada.toml")], "GERBANG_CONFIG")]
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_setting_stops_the_start_and_is_named(#[case] settings: &[(&str, &str)], #[case] name: &str) {
    let host = Host::new(Database::Sqlite, &[]).await;
    let (status, said) = host.run(&["serve"], settings).await;
    assert_eq!(status.code(), Some(1), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("gerbang-dev: ") && last.contains(name), "{said}");
    assert!(!said.contains("siap di") && !said.contains("panicked"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_file_are_read_under_those_of_the_environment() {
    let host = Host::new(Database::Sqlite, &[]).await;
    std::fs::write(host.dir().join("gerbang.toml"), "adr = \"127.0.0.1:3000\"\n").unwrap();
    let (status, said) = host.run(&["serve"], &[]).await;
    assert!(!status.success() && said.contains("GERBANG_ADR"), "{said}");
    let file = "[server]\naddr = \"0.0.0.0:1\"\n[help]\nurl = \"mailto:meja@contoh.go.id\"\n";
    std::fs::write(host.dir().join("gerbang.toml"), file).unwrap();
    let process = host.serve().await;
    process.visitor().get("/health/ready").await.expect(200);
    drop(process);
    // An address that somebody else has.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (status, said) = host.run(&["serve"], &[("addr", &taken.local_addr().unwrap().to_string())]).await;
    assert!(!status.success() && said.lines().last().unwrap().contains("GERBANG_ADDR"), "{said}");
}

/// A secret may look like a number, or like anything.
#[rstest]
#[case("2718281828")]
#[case("true")]
#[case("[rahasia")]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_taken_as_it_is_written(#[case] token: &str) {
    let addr = "127.0.0.1:0".parse().unwrap();
    let (addr, serving) = devtools::sirup_simulator::bind(addr, token.to_owned()).await.unwrap();
    tokio::spawn(serving);
    let sirup = format!("http://{addr}");
    let host = Host::new(Database::Sqlite, &[("sirup_token", token), ("sirup_url", &sirup)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = siti.start("pa").await;
    let form = [("sirup_username", "pa.lama"), ("sirup_password", devtools::development::SIRUP_PASSWORD)];
    siti.post(&page(id, "sirup"), &form).await.expect(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn production_has_nothing_of_development() {
    let settings: Vec<(&str, &str)> = [PRODUCTION, &[("sirup_url", "https://sirup.contoh.go.id")]].concat();
    let host = Host::production(Database::Sqlite, &settings).await;
    for command in ["sirup-simulator", "demo-platform"] {
        let (status, said) = host.run(&[command], &[]).await;
        assert!(!status.success() && said.contains("unrecognized subcommand"), "{said}");
    }
    for (name, value) in [("env", "development"), ("demo_url", "http://127.0.0.1:3002")] {
        let (status, said) = host.run(&["serve"], &[(name, value)]).await;
        assert!(!status.success() && said.contains(&format!("GERBANG_{}", name.to_uppercase())), "{said}");
        assert!(!said.contains("listening"), "it must not serve: {said}");
    }
    for (name, _) in &settings[1..] {
        let others = settings.iter().filter(|(other, _)| other != name).copied().collect::<Vec<_>>();
        let (status, said) = Host::production(Database::Sqlite, &others).await.run(&["serve"], &[]).await;
        assert!(!status.success() && said.contains(&format!("GERBANG_{}", name.to_uppercase())), "{said}");
    }
    for (name, value) in [("base_url", "http://gerbang.contoh.go.id"), ("sirup_url", "http://sirup.contoh.go.id")] {
        let (status, said) = host.run(&["serve"], &[(name, value)]).await;
        assert!(!status.success() && said.contains("https"), "{said}");
    }
}

/// Without any setting the production binary asks for settings; with all but `env`, which it does not need, it serves.
#[tokio::test(flavor = "multi_thread")]
async fn production_starts_empty_and_with_secure_cookies() {
    let (status, said) = Host::production(Database::Sqlite, &[]).await.run(&["serve"], &[]).await;
    assert!(!status.success() && said.contains("wajib diisi"), "{said}");
    let settings: Vec<(&str, &str)> = [&PRODUCTION[1..], &[("sirup_url", "https://sirup.contoh.go.id")]].concat();
    let host = Host::production(Database::Sqlite, &settings).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server =
        host.command(&["serve"]).env("GERBANG_ADDR", port.to_string()).stderr(Stdio::null()).spawn().unwrap();
    let mut visitor = Visitor::of(&format!("http://{port}").parse().unwrap());
    visitor.origin = "https://gerbang.contoh.go.id".to_owned();
    until("it serves", async || {
        visitor.bare(Method::GET, "/health/ready").send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    visitor.get("/dev/surat").await.expect(404);
    visitor.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(422);
    let scheme = visitor.post("/tema", &[("kembali", "/bantuan")]).await.expect(303);
    assert!(scheme.header("set-cookie").ends_with("; Secure"), "{}", scheme.header("set-cookie"));
    let left = visitor.post("/keluar", &[("", "")]).await.expect(303);
    let cookie = left.header("set-cookie");
    assert!(cookie.starts_with("__Host-gerbang=") && cookie.ends_with("; Secure"), "{cookie}");
    server.kill().unwrap();
    server.wait().unwrap();
    let rows = host.outside().await.everything().await;
    for table in ["users", "institutions", "work_units", "sirup_links", "platforms", "platform_secrets"] {
        assert_eq!(rows[table], Vec::<String>::new(), "{table}");
    }
}

/// A clock that stands at [`NOW`] and true randomness, each of which panics while it is told to: as a fault of ours would,
/// in the middle of whatever asks it.
#[derive(Default)]
struct Faulty {
    clock: AtomicBool,
    randomness: AtomicBool,
}

impl Faulty {
    fn world(self: &Arc<Self>) -> backend::world::World {
        backend::world::World::new(self.clone(), self.clone())
    }
}

impl Clock for Faulty {
    fn now(&self) -> Timestamp {
        assert!(!self.clock.load(Ordering::SeqCst), "no time");
        NOW
    }
}

impl Entropy for Faulty {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(!self.randomness.load(Ordering::SeqCst), "no randomness");
        for byte in bytes {
            [*byte] = backend::world::World::system().random::<1>();
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_panics_has_failed_and_runs_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let world = World::new(database).await;
    let (siti, verifier) = (world.siti().await, world.verifier().await);
    let admin = world.actor("admin@contoh.go.id").await;
    let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
    verification::claim(&world.backend, &verifier, id).await.unwrap();
    world.sql("UPDATE applications SET lease_ends_at = 1 WHERE lease_holder IS NOT NULL").await.unwrap();

    let faulty = Arc::new(Faulty::default());
    let base_url = "http://gerbang.test".parse().unwrap();
    let backend = Arc::new(open_backend(&world.config, base_url, program(), faulty.world()).await.unwrap());
    let last = || {
        let listed = jobs::overview(&backend, &admin).unwrap();
        let (_, run) = listed.into_iter().find(|(job, _)| *job == Job::EndLeases).unwrap();
        run.map(|run| run.outcome)
    };
    faulty.randomness.store(true, Ordering::SeqCst);
    tokio::spawn(jobs::run(backend.clone()));
    until("the job ran", async || last().is_some()).await;
    assert_eq!(last(), Some(Err("panicked: no randomness".to_owned())));
    faulty.randomness.store(false, Ordering::SeqCst);
    until("the job did what it could not do before", async || last() == Some(Ok(1))).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_no_work_in_the_background(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let dir = tempfile::tempdir().unwrap();
    let mut pairs = vec![("data_dir", dir.path().to_str().unwrap()), ("addr", "127.0.0.1:0")];
    let postgres = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(new_postgres().await),
    };
    pairs.extend(postgres.as_deref().map(|url| ("database_url", url)));
    let config = Config::from_pairs(&pairs).unwrap();
    let faulty = Arc::new(Faulty::default());
    let extras = devtools::extras(devtools::DEMO_URL.parse().unwrap());
    let application = Application::build(config.clone(), program(), faulty.world(), extras).await.unwrap();
    let backend = application.backend.clone();
    accounts::forgot_password(&backend, SITI).await.unwrap();
    let mut outside = Outside::of(config.database.url.expose_secret()).await;
    outside.texts("UPDATE institutions SET name = 'Kementerian Percobaan' WHERE kd_klpd = 'K34' RETURNING name").await;
    outside.texts("UPDATE master_data SET version = version + 1 RETURNING 'x'").await;

    faulty.clock.store(true, Ordering::SeqCst);
    tokio::spawn(application.run(true, std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    faulty.clock.store(false, Ordering::SeqCst);
    let admin = Actor {
        user_id: Uuid::nil(),
        session_id: Uuid::nil(),
        name: String::new(),
        email: String::new(),
        zone: Zone::Wib,
        staff_role: Some(StaffRole::Admin),
        scope: Scope::National,
        address: Ipv4Addr::LOCALHOST.into(),
    };
    until("every job", async || jobs::overview(&backend, &admin).unwrap().iter().all(|(_, run)| run.is_some())).await;
    until("the mail", async || recent(&backend, 1).await.unwrap()[0].status == mail::Status::Sent).await;
    until("the master data", async || {
        backend.master_data.snapshot().institutions(InstitutionType::Kementerian, "percobaan", 1).total == 1
    })
    .await;
}
