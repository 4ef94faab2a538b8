//! Health checks, metrics and, in development, the mailbox.

use reqwest::Method;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Site},
    *,
};

#[tokio::test(flavor = "multi_thread")]
async fn health_and_figures_are_for_the_operator() {
    let site = Site::new(Database::Sqlite).await;
    let visitor = site.visitor();
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(visitor.get(path).await.expect(200).html(), "ok");
    }
    visitor.get("/bantuan").await.expect(200);
    visitor.post("/masuk", &[("email", "")]).await.expect(422);
    let figures = visitor.get("/metrics").await.expect(200);
    let figures = figures.html();
    for line in [
        "gerbang_requests_total{route=\"/bantuan\",method=\"GET\",status=\"200\"}",
        "gerbang_requests_total{route=\"/masuk\",method=\"POST\",status=\"422\"}",
        "gerbang_request_seconds_bucket",
    ] {
        assert!(figures.contains(line), "{figures}");
    }
    // All unknown methods share one label.
    for made_up in ["ABC", "ABD"] {
        let method = Method::from_bytes(made_up.as_bytes()).unwrap();
        Answer::of("/masuk", visitor.bare(method, "/masuk")).await.expect(403);
    }
    let figures = visitor.get("/metrics").await.expect(200);
    assert!(figures.html().contains("method=\"other\"") && !figures.html().contains("ABC"));
    // Requests that a proxy forwards are refused.
    for name in ["x-forwarded-for", "forwarded"] {
        let request = visitor.request(Method::GET, "/metrics").header(name, "203.0.113.9");
        Answer::of("/metrics", request).await.expect(404);
    }
    // The mailbox of development.
    visitor.post("/lupa-kata-sandi", &[("email", SITI)]).await.expect(303);
    let mailbox = visitor.get("/dev/surat").await.expect(200).expect_says("Atur ulang kata sandi");
    let tags = mailbox.tags();
    let link = tags.iter().find_map(|tag| tag.get("href")).unwrap();
    assert!(visitor.get(link).await.expect(200).html().contains("/atur-ulang-kata-sandi?token="));
    visitor.get(&format!("/dev/surat/{}", Uuid::nil())).await.expect(404);
}
