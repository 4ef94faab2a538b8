//! Limits of size and rate.

use crate::support::{
    browser::{Fields, Site},
    forms::{TYPED, page},
    scenario::Scenario,
    *,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_has_its_limit() {
    let Scenario { site, draft, .. } = Scenario::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let much = "x".repeat(70_000);
    for path in ["/masuk".to_owned(), "/bantuan".to_owned(), page(draft, "formulir"), page(draft, "sirup")] {
        siti.post(&path, &[("message", &much)]).await.expect(413).expect_says("Isian terlalu besar.");
    }
    let fields = vec![("version".to_owned(), "3".to_owned()), ("address".to_owned(), much)];
    let form = siti.upload(&page(draft, "formulir"), &fields, "surat.pdf", letter()).await;
    form.expect(413).expect_says("Isian terlalu besar.");
    let many: Fields = (0..50).map(|nth| (format!("f{nth}"), "x".to_owned())).collect();
    siti.upload(&page(draft, "formulir"), &many, "surat.pdf", letter()).await.expect(413);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_by_account_and_by_address() {
    let site = Site::new(Database::Sqlite).await;
    let guesser = site.visitor();
    for email in [SITI, "tidak.ada@contoh.go.id"] {
        for _ in 0..10 {
            guesser.post("/masuk", &[("email", email), ("password", TYPED)]).await.expect(422);
        }
        let right = guesser.post("/masuk", &[("email", email), ("password", PASSWORD)]).await.expect(429);
        right.expect_says("Terlalu banyak percobaan. Coba lagi setelah 22 November 2026, 10.15 WIB.");
    }
    // The limit per address is some hundred attempts a minute.
    let mut more = 0;
    let paused = loop {
        let answer = guesser.post("/masuk", &[("email", "")]).await;
        if answer.status == 429 {
            break answer;
        }
        answer.expect(422);
        more += 1;
        assert!(more < 500, "nothing stops this");
    };
    assert!(more >= 90, "an office of many is not stopped after {more}");
    assert_eq!(paused.header("retry-after"), "60");
    assert!(paused.html().contains("Terlalu banyak percobaan dari jaringan Anda."));
    guesser.post("/lupa-kata-sandi", &[("email", SITI)]).await.expect(429);
    // Reading and other actions are not limited.
    guesser.get("/masuk").await.expect(200);
    guesser.post("/tema", &[("tema", "dark")]).await.expect(200);
}
