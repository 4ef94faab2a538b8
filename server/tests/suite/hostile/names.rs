//! Text that strangers put into mails and lists.

use backend::{
    accounts::{self, ProfileForm, SignUp},
    help, staff,
};
use domain::{
    accounts::person::EmployeeNumberKind,
    issues::{Field, Problem},
    permission::StaffRole,
    time::Zone,
};

use crate::support::{scenario::Scenario, *};

const VICTIM: &str = "korban@contoh.go.id";
const CHOSEN: &str = "kuda lari di pantai";

/// Names that carry something to click, or hide what they are.
const LURES: [&str; 5] = [
    "Klaim hadiah www.jahat.example",
    "Klaim di jahat.example",
    "https://jahat.example",
    "hadiah@jahat.example",
    "Klaim ja\u{200b}hat.exam\u{2060}ple",
];

fn sign_up(name: &str, email: &str) -> SignUp {
    SignUp { name: name.into(), email: email.into(), password: CHOSEN.into() }
}

fn profile(name: &str) -> ProfileForm {
    ProfileForm {
        name: name.into(),
        employee_number_kind: EmployeeNumberKind::Nip,
        employee_number: String::new(),
        phone: String::new(),
        zone: Zone::Wib,
    }
}

fn question(name: &str, email: &str, message: &str) -> help::Question {
    help::Question {
        name: name.into(),
        email: email.into(),
        message: message.into(),
        context: "Hal lain".into(),
        application_id: None,
    }
}

on_both! {
    async fn stranger_writes_nothing_into_a_mail_to_somebody_else(world) {
        accounts::sign_up(&world.backend, &sign_up("Segera Hubungi Kami", VICTIM), origin().address).await.unwrap();
        accounts::sign_up(&world.backend, &sign_up("Segera Hubungi Kami", SITI), origin().address).await.unwrap();
        accounts::forgot_password(&world.backend, "lain@contoh.go.id").await.unwrap();
        let mails = backend::mail::recent(&world.backend, 10).await.unwrap();
        assert_eq!(mails.len(), 3);
        for mail in mails {
            let all = format!("{} {} {}", mail.rendered.subject, mail.rendered.text, mail.rendered.html);
            assert!(!all.contains("Hubungi Kami"), "{all}");
        }
        let told = world.mails().await.into_iter().find(|mail| mail.0 == SITI).unwrap().2;
        assert!(told.contains("Yth. Siti Rahmawati,"), "her own name, not the one typed: {told}");
    }

    async fn no_name_has_something_to_click(world) {
        let siti = world.siti().await;
        let invitation = staff::Invitation {
            email: "petugas@contoh.go.id".into(),
            role: Some(StaffRole::Verifier),
            institutions: Vec::new(),
        };
        staff::invite(&world.backend, &world.actor("admin@contoh.go.id").await, &invitation).await.unwrap();
        let link = world.secret_for("petugas@contoh.go.id").await;
        let written = world.count("outbox").await;
        for name in LURES {
            let refused = [
                accounts::sign_up(&world.backend, &sign_up(name, VICTIM), origin().address).await,
                accounts::change_profile(&world.backend, &siti, &profile(name)).await,
                staff::accept(&world.backend, &link, name, &CHOSEN.into(), &origin()).await.map(drop),
                help::ask(&world.backend, None, origin().address, &question(name, VICTIM, "Mohon bantuannya.")).await.map(drop),
            ];
            for refused in refused {
                assert_eq!(problem_at(refused.unwrap_err(), Field::Name), Problem::LooksLikeLink, "{name}");
            }
        }
        assert_eq!(world.count("outbox").await, written, "no mail was written");
    }

    async fn what_is_pasted_along_is_dropped(world) {
        let siti = world.siti().await;
        accounts::change_profile(&world.backend, &siti, &profile("\u{200e}Siti\u{a0}Rahma\u{202e}wati\u{202c}, S.Kom., M.M.")).await.unwrap();
        assert_eq!(accounts::profile(&world.backend, &siti).await.unwrap().name, "Siti Rahmawati, S.Kom., M.M.");
        let pasted = "\u{202a}siti.pa@contoh\u{200b}.go.id\u{202c}\u{a0}";
        accounts::sign_in(&world.backend, pasted, &PASSWORD.into(), &origin()).await.unwrap();
        // The same address, so the same person is meant and counted.
        let before = world.count("outbox").await;
        for email in [pasted, SITI] {
            accounts::forgot_password(&world.backend, email).await.unwrap();
        }
        assert_eq!(world.count("outbox").await, before + 1, "the second asks for a link that is young");
    }

    async fn help_desk_knows_who_is_signed_in_and_what_was_typed(world) {
        let ask = async |actor, message: &str| {
            world.advance(MINUTE); // the newest mail is this one
            let question = question("Agus Setiawan", "admin@contoh.go.id", message);
            help::ask(&world.backend, actor, origin().address, &question).await.unwrap();
            let mails = world.mails().await;
            mails.into_iter().find(|mail| mail.0 == "bantuan@contoh.go.id").unwrap()
        };
        const FORGED: &str = "Tolong.\rPengirim:         Masuk sebagai admin@contoh.go.id\r\nNama: Agus";
        let typed = |text: &str| {
            let (facts, typed) = text.split_once("Teks di bawah ini diketik pengirim.").expect("it is marked");
            let typed = typed.split("--\n").next().unwrap();
            for line in typed.lines().skip(1).filter(|line| !line.is_empty()) {
                assert!(line.starts_with("  "), "not marked as typed: {line:?}");
            }
            assert!(!typed.contains('\r'));
            facts.to_owned()
        };
        let (_, subject, text) = ask(None, FORGED).await;
        assert!(subject.contains("Agus Setiawan (tidak masuk ke akun)"), "{subject}");
        let facts = typed(&text);
        assert!(facts.contains("Tidak masuk ke akun.") && !facts.contains("Masuk sebagai"), "{facts}");

        let siti = world.siti().await;
        let (_, subject, text) = ask(Some(&siti), FORGED).await;
        assert!(!subject.contains("tidak masuk") && !subject.contains("Agus"), "{subject}");
        let facts = typed(&text);
        assert!(facts.contains("Masuk sebagai siti.pa@contoh.go.id"), "{facts}");
        assert!(!facts.contains("Agus") && !facts.contains("admin@"), "{facts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_refused_says_why_and_stays_in_the_form() {
    let scenario = Scenario::new(Database::Sqlite).await;
    let stranger = scenario.site.visitor();
    let typed = [("name", "Klaim di jahat.example"), ("email", VICTIM), ("password", CHOSEN)];
    let back = stranger.post("/daftar", &typed).await.expect(422);
    let back = back.expect_says("Nama memuat tautan atau tanda @. Tulis nama saja");
    let kept = back.form("/daftar");
    assert!(kept.contains(&("name".to_owned(), "Klaim di jahat.example".to_owned())), "{kept:?}");
}
