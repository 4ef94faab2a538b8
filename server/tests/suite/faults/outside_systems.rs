//! SiRUP or the mail server fails.

use std::time::{Duration, Instant};

use rstest::rstest;

use super::*;
use crate::support::{
    browser::{Site, changed},
    process::Host,
    smtp::{Answer, Gate, Manner, Smtp, Stage},
    *,
};

#[tokio::test(flavor = "multi_thread")]
async fn hanging_sirup_is_reported_and_costs_no_attempt() {
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
async fn unreachable_mail_server_delays_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
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

/// SIGTERM comes after the final dot, before the answer of the mail server.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn mail_under_way_at_the_stop_is_noted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    const NOBODY: &str = "orang@lain.go.id";
    let gate = Gate::closed();
    let late = gate.clone();
    let server = Smtp::hooked(move |stage, _| match stage {
        Stage::Content => Answer::Late(late.clone(), "250 taken"),
        _ => Answer::Usual,
    })
    .await;
    let host = Host::new(database, &[("smtp_url", &server.url()), ("log", "error")]).await;
    let process = host.serve().await;
    process.visitor().post("/lupa-kata-sandi", &[("email", NOBODY)]).await.expect(303);
    // The jobs of the server write mails too.
    let mut look = host.outside().await;
    until("every dot", async || {
        let tried = look.texts("SELECT recipient FROM outbox WHERE attempts = 1").await;
        tried.iter().any(|recipient| recipient == NOBODY) && server.count(Stage::Content) == tried.len()
    })
    .await;
    process.terminate();
    let address = process.base.socket_addrs(|| None).unwrap()[0];
    until("the stop", async || std::net::TcpStream::connect(address).is_err()).await;
    gate.open();
    assert!(process.ended().await.success());
    assert_eq!(look.texts(&format!("SELECT status FROM outbox WHERE recipient = '{NOBODY}'")).await, ["sent"]);
    let process = host.serve().await;
    process.visitor().post("/lupa-kata-sandi", &[("email", "lagi@lain.go.id")]).await.expect(303);
    let to = |address: &str| server.mails().iter().filter(|mail| mail.contains(&format!("To: {address}"))).count();
    until("the next mail", async || to("lagi@lain.go.id") == 1).await;
    assert_eq!(to(NOBODY), 1, "no copy");
}
