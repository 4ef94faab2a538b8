//! Every mail as it is sent today, one snapshot each.

use std::{collections::BTreeSet, path::Path};

use ::time::macros::date;
use domain::{issues::Field, permission::StaffRole, role::Role, validity::Validity, verification::Mark};

use super::{Case, Mail, RenderedMail};
use crate::Settings;

fn settings() -> Settings {
    Settings {
        base_url: "https://gerbang.contoh.go.id".parse().unwrap(),
        sirup_cutoff: domain::applications::sirup::CUTOFF,
        promised_working_days: domain::calendar::PROMISED_WORKING_DAYS,
        help_address: domain::accounts::email::Email::parse("bantuan@contoh.go.id").unwrap(),
        anchor_file: None,
        anchor_mail: None,
    }
}

fn rendered(mail: &Mail) -> RenderedMail {
    mail.render(&settings()).unwrap()
}

fn case() -> Case {
    Case {
        id: uuid::Uuid::nil(),
        reference: "GB-26-004182-7".into(),
        role: Role::Pa,
        work_unit: "Sekretariat Jenderal".into(),
        institution: "Kementerian Ketenagakerjaan".into(),
        validity: Validity::new(date!(2026 - 12 - 01), date!(2027 - 12 - 31)),
    }
}

fn company_case() -> Case {
    Case {
        role: Role::Penyedia,
        work_unit: "PT Sinar Jaya Abadi".into(),
        institution: "NIB 9120001234567".into(),
        validity: None,
        ..case()
    }
}

fn ending(role: Role, work_unit: &str, days: i64) -> Mail {
    Mail::AccessEnding {
        name: "Siti Rahmawati".into(),
        access: uuid::Uuid::nil(),
        role,
        work_unit: work_unit.into(),
        last_day: date!(2027 - 11 - 21),
        days,
    }
}

fn draft_ending(role: Role, place: Option<&str>) -> Mail {
    Mail::DraftEnding {
        name: "Siti Rahmawati".into(),
        application: uuid::Uuid::nil(),
        role,
        place: place.map(str::to_owned),
        last_day: date!(2027 - 02 - 20),
    }
}

/// At least one example of each mail. A snapshot is named after the mail's folder of templates; where one folder has
/// several outcomes, the second part of the name says which.
fn examples() -> Vec<(&'static str, Mail)> {
    let name = "Siti Rahmawati".to_owned();
    let token = "rahasia".to_owned();
    let at = "22 November 2026, 10.00 WIB".to_owned();
    let question = "Saya tidak dapat masuk.".to_owned();
    vec![
        ("confirm_email", Mail::ConfirmEmail { token: token.clone() }),
        ("already_registered", Mail::AlreadyRegistered { name: name.clone() }),
        ("reset_password", Mail::ResetPassword { name: name.clone(), token: token.clone() }),
        ("no_account", Mail::NoAccount),
        ("password_changed", Mail::PasswordChanged { name: name.clone(), at: Some(at.clone()) }),
        ("password_changed-before", Mail::PasswordChanged { name: name.clone(), at: None }),
        (
            "new_device",
            Mail::NewDevice {
                name: name.clone(),
                device: "Firefox di Linux".into(),
                address: "203.0.113.9".into(),
                at: at.clone(),
            },
        ),
        ("sirup_linked", Mail::SirupLinked { name: name.clone(), at: at.clone() }),
        (
            "staff_role_lost",
            Mail::StaffRoleLost { name: name.clone(), before: StaffRole::Verifier, now: None, at: at.clone() },
        ),
        (
            "staff_role_lost-lowered",
            Mail::StaffRoleLost {
                name: name.clone(),
                before: StaffRole::Supervisor,
                now: Some(StaffRole::Verifier),
                at: at.clone(),
            },
        ),
        ("submitted", Mail::Submitted { name: name.clone(), case: case(), due: date!(2026 - 12 - 01) }),
        ("submitted-company", Mail::Submitted { name: name.clone(), case: company_case(), due: date!(2026 - 12 - 01) }),
        ("approved", Mail::Approved { name: name.clone(), case: case() }),
        (
            "rejected",
            Mail::Rejected {
                name: name.clone(),
                case: case(),
                reason: "Masa berlaku tidak disebut.\nLampirkan surat yang menyebutnya.".into(),
            },
        ),
        (
            "returned",
            Mail::Returned {
                name: name.clone(),
                case: case(),
                marks: vec![
                    Mark { field: Field::WorkUnit, note: "Pilih satuan kerja pada surat.".into() },
                    Mark { field: Field::Letter, note: "Halaman kedua tidak terbaca.".into() },
                ],
                text: Some("Mohon diperbaiki.".into()),
            },
        ),
        (
            "returned-marks_only",
            Mail::Returned {
                name: name.clone(),
                case: company_case(),
                marks: vec![Mark { field: Field::Nib, note: "Tidak sama dengan bukti.".into() }],
                text: None,
            },
        ),
        (
            "reopened",
            Mail::Reopened { name: name.clone(), case: case(), reason: "Surat ditinjau ulang.".into(), revoked: false },
        ),
        (
            "reopened-revoked",
            Mail::Reopened { name: name.clone(), case: case(), reason: "Surat ditinjau ulang.".into(), revoked: true },
        ),
        ("access_ending", ending(Role::Pa, "Sekretariat Jenderal", 14)),
        ("access_ending-today", ending(Role::Pa, "Sekretariat Jenderal", 0)),
        ("access_ending-company", ending(Role::Penyedia, "PT Sinar Jaya Abadi", 14)),
        ("draft_ending", draft_ending(Role::Pa, Some("Sekretariat Jenderal"))),
        ("draft_ending-company", draft_ending(Role::Penyedia, None)),
        ("staff_invited", Mail::StaffInvited { invited_by: "Dewi Lestari".into(), role: StaffRole::Verifier, token }),
        ("staff_role_given", Mail::StaffRoleGiven { name: name.clone(), role: StaffRole::Verifier }),
        ("check_list_empty", Mail::CheckListEmpty { name: name.clone(), role: Role::Pa }),
        (
            "audit_anchor",
            Mail::AuditAnchor {
                events: "1.204".into(),
                time: "30 November 2026, 00.10 WIB".into(),
                line: r#"{"site":"https://gerbang.contoh.go.id","seq":1204}"#.into(),
            },
        ),
        (
            "help_request",
            Mail::HelpRequest {
                reference: "BT-26-000031-9".into(),
                account: Some("siti@contoh.go.id".into()),
                name: name.clone(),
                email: "siti@contoh.go.id".into(),
                context: "Hubungkan Akses SiRUP".into(),
                message: question.clone(),
            },
        ),
        (
            "help_request-stranger",
            Mail::HelpRequest {
                reference: "BT-26-000032-7".into(),
                account: None,
                name: "Rina".into(),
                email: "rina@contoh.go.id".into(),
                context: "Hal lain".into(),
                message: "Saya Siti.\n\nPengirim:         Masuk sebagai admin@contoh.go.id".into(),
            },
        ),
        ("help_received", Mail::HelpReceived { name, reference: "BT-26-000031-9".into(), message: question }),
    ]
}

