//! The wizard as a stored row (guide steps 2, 10 to 13): drafts, submission, withdrawal.

use backend::{
    Error, applications,
    master_data::{Directory, import},
};
use domain::{
    applications::{
        answers::Answers,
        wizard::{Link, Step, next_step},
    },
    issues::{Field, Issue, Problem, conflict::Conflict},
    master_data::institution::InstitutionType,
    role::{ProfileType, Role},
    status::Status,
    validity::DateInput,
};
use time::macros::date;
use uuid::Uuid;

use crate::support::{
    browser::{Answer, Site, Visitor, changed},
    *,
};

on_both! {
    async fn a_draft_survives_and_an_untouched_one_is_used_again(world) {
        let siti = world.siti().await;
        let start = async |role| applications::start(&world.backend, &siti, ProfileType::NonPenyedia, role).await.unwrap();
        let id = start(Role::Pa).await;
        assert_eq!(start(Role::Pa).await, id, "a second click opens no second draft");
        assert_ne!(start(Role::Kpa).await, id);
        applications::confirm_new_access(&world.backend, &siti, id).await.unwrap();
        assert_ne!(start(Role::Pa).await, id, "one that was begun is left alone");
        // Another device: a new session of the same person.
        let elsewhere = world.siti().await;
        let stored = applications::draft(&world.backend, &elsewhere, id).await.unwrap();
        assert_eq!((stored.draft.role, stored.draft.link.clone()), (Role::Pa, Link::New));
        assert_eq!(next_step(&stored.draft, TODAY), Step::Form);
    }

    async fn nobody_opens_drafts_without_end(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let begin = async |actor| {
            let id = applications::start(&world.backend, actor, ProfileType::NonPenyedia, Role::Pa).await?;
            applications::confirm_new_access(&world.backend, actor, id).await.map(|()| id)
        };
        for _ in 0..50 {
            let id = begin(&siti).await.unwrap();
            // Of drafts that were not sent, there may be fewer.
            applications::withdraw(&world.backend, &siti, id).await.unwrap();
        }
        assert!(matches!(begin(&siti).await, Err(Error::Throttled(until)) if until == NOW.plus(DAY)));
        begin(&budi).await.unwrap();
        world.advance(DAY);
        begin(&siti).await.unwrap();
    }

    async fn a_role_of_another_profile_type_is_refused(world) {
        let siti = world.siti().await;
        let outcome = applications::start(&world.backend, &siti, ProfileType::Penyedia, Role::Pa).await;
        assert_eq!(problem_at(outcome.err().unwrap(), Field::Role), Problem::NotOffered);
    }

    async fn another_persons_draft_is_not_found_by_any_use_case(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let submission = world.reviewed(&siti, id).await;
        let backend = &world.backend;
        not_found(applications::draft(backend, &budi, id).await);
        not_found(applications::save(backend, &budi, id, submission.version, Answers::default()).await);
        not_found(applications::link_sirup(backend, &budi, id, "pa.lama", &"Sirup-2023".into()).await);
        not_found(applications::confirm_new_access(backend, &budi, id).await);
        not_found(applications::attach_letter(backend, &budi, id, "x.pdf", letter()).await);
        not_found(applications::remove_letter(backend, &budi, id).await);
        not_found(applications::letter(backend, &budi, id).await);
        not_found(applications::submit(backend, &budi, id, submission).await);
        not_found(applications::withdraw(backend, &budi, id).await);
        not_found(applications::detail(backend, &budi, id).await);
        not_found(applications::receipt(backend, &budi, id).await);
        not_found(applications::start_again(backend, &budi, id).await);
        not_found(applications::draft(backend, &siti, Uuid::nil()).await);
        // And it is as it was.
        assert_eq!(world.reviewed(&siti, id).await.version, submission.version);
    }

    async fn answers_are_kept_as_typed_right_or_wrong(world) {
        let siti = world.siti().await;
        let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        let typed = Answers {
            address: "</textarea><script>alert(1)</script>".into(),
            last_day: DateInput { day: "99".into(), month: "x".into(), year: "26".into() },
            ..Answers::default()
        };
        applications::save(&world.backend, &siti, id, 1, typed.clone()).await.unwrap();
        assert_eq!(applications::draft(&world.backend, &siti, id).await.unwrap().draft.answers, typed);
    }

    async fn choices_that_do_not_exist_or_fit_are_not_kept(world) {
        let siti = world.siti().await;
        let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        let right = world.answers("Sekretariat");
        let made_up = Answers { institution: Some(Uuid::from_u128(7)), work_unit: Some(Uuid::from_u128(8)), ..right.clone() };
        let saved = applications::save(&world.backend, &siti, id, 1, made_up).await.unwrap();
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert_eq!((stored.draft.answers.institution, stored.draft.answers.work_unit), (None, None));
        // A work unit of another institution.
        let (_, elsewhere) = world.place("Provinsi Bali", "Dinas Kesehatan");
        let mixed = Answers { work_unit: Some(elsewhere), ..right.clone() };
        let saved = applications::save(&world.backend, &siti, id, saved.version, mixed).await.unwrap();
        assert_eq!(applications::draft(&world.backend, &siti, id).await.unwrap().draft.answers.work_unit, None);
        // Changing the type clears what hung on it.
        let saved = applications::save(&world.backend, &siti, id, saved.version, right.clone()).await.unwrap();
        let other_type = Answers { institution_type: Some(InstitutionType::Provinsi), ..right };
        applications::save(&world.backend, &siti, id, saved.version, other_type).await.unwrap();
        let answers = applications::draft(&world.backend, &siti, id).await.unwrap().draft.answers;
        assert_eq!((answers.institution, answers.work_unit), (None, None));
    }

    async fn stale_tab_gets_a_conflict(world) {
        let siti = world.siti().await;
        let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        let with = |address: &str| Answers { address: address.into(), ..Answers::default() };
        world.advance(MINUTE);
        applications::save(&world.backend, &siti, id, 1, with("tab pertama")).await.unwrap();
        let stale = applications::save(&world.backend, &siti, id, 1, with("tab kedua")).await;
        assert_eq!(conflict(stale.err().unwrap()), Conflict::DraftChanged { at: NOW.plus(MINUTE) });
        let kept = applications::draft(&world.backend, &siti, id).await.unwrap();
        assert_eq!(kept.draft.answers.address, "tab pertama");
        // At one instant, one of them wins.
        let (a, b) = tokio::join!(
            applications::save(&world.backend, &siti, id, kept.version, with("a")),
            applications::save(&world.backend, &siti, id, kept.version, with("b")),
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
    }

    async fn an_application_is_sent_with_number_mail_and_trail(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let trail = world.count("audit_events").await;
        let reference = world.submit(&siti, id).await.unwrap();
        assert_eq!(reference, "GB-26-000001-3");
        assert_eq!(world.count("audit_events").await, trail + 1);
        let (recipient, subject, text) = world.mails().await.remove(0);
        assert_eq!(recipient, "siti.pa@contoh.go.id");
        assert_eq!(subject, "Diterima: pengajuan akses PA Sekretariat Jenderal");
        // Sunday, so three working days end on Wednesday.
        assert!(text.contains("Rabu, 25 November 2026") && text.contains(&reference), "{text}");
        let open = applications::open(&world.backend, &siti).await.unwrap();
        assert_eq!((open[0].status, open[0].place.unwrap().place), (Status::Submitted, 1));
        let gone = applications::draft(&world.backend, &siti, id).await;
        assert!(matches!(conflict(gone.err().unwrap()), Conflict::StatusChanged { status: Status::Submitted, .. }));
    }

    async fn numbers_have_no_gaps_and_begin_anew_each_year(world) {
        let siti = world.siti().await;
        let mut references = Vec::new();
        for unit in ["Sekretariat", "Inspektorat"] {
            let id = world.filled_draft(&siti, Role::Pa, world.answers(unit)).await;
            let mut unconfirmed = world.reviewed(&siti, id).await;
            unconfirmed.confirmed = false;
            applications::submit(&world.backend, &siti, id, unconfirmed).await.unwrap_err();
            references.push(world.submit(&siti, id).await.unwrap());
        }
        // A work unit that is there next year too.
        let unit = r#"[{"kd_klpd": "K9", "kd_satker": 1, "kd_satker_str": "1", "nama_satker": "Unit Tahun Depan", "tahun_aktif": "2026, 2027"}]"#;
        assert_eq!(import::work_units(&world.backend, unit.as_bytes(), |_| {}).await.unwrap().added, 1);
        world.advance(60 * DAY);
        Directory::refresh(&world.backend).await.unwrap();
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Kpa, world.answers("Unit Tahun Depan")).await;
        references.push(world.submit(&siti, id).await.unwrap());
        let numbers: Vec<&str> = references.iter().map(|reference| &reference[..12]).collect();
        assert_eq!(numbers, ["GB-26-000001", "GB-26-000002", "GB-27-000001"]);
    }

    async fn missing_answers_are_named_and_nothing_is_written(world) {
        let siti = world.siti().await;
        let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        let submission = world.reviewed(&siti, id).await;
        let Err(Error::Invalid(issues)) = applications::submit(&world.backend, &siti, id, submission).await else { panic!("sent") };
        assert_eq!(issues[0], Issue::new(Field::SirupUsername, Problem::Missing));
        assert!(issues.iter().any(|issue| issue.field == Field::Letter));
        let ready = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let mut unconfirmed = world.reviewed(&siti, ready).await;
        unconfirmed.confirmed = false;
        let outcome = applications::submit(&world.backend, &siti, ready, unconfirmed).await;
        assert_eq!(problem_at(outcome.err().unwrap(), Field::Confirmation), Problem::NotConfirmed);
        assert_eq!((world.count("outbox").await, world.count("counters").await), (0, 0));
    }

    async fn the_last_day_is_judged_on_the_day_of_sending(world) {
        let siti = world.siti().await;
        let answers = Answers { first_day: DateInput::from_date(date!(2026 - 01 - 01)), last_day: DateInput::from_date(TODAY), ..world.answers("Sekretariat") };
        let id = world.filled_draft(&siti, Role::Pa, answers).await;
        world.advance(DAY);
        let siti = world.siti().await;
        let outcome = world.submit(&siti, id).await;
        assert_eq!(problem_at(outcome.err().unwrap(), Field::LastDay), Problem::LastInPast { last: TODAY });
    }

    async fn sending_twice_gives_one_application(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let submission = world.reviewed(&siti, id).await;
        let (a, b) = tokio::join!(
            applications::submit(&world.backend, &siti, id, submission),
            applications::submit(&world.backend, &siti, id, submission),
        );
        let c = applications::submit(&world.backend, &siti, id, submission).await.unwrap();
        assert_eq!((a.unwrap(), b.unwrap()), (c.clone(), c));
        assert_eq!((world.count("outbox").await, world.count("counters").await), (1, 1));
    }

    async fn submission_sends_what_was_reviewed(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let reviewed = world.reviewed(&siti, id).await;
        let changed = Answers { address: "Alamat lain yang sama panjangnya".into(), ..world.answers("Sekretariat") };
        applications::save(&world.backend, &siti, id, reviewed.version, changed).await.unwrap();
        let outcome = applications::submit(&world.backend, &siti, id, reviewed).await;
        assert!(matches!(conflict(outcome.err().unwrap()), Conflict::DraftChanged { .. }));
        let reviewed = world.reviewed(&siti, id).await;
        applications::attach_letter(&world.backend, &siti, id, "lain.pdf", letter()).await.unwrap();
        let outcome = applications::submit(&world.backend, &siti, id, reviewed).await;
        assert!(matches!(conflict(outcome.err().unwrap()), Conflict::DraftChanged { .. }), "another letter");
        world.submit(&siti, id).await.unwrap();
    }

    async fn one_open_application_for_a_person_role_and_unit(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let first = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let second = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let (a, b) = (world.reviewed(&siti, first).await, world.reviewed(&siti, second).await);
        let (a, b) = tokio::join!(
            applications::submit(&world.backend, &siti, first, a),
            applications::submit(&world.backend, &siti, second, b),
        );
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        let reference = won.unwrap();
        assert_eq!(conflict(lost.err().unwrap()), Conflict::OpenApplication { reference });
        // Another role, another unit, another person: no matter.
        world.submitted(&siti, Role::Kpa, "Sekretariat").await;
        world.submitted(&siti, Role::Pa, "Inspektorat").await;
        world.submitted(&budi, Role::Pa, "Sekretariat").await;
    }

    async fn the_first_registrant_gives_the_address_and_two_at_once_both_do(world) {
        let (siti, budi, dewi) = (world.siti().await, world.budi().await, world.actor("dewi@contoh.go.id").await);
        let asks = async |actor, id| applications::draft(&world.backend, actor, id).await.unwrap().draft.work_unit.unwrap().address_required;
        let mine = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let his = world.filled_draft(&budi, Role::Kpa, world.answers("Sekretariat")).await;
        assert!(asks(&siti, mine).await && asks(&budi, his).await, "both are first");
        world.submit(&siti, mine).await.unwrap();
        assert!(!asks(&budi, his).await, "one was sent with an address");
        world.submit(&budi, his).await.unwrap();
        let sent = applications::detail(&world.backend, &budi, his).await.unwrap();
        assert!(sent.address.is_some(), "what he gave is kept");

        let hers = world.filled_draft(&dewi, Role::Kpa, Answers { address: String::new(), ..world.answers("Sekretariat") }).await;
        assert!(!asks(&dewi, hers).await);
        applications::withdraw(&world.backend, &siti, mine).await.unwrap();
        assert!(!asks(&dewi, hers).await, "his still counts");
        applications::withdraw(&world.backend, &budi, his).await.unwrap();
        assert!(asks(&dewi, hers).await, "withdrawn ones do not count");
        let outcome = world.submit(&dewi, hers).await;
        assert_eq!(problem_at(outcome.err().unwrap(), Field::Address), Problem::Missing);
    }

    async fn a_unit_that_is_closed_next_year_cannot_be_applied_for_then(world) {
        let siti = world.siti().await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        world.advance(60 * DAY);
        let siti = world.siti().await;
        let outcome = world.submit(&siti, id).await;
        assert_eq!(problem_at(outcome.err().unwrap(), Field::WorkUnit), Problem::WorkUnitInactive { year: 2027 });
    }

    async fn an_application_can_be_taken_back_until_it_is_decided(world) {
        let siti = world.siti().await;
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        applications::withdraw(&world.backend, &siti, id).await.unwrap();
        let again = applications::withdraw(&world.backend, &siti, id).await;
        assert!(matches!(conflict(again.err().unwrap()), Conflict::StatusChanged { status: Status::Withdrawn, .. }));
        assert!(applications::open(&world.backend, &siti).await.unwrap().is_empty());
        assert_eq!(applications::history(&world.backend, &siti).await.unwrap()[0].status, Status::Withdrawn);
        world.submitted(&siti, Role::Pa, "Sekretariat").await;
    }

    async fn a_receipt_is_a_pdf_with_the_number(world) {
        let siti = world.siti().await;
        let draft = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        not_found(applications::receipt(&world.backend, &siti, draft).await);
        let reference = world.submit(&siti, draft).await.unwrap();
        let (number, pdf) = applications::receipt(&world.backend, &siti, draft).await.unwrap();
        assert_eq!(number, reference);
        let text = lopdf::Document::load_mem(&pdf).unwrap().extract_text(&[1]).unwrap();
        assert!(text.contains(&reference) && text.contains("Sekretariat Jenderal"), "{text}");
    }

    async fn the_same_answers_again_are_no_conflict(world) {
        let siti = world.siti().await;
        let id = applications::start(&world.backend, &siti, ProfileType::NonPenyedia, Role::Pa).await.unwrap();
        let with = |address: &str| Answers { address: address.into(), ..Answers::default() };
        let first = applications::save(&world.backend, &siti, id, 1, with("Jalan pertama")).await.unwrap();
        world.advance(MINUTE);
        // The answer to the first got lost, or the form was sent and had saved as well: the version named is the old one.
        let again = applications::save(&world.backend, &siti, id, 1, with("Jalan pertama")).await.unwrap();
        assert_eq!(again, first);
        let next = applications::save(&world.backend, &siti, id, again.version, with("Jalan kedua")).await.unwrap();
        assert_eq!(next.version, first.version + 1);
        // Other answers are still told.
        let stale = applications::save(&world.backend, &siti, id, 1, with("Jalan pertama")).await;
        assert!(matches!(conflict(stale.err().unwrap()), Conflict::DraftChanged { .. }));
    }

    async fn the_address_of_one_work_unit_is_not_sent_for_another(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        world.submitted(&budi, Role::Kpa, "Inspektorat").await;
        let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let stored = applications::draft(&world.backend, &siti, id).await.unwrap();
        // The form comes with the address as it was, but for a work unit that asks for none.
        applications::save(&world.backend, &siti, id, stored.version, world.answers("Inspektorat")).await.unwrap();
        world.submit(&siti, id).await.unwrap();
        assert_eq!(applications::detail(&world.backend, &siti, id).await.unwrap().address, None);
    }
}

