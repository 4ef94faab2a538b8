//! Connections, headers and bodies that are held open or are too large; addresses that are forged.

use std::time::Duration;

use backend::accounts::sessions;
use bytes::Bytes;
use futures::{StreamExt, future::join_all, stream};
use reqwest::{Method, header};
use serde_json::json;
use tokio::sync::oneshot;
use url::Url;

use crate::support::{
    browser::{Answer, Site, Visitor, streamed},
    forms::page,
    process::Host,
    raw::{Raw, post},
    scenario::Scenario,
    *,
};

/// A head that does not end.
const HALF_A_HEAD: &str = "GET /masuk HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

/// Waits until it is so; the limit is far above what it takes.
async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..6000 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within a minute: {what}");
}

async fn opened(server: &Url, count: usize, sent: &str) -> Vec<Raw> {
    let open = (0..count).map(|_| async {
        let mut raw = Raw::open(server).await;
        raw.send(sent).await;
        raw
    });
    join_all(open).await
}

fn closed(open: &[Raw]) -> usize {
    open.iter().filter(|raw| raw.is_closed()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_wait_keep_nobody_out() {
    let site = Site::with(Database::Sqlite, &[("connections_per_network", "32")], false).await;
    for sent in ["", HALF_A_HEAD, &post("/masuk", 1000, "email=")] {
        let open = opened(&site.address, 100, sent).await;
        // A neighbour in the same network.
        site.visitor().get("/masuk").await.expect(200);
        // 32 in all, of which one is the neighbour's.
        until("those above the limit are closed", async || closed(&open) >= 69).await;
    }
}

/// So few descriptors that a connection each from many networks would take them all.
#[tokio::test(flavor = "multi_thread")]
async fn connections_from_many_networks_leave_descriptors() {
    let host = Host::new(Database::Sqlite, &[]).await.with_descriptors(200, 600);
    let process = host.serve().await;
    let limits = process.proc("limits", "Max open files");
    assert_eq!(
        limits.split_whitespace().skip(3).take(2).collect::<Vec<_>>(),
        ["600", "600"],
        "raised to the hard limit"
    );
    let idle = join_all((0..400).map(|nth| Raw::from_network(&process.base, nth))).await;
    let bodies = join_all((400..800).map(async |nth| {
        let mut raw = Raw::from_network(&process.base, nth).await;
        raw.send(&post("/masuk", 1000, "email=")).await;
        raw
    }))
    .await;
    let siti = Visitor::on_new_connections(&process.base);
    siti.get("/health/ready").await.expect(200);
    siti.sign_in(SITI).await;
    // 600 descriptors, of which 256 are not for connections.
    until("those above the limit are closed", async || closed(&idle) + closed(&bodies) >= 800 - 344).await;
    siti.get("/akses").await.expect(200);
    assert!(!host.log().contains("could not be accepted"), "{}", host.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_has_no_limit_of_its_own() {
    let settings = [("connections_per_network", "16"), ("trusted_proxies", "127.0.0.1")];
    let site = Site::with(Database::Sqlite, &settings, false).await;
    let open = opened(&site.address, 64, "").await;
    site.visitor().get("/masuk").await.expect(200);
    assert_eq!(closed(&open), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn event_streams_are_refused_before_pages() {
    let site = Site::with(Database::Sqlite, &[("connections_per_network", "16")], false).await;
    let (siti, budi) = (site.siti().await, site.budi().await);
    let mut streams = Vec::new();
    for nth in 0..12 {
        streams.push(if nth < 6 { siti.events().await } else { budi.events().await });
    }
    let refused = siti.get("/akses/peristiwa").await.expect(503);
    assert_eq!(refused.header("retry-after"), "30");
    siti.get("/akses").await.expect(200);
    drop(streams);
    until("a stream is free again", async || {
        siti.bare(Method::GET, "/akses/peristiwa").send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
}

/// They wait as long as the server does.
#[tokio::test(flavor = "multi_thread")]
async fn what_dribbles_is_cut() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let draft = site.draft("Sekretariat").await;
    let half_a_head = async {
        let mut raw = Raw::open(&site.address).await;
        raw.send(HALF_A_HEAD).await;
        assert_eq!(raw.rest().await, "");
    };
    let idle = async { assert_eq!(Raw::open(&site.address).await.rest().await, "") };
    let half_a_form = async {
        let answer = Raw::post(&site.address, "/masuk", 1000, "email=siti").await.rest().await;
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("tidak sampai pada waktunya"), "{answer}");
    };
    // A byte each second is no progress.
    let dribbling_letter = async {
        let bytes = stream::repeat(Bytes::from_static(b"%")).then(async |byte| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            byte
        });
        siti.upload_alone(draft, "surat.pdf", streamed(bytes.boxed())).await.expect(408);
    };
    tokio::join!(half_a_head, idle, half_a_form, dribbling_letter);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_answered_without_the_body() {
    let Scenario { site, draft, .. } = Scenario::new(Database::Sqlite).await;
    // Nothing of the body is sent.
    for (path, announced, status) in [
        (page(draft, "surat"), 2_000_000, 401),
        ("/api/pengajuan/simpan".to_owned(), 100, 401),
        ("/api/pengajuan/hapus-surat".to_owned(), 100, 401),
        ("/api/pengajuan/simpan".to_owned(), 16 << 20, 401),
        ("/masuk".to_owned(), 16 << 20, 413),
        ("/bantuan".to_owned(), 300_000, 413),
        (page(draft, "tinjau"), 16 << 20, 413),
        ("/oidc/token".to_owned(), 16 << 20, 413),
        ("/oidc/authorize".to_owned(), 16 << 20, 413),
    ] {
        assert_eq!(Raw::post(&site.address, &path, announced, "").await.status().await, status, "{path}");
    }
    // Of a form with a letter, what was typed comes back; the letter is not waited for.
    let fields = vec![("version".to_owned(), "3".to_owned()), ("address".to_owned(), "Jalan Merdeka 1".to_owned())];
    let path = page(draft, "formulir");
    let letter = streamed(stream::iter([Bytes::from(vec![b'x'; 100_000])]).chain(stream::pending()));
    let held = site.visitor().upload(&path, &fields, "surat.pdf", letter).await.expect(401);
    assert_eq!(held.value(&path, "address").as_deref(), Some("Jalan Merdeka 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_function_has_its_limit() {
    let Scenario { site, draft, .. } = Scenario::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let path = "/api/pengajuan/simpan";
    let body = json!({ "id": draft, "version": 1, "answers": { "address": "x".repeat(70_000) } }).to_string();
    for chunked in [false, true] {
        let request = siti.bare(Method::POST, path).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = match chunked {
            false => request.body(body.clone()),
            true => request.body(streamed(stream::iter([Bytes::from(body.clone())]).chain(stream::pending()))),
        };
        Answer::of(path, request).await.expect(413);
    }
}

/// Typed text is capped while it arrives.
#[tokio::test(flavor = "multi_thread")]
async fn an_endless_text_is_cut() {
    let Scenario { site, draft, .. } = Scenario::new(Database::Sqlite).await;
    let (siti, path) = (site.siti().await, page(draft, "formulir"));
    let head = "--x\r\nContent-Disposition: form-data; name=\"address\"\r\n\r\n";
    let text = stream::repeat(Bytes::from(vec![b'x'; 64 * 1024])).take(256);
    let body = streamed(stream::iter([Bytes::from(head)]).chain(text).chain(stream::pending()));
    let request = siti.request(Method::POST, &path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    Answer::of(&path, request.body(body)).await.expect(413).expect_says("Isian terlalu besar.");
}

/// Sixty strangers who send 4 MB of 16 each, and then wait. All of it was kept.
#[tokio::test(flavor = "multi_thread")]
async fn half_sent_bodies_of_strangers_are_not_kept() {
    let host = Host::new(Database::Sqlite, &[]).await;
    let process = host.serve().await;
    process.visitor().get("/masuk").await.expect(200);
    let before = process.most_memory();
    let head = "POST /masuk HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let attacks = (0..60).map(|_| async {
        let mut raw = Raw::open(&process.base).await;
        raw.send(head).await;
        for _ in 0..64 {
            if !raw.send(&chunk).await {
                break;
            }
        }
        raw.status().await
    });
    let (answers, page) = tokio::join!(join_all(attacks), async { process.visitor().get("/masuk").await });
    page.expect(200);
    assert!(answers.iter().all(|status| [413, 0].contains(status)), "{answers:?}");
    let grown = process.most_memory() - before;
    assert!(grown < 100 * 1024, "it grew by {grown} KiB");
}

/// The address of Siti's newest session.
async fn newest_address(site: &Site) -> String {
    let actor = site.world.siti().await;
    sessions::list(&site.world.backend, &actor)
        .await
        .unwrap()
        .into_iter()
        .find(|session| !session.current)
        .unwrap()
        .address
}

/// On `[::]`, IPv4 arrives mapped into IPv6.
#[tokio::test(flavor = "multi_thread")]
async fn a_mapped_address_is_the_ipv4_address_that_it_is() {
    let settings = [("addr", "[::]:0"), ("env", "development"), ("trusted_proxies", "127.0.0.1")];
    let site = Site::with(Database::Sqlite, &settings, false).await;
    let local: Url = format!("http://127.0.0.1:{}", site.address.port().unwrap()).parse().unwrap();
    let visitor = Visitor::of(&local);
    visitor.get("/metrics").await.expect(200);
    let sign_in = [("email", SITI), ("password", PASSWORD)];
    let request =
        visitor.request(Method::POST, "/masuk").header("x-forwarded-for", "::ffff:203.0.113.9").form(&sign_in);
    Answer::of("/masuk", request).await.expect(303);
    assert_eq!(newest_address(&site).await, "203.0.113.9", "the proxy at 127.0.0.1 is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_address_is_ignored_and_the_operator_warned() {
    let host = Host::new(Database::Sqlite, &[]).await;
    let process = host.serve().await;
    let visitor = process.visitor();
    for name in ["x-forwarded-for", "forwarded", "x-forwarded-for"] {
        let request = visitor.request(Method::GET, "/masuk").header(name, "203.0.113.9");
        Answer::of("/masuk", request).await.expect(200);
    }
    let warned = |log: &str| log.lines().filter(|line| line.contains("GERBANG_TRUSTED_PROXIES")).count();
    until("the log warns", async || warned(&host.log()) > 0).await;
    assert_eq!(warned(&host.log()), 1, "{}", host.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_request_is_ours() {
    let id_of = async |site: &Site, id: &str| {
        let request = site.visitor().request(Method::GET, "/health/live").header("x-request-id", id);
        Answer::of("/health/live", request).await.expect(200).header("x-request-id").to_owned()
    };
    let (direct, behind) = (
        Site::new(Database::Sqlite).await,
        Site::with(Database::Sqlite, &[("trusted_proxies", "127.0.0.1")], false).await,
    );
    let long = "x".repeat(65);
    for id in ["punya-saya-1", "a b", "{\"level\":\"ERROR\"}", &long] {
        assert_ne!(id_of(&direct, id).await, id);
    }
    assert_eq!(id_of(&behind, "punya-proksi-1").await, "punya-proksi-1");
    for id in ["a b", "{\"level\":\"ERROR\"}", &long] {
        assert_ne!(id_of(&behind, id).await, id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_requests_do_not_hold_a_server_that_stops() {
    let host = Host::new(Database::Sqlite, &[]).await;
    let process = host.serve().await;
    let heads = opened(&process.base, 5, HALF_A_HEAD).await;
    let bodies = opened(&process.base, 5, &post("/masuk", 1000, "email=")).await;
    process.visitor().get("/masuk").await.expect(200);
    process.terminate();
    assert!(process.ended().await.success(), "{}", host.log());
    drop((heads, bodies));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_the_server_at_once() {
    let host = Host::new(Database::Sqlite, &[("stop_grace", "300")]).await;
    let process = host.serve().await;
    let visitor = process.visitor();
    process.terminate();
    // Not ready, but it serves, also on new connections.
    until("it is not ready", async || visitor.get("/health/ready").await.status == 503).await;
    visitor.get("/health/live").await.expect(200);
    process.visitor().get("/masuk").await.expect(200);
    process.terminate();
    assert!(process.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_when_a_server_stops_ends_well() {
    let host = Host::new(Database::Sqlite, &[]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = siti.start("pa").await;
    let mut events = siti.bare(Method::GET, "/akses/peristiwa").send().await.unwrap();
    let letters = host.outside().await.count("documents").await;
    let (whole, begun, go_on) = (letter(), oneshot::channel(), oneshot::channel::<()>());
    let (first, second) = (whole.slice(..100), whole.slice(100..));
    let pieces = stream::once(async move {
        begun.0.send(()).unwrap();
        first
    });
    let pieces = pieces.chain(stream::once(async move {
        go_on.1.await.unwrap();
        second
    }));
    let upload = siti.upload_alone(id, "surat.pdf", streamed(pieces));
    let stopping = async {
        begun.1.await.unwrap();
        // Answered after the upload was accepted.
        process.visitor().get("/health/live").await.expect(200);
        process.terminate();
        let mut last = String::new();
        while let Ok(Some(piece)) = events.chunk().await {
            last = String::from_utf8_lossy(&piece).into_owned();
        }
        assert!(last.contains("retry:"), "an open page learns when to reconnect: {last:?}");
        until("no new connections", async || process.visitor().bare(Method::GET, "/masuk").send().await.is_err()).await;
        go_on.0.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(upload, stopping);
    assert!(answer.expect(200).json()["Ok"]["id"].is_string());
    assert!(process.ended().await.success());
    assert_eq!(host.outside().await.count("documents").await, letters + 1);
}

/// Letters are in memory until they are stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_sends_a_few_letters_at_once() {
    let Scenario { site, draft, .. } = Scenario::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let path = page(draft, "surat");
    let open = || {
        let begun = streamed(stream::iter([Bytes::from(vec![b'x'; 1_000])]).chain(stream::pending()));
        siti.request(Method::POST, &path).header(header::CONTENT_TYPE, "application/pdf").body(begun).send()
    };
    // All end after 15 s, because nothing more arrives; the fourth does not wait.
    let answers = join_all((0..4).map(|_| open())).await;
    let mut statuses: Vec<u16> = answers.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [408, 408, 408, 429]);
}