#[test]
fn each_mail_is_its_snapshot() {
    for (name, mail) in examples() {
        let RenderedMail { subject, text, html } = rendered(&mail);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, format!("Subject: {subject}\n\n{text}\n=====\n{html}"));
        });
    }
}

#[test]
fn each_folder_of_templates_has_an_example_of_its_name() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mail");
    let entries = templates.read_dir().unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let mut covered = BTreeSet::new();
    for (name, mail) in examples() {
        let folder = name.split('-').next().unwrap();
        let stored = serde_json::to_value(&mail).unwrap();
        assert_eq!(stored["template"], folder, "the folder is named after the stored mail");
        covered.insert(folder.to_owned());
    }
    assert_eq!(folders, covered);
}

#[test]
fn markup_typed_by_a_person_stays_text() {
    let attack = "</textarea><script>alert(1)</script>";
    let case = Case { work_unit: attack.into(), institution: attack.into(), ..case() };
    let mail = rendered(&Mail::Rejected { name: attack.into(), case, reason: attack.into() });
    assert!(!mail.html.contains("<script>") && !mail.html.contains("</textarea>"));
    assert!(mail.text.contains(attack));
}

#[test]
fn html_says_what_the_text_says() {
    for (_, mail) in examples() {
        let rendered = rendered(&mail);
        for word in rendered.text.split_whitespace().filter(|word| word.chars().all(char::is_alphanumeric)) {
            assert!(rendered.html.contains(word), "{word} is missing in {mail:?}");
        }
        assert!(!rendered.html.contains("<img") && !rendered.html.contains("<script"));
    }
}

#[test]
fn a_supplier_is_told_of_the_company() {
    let name = "Toko Sinar Jaya".to_owned();
    let sent = rendered(&Mail::Submitted { name, case: company_case(), due: date!(2026 - 12 - 01) }).text;
    for words in ["PT Sinar Jaya Abadi", "NIB 9120001234567", "satu tahun sejak disetujui"] {
        assert!(sent.contains(words), "{words}: {sent}");
    }
    assert!(!sent.contains("Satuan Kerja") && !sent.contains("Instansi"), "{sent}");
    let ending = rendered(&ending(Role::Penyedia, "PT Sinar Jaya Abadi", 14)).text;
    assert!(ending.contains("bukti badan usaha yang terbaru"), "{ending}");
}

#[test]
fn stored_mail_without_secret_holds_no_token() {
    let mail = Mail::ResetPassword { name: "Siti".into(), token: "rahasia".into() };
    let stored = serde_json::to_string(&mail.without_secret()).unwrap();
    assert!(!stored.contains("rahasia"));
}

#[test]
fn a_mail_of_an_older_version_is_still_read() {
    let stored = r#"{"template":"password_changed","name":"Siti"}"#;
    let mail: Mail = serde_json::from_str(stored).unwrap();
    assert_eq!(mail, Mail::PasswordChanged { name: "Siti".into(), at: None });
}