fn form_of(id: Uuid) -> String {
    format!("/akses/pengajuan/{id}/formulir")
}

/// A form with a letter, as raw as it arrives.
async fn post_raw(visitor: &Visitor, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = visitor.request(reqwest::Method::POST, path);
    Answer::of(path, request.header("content-type", "multipart/form-data; boundary=x").body(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_form_clears_no_answers() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = form_of(id);
    let before = siti.get(&path).await.form(&path);
    let version = before.iter().find(|(name, _)| name == "version").unwrap().1.clone();
    let field =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    // The version arrives, the answers do not.
    let cut = field("version", &version) + "--x\r\nContent-Disposition: form-data; name=\"address\"\r\n\r\nJal";
    post_raw(&siti, &path, cut).await.expect(400).expect_says("Isian tidak sampai seluruhnya.");
    assert_eq!(siti.get(&path).await.form(&path), before);
    // All answers arrive, and of the letter only a part: they are kept.
    let fields: String =
        before.iter().filter(|(name, _)| name != "address").map(|(name, value)| field(name, value)).collect();
    let fields = fields + &field("address", "Jalan Kemerdekaan Timur 17, Jakarta");
    let letter = "--x\r\nContent-Disposition: form-data; name=\"letter\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7";
    let answer = post_raw(&siti, &path, format!("{fields}{letter}")).await.expect(422);
    answer.expect_says("Unggahan terputus sebelum selesai.");
    let kept = siti.get(&path).await;
    assert_eq!(kept.value(&path, "address").as_deref(), Some("Jalan Kemerdekaan Timur 17, Jakarta"));
    // One that is not read to its end because it is far too big is too big.
    let big = bytes::Bytes::from(vec![b'x'; 16 << 20]);
    let answer = siti.upload(&path, &kept.form(&path), "surat.pdf", big).await.expect(422);
    answer.expect_says("Berkas lebih dari 2 MB.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_takes_nothing_typed() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = form_of(id);
    let typed = "Jalan \"Kemerdekaan\" <Timur> 17, Jakarta";
    let form = changed(siti.get(&path).await.form(&path), &[("address", typed), ("aksi", "simpan")]);
    siti.post("/keluar", &[("", "")]).await.expect(303);
    // Script is told on the page it is on; without it, a page holds what was typed until it can be sent again.
    let reply = siti.post_by_script(&path, &form).await.expect(200).json();
    assert_eq!(reply, serde_json::json!({ "Stay": [{ "field": "form", "problem": { "kind": "signed_out" } }] }));
    let held = siti.post(&path, &form).await.expect(401).expect_says("Sesi Anda sudah berakhir");
    let again = held.form(&path);
    assert_eq!(again, form);
    siti.sign_in("siti.pa@contoh.go.id").await;
    assert_eq!(siti.post(&path, &again).await.expect(303).location(), Some("/akses"));
    assert_eq!(siti.get(&path).await.value(&path, "address").as_deref(), Some(typed));
    // What must not be written back is not.
    siti.post("/keluar", &[("", "")]).await.expect(303);
    let sirup = format!("/akses/pengajuan/{id}/sirup");
    let held = siti.post(&sirup, &[("sirup_username", "pa.lama"), ("sirup_password", "Rahasia-41")]).await.expect(401);
    assert_eq!(held.value(&sirup, "sirup_username").as_deref(), Some("pa.lama"));
    assert!(!held.html().contains("Rahasia-41"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_not_stored_comes_back_whole() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    let path = form_of(id);
    let stale = siti.get(&path).await.form(&path);
    let elsewhere = changed(stale.clone(), &[("address", "Alamat dari tab pertama"), ("aksi", "simpan")]);
    siti.post(&path, &elsewhere).await.expect(303);
    let typed = changed(stale, &[("last_day", "30"), ("last_day_month", "11"), ("address", "Alamat dari tab kedua")]);
    let back = siti.post(&path, &typed).await.expect(409);
    // Sent again as it is, it is still no licence to overrule the other tab.
    let mut again = back.form(&path);
    again.sort();
    let mut whole = typed;
    whole.sort();
    assert_eq!(again, whole);
    siti.post(&path, &again).await.expect(409);
    assert_eq!(siti.get(&path).await.value(&path, "address").as_deref(), Some("Alamat dari tab pertama"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_of_ours_is_said_in_a_page() {
    let site = Site::new(Database::Sqlite).await;
    let siti = site.siti().await;
    let id = site.draft("Sekretariat").await;
    for step in ["formulir", "sirup", "instansi", "satker", "tinjau", "status"] {
        let answer = siti.post(&format!("/akses/pengajuan/bukan-id/{step}"), &[("version", "1")]).await.expect(404);
        answer.expect_says("Halaman tidak ditemukan");
    }
    let path = form_of(id);
    let no_boundary =
        siti.request(reqwest::Method::POST, &path).header("content-type", "multipart/form-data").body("x");
    let answer = Answer::of(&path, no_boundary).await.expect(400).expect_says("Formulir tidak terbaca.");
    assert!(answer.header("content-security-policy").contains("style-src 'self'"), "it looks like a page of ours");
    let reply = siti.post_by_script(&path, &[("address", "x".repeat(70_000))]).await.expect(200).json();
    assert_eq!(reply["Stay"][0]["field"], "form", "{reply}");
    // A search that was not made is still in its box.
    let form = changed(
        siti.get(&path).await.form(&path),
        &[("work_unit", ""), ("work_unit_query", "biro umum"), ("aksi", "ajukan")],
    );
    let back = siti.post(&path, &form).await.expect(422);
    assert_eq!(back.value(&path, "work_unit_query").as_deref(), Some("biro umum"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_taken_off_while_one_types() {
    let site = Site::new(Database::Sqlite).await;
    let (siti, budi) = (site.siti().await, site.budi().await);
    let id = site.draft("Sekretariat").await;
    let version = siti.get(&form_of(id)).await.value(&form_of(id), "version");
    let remove = async |visitor: &Visitor| {
        let path = "/api/pengajuan/hapus-surat";
        let request = visitor.bare(reqwest::Method::POST, path).header("accept", "application/json");
        let request = request.header("sec-fetch-site", "same-origin").json(&serde_json::json!({ "id": id }));
        Answer::of(path, request).await
    };
    remove(&budi).await.expect(404);
    remove(&site.visitor()).await.expect(401);
    siti.get(&format!("/akses/pengajuan/{id}/surat")).await.expect(200);
    remove(&siti).await.expect(200);
    siti.get(&format!("/akses/pengajuan/{id}/surat")).await.expect(404);
    assert_eq!(
        siti.get(&form_of(id)).await.value(&form_of(id), "version"),
        version,
        "what is typed meanwhile still fits"
    );
}
