//! Security headers, caching, and what production does differently.

use std::collections::BTreeSet;

use reqwest::Method;

use super::routes::{
    PAGES,
    Reader::{Administrator, Anybody, Applicant, Verifier},
};
use crate::support::{
    browser::{Answer, Site},
    forms::page,
    scenario::Scenario,
    *,
};

fn policy(answer: &Answer) -> &str {
    answer.header("content-security-policy")
}

fn nonce(answer: &Answer) -> String {
    let (_, rest) = policy(answer).split_once("'nonce-").expect("a nonce");
    rest.split_once('\'').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let scenario = Scenario::new(Database::Sqlite).await.with_access().await;
    let (stranger, siti) = (scenario.site.visitor(), scenario.site.siti().await);
    let mut answers = vec![
        stranger.get("/akses").await.expect(302),
        stranger.get("/tidak/ada").await.expect(404),
        stranger.get("/fonts/tidak-ada.woff2").await.expect(404),
        stranger.get("/health/live").await.expect(200),
        stranger.ask("/api/saya").await.expect(200),
        stranger.ask("/api/akses").await.expect(401),
        stranger.post("/masuk", &[("email", "")]).await.expect(422),
        Answer::of("/masuk", stranger.bare(Method::POST, "/masuk")).await.expect(403),
        siti.get(&page(scenario.draft, "surat")).await.expect(200),
        siti.get(&page(scenario.sent, "bukti.pdf")).await.expect(200),
    ];
    scenario.opens_links(&stranger).await;
    let mut nonces = BTreeSet::new();
    let (verifier, admin) = (scenario.site.verifier().await, scenario.site.admin().await);
    for (_, address, reader) in PAGES {
        let visitor = match reader {
            Anybody => &stranger,
            Applicant => &siti,
            Verifier => &verifier,
            Administrator => &admin,
        };
        let page = visitor.get(&scenario.resolve(address)).await.expect(200);
        assert!(nonces.insert(nonce(&page)), "a nonce twice");
        expect_strict_policy(&page);
        expect_own_links(&page);
        answers.push(page);
    }
    answers.iter().for_each(expect_security_headers);
}

#[track_caller]
fn expect_strict_policy(page: &Answer) {
    assert!(nonce(page).len() >= 16);
    for part in [
        "default-src 'none'",
        "'wasm-unsafe-eval'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "style-src 'self'",
    ] {
        assert!(policy(page).contains(part), "{}", policy(page));
    }
    assert!(!policy(page).contains("unsafe-inline") && !policy(page).contains("'unsafe-eval'"));
}

/// Panics if a page runs script of others, leads to strangers or has inline handlers or styles.
#[track_caller]
fn expect_own_links(page: &Answer) {
    let address = &page.path;
    for tag in page.tags() {
        if tag.name == "script" && !tag.has("src") {
            assert_eq!(tag.get("nonce"), Some(&*nonce(page)), "{address}");
        }
        for link in [tag.get("src"), tag.get("href"), tag.get("action")].into_iter().flatten() {
            assert!(link.starts_with(['/', '#', '?']) || link.is_empty(), "{address} leads to {link}");
        }
        let inline = tag.attributes().find(|name| name.starts_with("on") || *name == "style");
        assert_eq!(inline, None, "{address}: {tag:?}");
    }
}

