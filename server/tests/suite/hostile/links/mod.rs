//! Secrets of mailed links, sessions and identifiers that come from outside.

mod platforms;

use std::path::Path;

use app::state::MailedLink;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    process::Host,
    scenario::Scenario,
    *,
};

const STRONG: &str = "kuda lari di pantai";
const OPEN_AGAIN: &str = "Buka lagi tautan dari surel";
const OTHER_LINK: &str = "Tautan untuk alamat surel lain dibuka sesudah halaman ini";

/// The three mailed links of [`Scenario`], and the address for which each acts.
const LINKS: [(MailedLink, &str, &str); 3] = [
    (MailedLink::Confirmation, "{confirm}", "rina@contoh.go.id"),
    (MailedLink::Reset, "{reset}", SITI),
    (MailedLink::Invitation, "{invited}", "wulan@contoh.go.id"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn opened_link_leaves_its_secret_in_no_address_and_changes_nothing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let scenario = Scenario::new(database).await;
    let before = scenario.site.world.everything().await;
    for (link, secret, email) in LINKS {
        let (reader, secret) = (scenario.site.visitor(), scenario.resolve(secret));
        let address = format!("{}?token={secret}&utm=surel", link.path());
        // A scanner of mail opens the link first.
        for method in [Method::HEAD, Method::GET] {
            let scanner = scenario.site.visitor();
            Answer::of(&address, scanner.bare(method, &address).header("sec-fetch-site", "cross-site"))
                .await
                .expect(303);
        }
        let opened = reader.get(&address).await.expect(303);
        assert_eq!(opened.location(), Some(&*format!("{}?utm=surel", link.path())), "the rest of the query stays");
        assert_eq!((opened.header("cache-control"), opened.body.len()), ("no-store", 0));
        let (cookie, attributes) = opened.header("set-cookie").split_once("; ").unwrap();
        assert!(cookie.ends_with(&format!("={secret}")), "{cookie}");
        assert_eq!(attributes, "Path=/; Max-Age=1800; SameSite=Lax; HttpOnly");

        let page = reader.get(link.path()).await.expect(200).expect_says(email);
        assert!(!page.html().contains(&secret), "{}: the page repeats the secret", page.path);
        assert_eq!(page.value(link.path(), "username").as_deref(), Some(email), "the page says for whom it acts");
    }
    assert_eq!(scenario.site.world.everything().await, before, "opening a link uses nothing up");
}

#[tokio::test(flavor = "multi_thread")]
async fn log_holds_no_secret_of_a_mailed_link() {
    let host = Host::new(Database::Sqlite, &[("log", "trace,hyper=info,sqlx=info")]).await;
    let process = host.serve().await;
    let reader = process.visitor();
    let secret = "rahasia-yang-tidak-boleh-tercatat-0123456789";
    for link in MailedLink::ALL {
        reader.open(&format!("{}?token={secret}", link.path())).await.expect(422).expect_says("Tautan tidak berlaku");
        reader.post(link.path(), &[("name", "Rina"), ("password", STRONG)]).await.expect(422);
    }
    let log = host.log();
    assert!(log.contains(MailedLink::Reset.path()), "the log names the requests: {log}");
    assert!(!log.contains(secret), "{log}");
}

/// Opens the link of a forgotten password and returns the page.
async fn opens_reset(site: &Site, visitor: &Visitor, email: &str) -> Answer {
    backend::accounts::forgot_password(&site.world.backend, email).await.unwrap();
    let secret = site.world.secret_for(email).await.expose().to_owned();
    visitor.open(&format!("{}?token={secret}", MailedLink::Reset.path())).await.expect(200).expect_says(email)
}

#[tokio::test(flavor = "multi_thread")]
async fn form_of_an_earlier_link_never_acts_on_the_account_of_a_later_one() {
    const BUDI: &str = "budi.kpa@contoh.go.id";
    let site = Site::new(Database::Sqlite).await;
    let (reader, path) = (site.visitor(), MailedLink::Reset.path());
    let first = opens_reset(&site, &reader, SITI).await;
    let second = opens_reset(&site, &reader, BUDI).await;
    let form = changed(first.form(path), &[("password", STRONG)]);
    let before = site.world.everything().await;
    let refused = reader.post(path, &form).await.expect(422).expect_says(OTHER_LINK).expect_says(BUDI);
    assert_eq!(refused.value(path, "username").as_deref(), Some(BUDI), "the page acts for whom it names");
    let reply = reader.post_by_script(path, &form).await.expect(200).json();
    assert_eq!(reply, json!({ "Stay": [{ "field": "form", "problem": { "kind": "other_link" } }] }));
    assert_eq!(site.world.everything().await, before);
    // The later tab works, and closes its link.
    let done = reader.post(path, &changed(second.form(path), &[("password", STRONG)])).await.expect(303);
    assert_eq!(done.header("set-cookie"), "gerbang-atur-ulang=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly");
    site.siti().await;
    site.visitor().post("/masuk", &[("email", BUDI), ("password", STRONG)]).await.expect(303);
    // The earlier one works after its link was opened again.
    let secret = site.world.secret_for(SITI).await.expose().to_owned();
    reader.get(&format!("{path}?token={secret}")).await.expect(303);
    reader.post(path, &form).await.expect(303);
    site.visitor().post("/masuk", &[("email", SITI), ("password", STRONG)]).await.expect(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn form_whose_link_was_closed_keeps_what_was_typed() {
    let scenario = Scenario::new(Database::Sqlite).await;
    let path = MailedLink::Invitation.path();
    let link = scenario.resolve("/undangan?token={invited}");
    let page = scenario.site.visitor().open(&link).await.expect(200);
    let form = changed(page.form(path), &[("name", "Wulan Sari"), ("password", STRONG)]);
    // After half an hour the browser has dropped the cookie.
    let wulan = scenario.site.visitor();
    let refused = wulan.post(path, &form).await.expect(422).expect_says("Buka lagi tautan itu dari surel");
    assert_eq!(refused.value(path, "name").as_deref(), Some("Wulan Sari"));
    let reply = wulan.post_by_script(path, &form).await.expect(200).json();
    assert_eq!(reply, json!({ "Stay": [{ "field": "form", "problem": { "kind": "link_not_open" } }] }));
    wulan.get(&link).await.expect(303);
    let again = changed(refused.form(path), &[("password", STRONG)]);
    assert_eq!(wulan.send(path, &again).await.expect(200).path, "/verifikasi");
}

#[tokio::test(flavor = "multi_thread")]
async fn page_without_an_open_link_shows_nobody() {
    let scenario = Scenario::new(Database::Sqlite).await;
    for (link, secret, email) in LINKS {
        let stranger = scenario.site.visitor();
        let page = stranger.get(link.path()).await.expect(422).expect_says(OPEN_AGAIN);
        assert!(!page.says(email));
        stranger.post(link.path(), &[("name", "Rina"), ("password", STRONG)]).await.expect(422);
        // Another link that is no good closes the one before: the page never acts for somebody unexpected.
        stranger.get(&format!("{}?token={}", link.path(), scenario.resolve(secret))).await.expect(303);
        for strange in ["%0d%0aSet-Cookie:%20gerbang=x", "salah", ""] {
            let opened = stranger.get(&format!("{}?token={strange}", link.path())).await.expect(303);
            assert_eq!(opened.headers.get_all("set-cookie").iter().count(), 1);
            let page = stranger.get(link.path()).await.expect(422).expect_says("Tautan tidak berlaku");
            assert!(!page.says(email));
        }
    }
}

/// A new mail with a secret must lead to a page whose secret is taken out of the address.
#[test]
fn every_link_with_a_secret_leads_to_a_page_that_takes_it() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/templates");
    let mut found = 0;
    for file in files_below(&templates) {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.contains("token")) {
            let taken =
                MailedLink::ALL.iter().any(|link| line.contains(&format!("{}?token={{{{ token }}}}", link.path())));
            assert!(taken, "{}: {line}", file.display());
            found += 1;
        }
    }
    assert_eq!(found, 2 * MailedLink::ALL.len(), "each of them in text and in HTML");
}
