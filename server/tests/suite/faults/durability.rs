//! A full disk, and kills at any moment: nothing acknowledged is lost.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::support::{
    browser::{Answer, Fields, Visitor, changed},
    forms::fill_draft,
    process::Host,
    *,
};

/// The disk is full for the letter alone, then for everything, then has room again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn full_disk_is_reported_and_nothing_is_half_written(
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
        // The seal: nine bytes of header, a nonce of twelve, a tag of sixteen.
        assert_eq!(size, bytes.parse::<u64>().unwrap() + 37, "{key}");
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

/// Submits all drafts at once and measures how long that takes.
async fn time_to_submit(siti: &Visitor, drafts: &[(Uuid, Fields)]) -> Duration {
    let began = Instant::now();
    let submitting = join_all(drafts.iter().map(|(id, form)| {
        let path = page(*id, "tinjau");
        async move { siti.post(&path, form).await }
    }));
    for answer in submitting.await {
        answer.expect(303);
    }
    began.elapsed()
}

/// `kill -9` between **Kirim** and the answer, at moments spread from before the request is read to after it was
/// answered, three applications under way each time.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn application_is_a_draft_or_submitted_after_a_kill(
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
    let usual = time_to_submit(&siti, &warm).await;

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
    numbers_are_consecutive(&host, nth).await;
}

/// No reference number of Siti was given twice, and none was lost. Those before hers are of the development data.
async fn numbers_are_consecutive(host: &Host, count: usize) {
    let hers = "SELECT substr(a.reference, 7, 6) FROM applications a JOIN users u ON u.id = a.user_id
                WHERE a.reference IS NOT NULL AND u.email = 'siti.pa@contoh.go.id' ORDER BY 1";
    let given = host.outside().await.texts(hers).await;
    let first: usize = given[0].parse().unwrap();
    let expected: Vec<String> = (first..first + count).map(|number| format!("{number:06}")).collect();
    assert_eq!(given, expected);
}

/// `kill -9` while answers and letters are being saved one after the other: what was answered last is there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_save_is_lost_by_a_kill(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
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
                // More than a person may write in a minute; not what this is about.
                if answer.status == 429 {
                    break;
                }
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
                if answer.status == 429 {
                    break;
                }
                answer.expect(200);
                taken += 1;
            }
        };
        tokio::join!(saving, uploading, process.kill_after(Duration::from_millis(150 + 70 * round)));
        assert!(saved > 0, "something was saved");
        (addresses, letters) = (addresses + saved, letters + taken);

        // More letters than a person may have looked into in an hour; not what this is about.
        host.outside().await.texts("DELETE FROM throttles WHERE scope LIKE 'letter%' RETURNING scope").await;
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
