//! Uploads of letters.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{StreamExt, stream};
use reqwest::{Body, Method, header};
use serde_json::{Value, json};

use crate::support::{
    browser::{Answer, Site, changed, streamed},
    forms::page,
    scenario::Scenario,
    *,
};

/// Sends this number of bytes, then nothing: the connection stays open.
fn never_ending(bytes: usize) -> Body {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    let (whole, rest) = (bytes / chunk.len(), bytes % chunk.len());
    let last = chunk.slice(..rest);
    streamed(stream::iter(vec![chunk; whole]).chain(stream::once(async move { last })).chain(stream::pending()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_too_big_is_refused_while_it_arrives() {
    let Scenario { site, draft, .. } = Scenario::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let too_big = |kind: Value| json!({ "Err": { "Invalid": [{ "field": "letter", "problem": { "kind": "letter", "of": kind } }] } });
    let began = Instant::now();
    // One byte above the limit, then nothing: the answer must not wait for the end.
    let endless = siti.upload_alone(draft, "surat.pdf", never_ending(2_097_153)).await.expect(422);
    assert_eq!(endless.json(), too_big(json!({ "kind": "too_big" })));
    // A Content-Length above the limit is refused before the body arrives.
    let path = page(draft, "surat");
    let request = siti.request(Method::POST, &path).header(header::CONTENT_LENGTH, 3_000_000).body(never_ending(0));
    assert_eq!(
        Answer::of(&path, request).await.expect(422).json(),
        too_big(json!({ "kind": "too_big", "number": 3_000_000 }))
    );
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    // In a form, the other fields and the previous letter are kept.
    let form = siti.get(&page(draft, "formulir")).await.form(&page(draft, "formulir"));
    let form = changed(form, &[("address", "Jalan Kemerdekaan Timur 17, Jakarta"), ("aksi", "ajukan")]);
    let refused = siti.upload(&page(draft, "formulir"), &form, "surat.pdf", Bytes::from(vec![b'x'; 3_000_000])).await;
    let refused = refused.expect(422).expect_says("Berkas lebih dari 2 MB.").expect_says("Terunggah");
    let kept = refused.value(&page(draft, "formulir"), "address");
    assert_eq!(kept.as_deref(), Some("Jalan Kemerdekaan Timur 17, Jakarta"));
    assert_eq!(siti.get(&page(draft, "surat")).await.expect(200).body, letter());
    // An endless form is cut off.
    let form = siti.get(&page(draft, "formulir")).await.form(&page(draft, "formulir"));
    let endless = siti.upload(&page(draft, "formulir"), &form, "surat.pdf", never_ending(17 << 20)).await;
    endless.expect(422).expect_says("Berkas lebih dari 2 MB.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_kept_though_another_field_is_wrong() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = siti.start("pa").await;
    let path = page(id, "formulir");
    let form = changed(
        siti.get(&path).await.form(&path),
        &[("aksi", "ajukan"), ("first_day", "31"), ("first_day_month", "2"), ("first_day_year", "2027")],
    );
    let refused = siti.upload(&path, &form, "SK Menteri 2026.pdf", letter()).await.expect(422);
    assert!(
        refused.says("Tanggal ini tidak ada dalam kalender.") && refused.says("SK Menteri 2026.pdf"),
        "{}",
        refused.text()
    );
    assert_eq!(siti.get(&page(id, "surat")).await.expect(200).body, letter());
    // The letter can be removed and replaced.
    let form = refused.form(&path);
    let removed = siti.send(&path, &changed(form, &[("aksi", "hapus-surat")])).await.expect(200);
    assert!(!removed.says("SK Menteri 2026.pdf"));
    siti.get(&page(id, "surat")).await.expect(404);
    let broken =
        siti.upload(&path, &changed(removed.form(&path), &[("aksi", "unggah")]), "surat.pdf", "PK\x03\x04").await;
    broken.expect(422).expect_says("Berkas ini bukan PDF, apa pun namanya.");
    let empty = siti.upload(&path, &changed(removed.form(&path), &[("aksi", "unggah")]), "surat.pdf", "").await;
    empty.expect(422).expect_says("Berkas kosong.");
}