#[track_caller]
fn expect_security_headers(answer: &Answer) {
    let headers = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ];
    for (name, value) in headers {
        assert_eq!(answer.header(name), value, "{}: {name}", answer.path);
    }
    assert!(policy(answer).contains("default-src 'none'"), "{}", answer.path);
    assert!(answer.header("permissions-policy").contains("camera=()"));
    assert!(!answer.header("x-request-id").is_empty(), "{}", answer.path);
    assert_eq!(answer.header("strict-transport-security"), "", "not over plain HTTP");
    assert_eq!((answer.header("server"), answer.header("x-powered-by")), ("", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn production_binds_cookies_to_its_host_and_has_nothing_of_development() {
    let site = Site::with(Database::Sqlite, PRODUCTION, false).await;
    let rina = site.visitor();
    assert_eq!(rina.origin, "https://gerbang.contoh.go.id");
    assert_eq!(site.world.count("users").await, 0, "no accounts that everybody knows");
    rina.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(422);
    rina.get("/dev/surat").await.expect(404);
    let form = [("name", "Rina Marpaung"), ("email", "rina@contoh.go.id"), ("password", "kuda lari di pantai")];
    rina.post("/daftar", &form).await.expect(303);
    let (_, _, text) = site.world.mails().await.remove(0);
    assert!(text.contains("https://gerbang.contoh.go.id/daftar/konfirmasi?token="), "{text}");
    let token = site.world.secret_for("rina@contoh.go.id").await.expose().to_owned();
    let opened = rina.get(&format!("/daftar/konfirmasi?token={token}")).await.expect(303);
    let (link, attributes) = opened.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(link, format!("__Host-gerbang-konfirmasi={token}"));
    assert_eq!(attributes, "Path=/; Max-Age=1800; SameSite=Lax; HttpOnly; Secure");
    let form = [("password", "kuda lari di pantai")];
    let request = rina.request(Method::POST, "/daftar/konfirmasi").header("cookie", link).form(&form);
    let page = Answer::of("/daftar/konfirmasi", request).await.expect(303);
    let (session, attributes) = page.header("set-cookie").split_once("; ").unwrap();
    assert!(session.starts_with("__Host-gerbang="), "{session}");
    assert_eq!(attributes, "Path=/; Max-Age=604800; SameSite=Lax; HttpOnly; Secure");
    assert_eq!(page.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
    // The proxy forwards the cookie over plain HTTP.
    let request = rina.request(Method::GET, "/akses").header("cookie", session);
    Answer::of("/akses", request).await.expect(200).expect_says("Rina Marpaung");
    // The cookie name of development is ignored.
    let plain = session.replace("__Host-", "");
    let stranger = site.visitor();
    Answer::of("/akses", stranger.request(Method::GET, "/akses").header("cookie", plain)).await.expect(302);
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_as_long_as_their_names_say() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("pkg/0f1e2d/gerbang.css", b"body{}");
    write("pkg/0f1e2d/gerbang.css.br", b"packed");
    write("pkg/gerbang.js", b"export {}");
    write("fonts/huruf.woff2", b"wOF2");
    write("icons.svg", b"<svg/>");
    let site_dir = dir.path().to_str().unwrap();
    let site = Site::with(Database::Sqlite, &[("site_dir", site_dir)], false).await;
    let visitor = site.visitor();
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, kept) in [
        ("/pkg/0f1e2d/gerbang.css", "text/css", forever),
        ("/pkg/gerbang.js", "text/javascript", "no-cache"),
        ("/fonts/huruf.woff2", "font/woff2", forever),
        ("/icons.svg", "image/svg+xml", "public, max-age=86400"),
    ] {
        let asset = visitor.get(path).await.expect(200);
        assert_eq!((asset.header("cache-control"), asset.header("content-type")), (kept, kind), "{path}");
        assert_eq!(asset.header("x-content-type-options"), "nosniff");
    }
    let packed = visitor.request(Method::GET, "/pkg/0f1e2d/gerbang.css").header("accept-encoding", "br, gzip");
    let packed = Answer::of("/pkg/0f1e2d/gerbang.css", packed).await.expect(200);
    assert_eq!((packed.header("content-encoding"), &packed.body[..]), ("br", &b"packed"[..]));
    let known = packed.header("etag").to_owned();
    let again = visitor.request(Method::GET, "/pkg/0f1e2d/gerbang.css").header("if-none-match", known);
    assert!(Answer::of("/pkg/0f1e2d/gerbang.css", again).await.expect(304).body.is_empty());
    // What is served belongs to the process: a deploy does not change it.
    write("icons.svg", b"<svg>baru</svg>");
    std::fs::remove_file(dir.path().join("pkg/0f1e2d/gerbang.css")).unwrap();
    assert_eq!(visitor.get("/icons.svg").await.expect(200).body, &b"<svg/>"[..]);
    visitor.get("/pkg/0f1e2d/gerbang.css").await.expect(200);
    // Browsers must not cache "not found".
    for path in [
        "/pkg/0f1e2d/lain.css",
        "/fonts/lain.woff2",
        "/gate.svg",
        "/pkg/..%2f..%2f..%2fetc%2fpasswd",
        "/fonts/..%2ficons.svg",
        "/pkg/",
    ] {
        assert_eq!(visitor.get(path).await.expect(404).header("cache-control"), "no-store", "{path}");
    }
    // Pages refer to the folder that exists.
    let page = visitor.get("/masuk").await.expect(200);
    assert!(page.tags().iter().any(|tag| tag.get("href") == Some("/pkg/0f1e2d/gerbang.css")), "{}", page.html());
    // Pages are compressed for clients that accept it.
    let packed = Answer::of("/masuk", visitor.request(Method::GET, "/masuk").header("accept-encoding", "br")).await;
    assert_eq!(packed.header("content-encoding"), "br");
    assert!(packed.body.len() * 2 < page.body.len());
}
