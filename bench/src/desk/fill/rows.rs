//! The rows of each table.

use backend::vault::Secret;
use domain::{
    applications::{answers::Answers, sirup::SirupAccount},
    time::Timestamp,
    validity::DateInput,
};
use time::Date;

use super::{
    DAY, HOUR, Years,
    country::{Application, Country},
    people::{
        ACCESS, APPLICATION, DOCUMENT, PEOPLE, RETURN, USER, VERDICT, VERIFIERS, email, id, name, nip, person, verifier,
    },
    store::{Store, row},
};
use crate::stage::{Failure, SECRET};

const REASONS: &[&str] = &[
    "Masa berlaku tidak disebut dalam surat",
    "Surat tidak ditandatangani pejabat berwenang",
    "Nama atau NIP pada surat berbeda",
    "Satuan kerja pada surat berbeda",
    "Surat tidak terbaca",
];

/// The letters.
pub async fn documents<'a>(store: &mut Store, all: impl Iterator<Item = Application<'a>>) -> Result<(), Failure> {
    // There are no letters behind the rows; as they are, no job looks for them.
    let sealed_with = Secret::parse(SECRET).ok_or("no secret")?.id().to_string();
    let rows = all.map(|one| {
        let hash: Vec<u8> = id(DOCUMENT, one.number).as_bytes().repeat(2);
        let size = 80_000 + (one.number % 900_000) as i64;
        row![
            id(DOCUMENT, one.number),
            person(one.person),
            "bench",
            "surat.pdf",
            size,
            2,
            hash,
            one.first_sent,
            sealed_with.clone()
        ]
    });
    let columns = "id, user_id, object_key, file_name, bytes, pages, sha256, created_at, sealed_with";
    store.put("documents", columns, rows).await
}

pub async fn people(store: &mut Store, years: &Years) -> Result<(), Failure> {
    let made = years.end.micros() - 400 * DAY;
    // Verifiers have the password of the development data.
    let hashes: Vec<(String,)> =
        store.rows("SELECT password_hash FROM users WHERE email = 'verifikator@contoh.go.id'").await?;
    let hash = &hashes.first().ok_or("there is no development data")?.0;
    let rows = (0..PEOPLE + VERIFIERS).map(|nth| {
        let staff = (nth >= PEOPLE).then_some("verifier");
        let hash = if staff.is_some() { hash.as_str() } else { "" };
        row![id(USER, nth), email(nth), name(nth), hash, "nip", nip(nth), "wib", staff, made, made]
    });
    let columns = "id, email, name, password_hash, employee_number_kind, employee_number, zone, staff_role, created_at, \
                   updated_at";
    store.put("users", columns, rows).await
}

pub async fn applications<'a>(
    store: &mut Store,
    all: impl Iterator<Item = Application<'a>>,
    country: &Country,
) -> Result<(), Failure> {
    let mut broken = None;
    let rows = all.map(|one| {
        let (first_day, last_day) = one.period(country.today);
        let name = name(one.person);
        let (account, answers) = (account(&one, &name), answers(&one, first_day, last_day));
        let mut json =
            |value: serde_json::Result<String>| value.map_err(|error| broken = Some(error)).unwrap_or_default();
        let account = account.map(|account| json(serde_json::to_string(&account)));
        let decision = match one.status {
            "approved" | "rejected" => Some(id(VERDICT, one.number)),
            _ => one.returned_by.map(|_| id(RETURN, one.number)),
        };
        row![
            id(APPLICATION, one.number),
            person(one.person),
            one.status,
            3,
            "non_penyedia",
            one.role,
            !one.linked,
            account,
            json(serde_json::to_string(&answers)),
            id(DOCUMENT, one.number),
            one.reference,
            one.institution.0,
            one.unit.0,
            first_day,
            last_day,
            one.sent,
            one.decided.filter(|_| one.status != "withdrawn"),
            one.first_sent - HOUR,
            one.decided.unwrap_or(one.sent),
            name,
            "nip",
            nip(one.person),
            one.first_sent,
            one.lease.map(|(holder, _)| verifier(holder)),
            one.lease.map(|(_, until)| until),
            one.returned_by.filter(|_| one.decided.is_none()).map(verifier),
            decision,
        ]
    });
    let columns = "id, user_id, status, version, profile_type, role, without_sirup, sirup_account, answers, document_id, \
                   reference, institution_id, work_unit_id, first_day, last_day, submitted_at, decided_at, created_at, \
                   updated_at, applicant_name, employee_number_kind, employee_number, first_submitted_at, lease_holder, \
                   lease_ends_at, assigned_to, decision_id";
    store.put("applications", columns, rows).await?;
    broken.map_or(Ok(()), |error| Err(error.into()))
}

/// The linked SiRUP account, if the application has one.
fn account(one: &Application<'_>, name: &str) -> Option<SirupAccount> {
    one.linked.then(|| SirupAccount {
        username: format!("pengguna.{}", one.person),
        name: name.to_owned(),
        role: one.role.to_uppercase(),
        kd_klpd: None,
        kd_satker: one.unit.1.clone(),
        registered_at: Timestamp::from_micros(one.sent - 1000 * DAY),
    })
}

fn answers(one: &Application<'_>, first_day: Date, last_day: Date) -> Answers {
    Answers {
        institution: Some(one.institution.0),
        work_unit: Some(one.unit.0),
        first_day: DateInput::from_date(first_day),
        last_day: DateInput::from_date(last_day),
        ..Answers::default()
    }
}

/// The snapshot of every application that was sent.
pub async fn submissions(store: &mut Store) -> Result<(), Failure> {
    store
        .run(
            "INSERT INTO submissions (application_id, submitted_at, institution_id, work_unit_id, document_id,
                 sirup_account, answers)
             SELECT id, submitted_at, institution_id, work_unit_id, document_id, sirup_account, answers
             FROM applications a WHERE submitted_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.application_id = a.id)",
        )
        .await
}

pub async fn verdicts<'a>(store: &mut Store, all: impl Iterator<Item = Application<'a>>) -> Result<(), Failure> {
    let rows = all.flat_map(|one| {
        let verdict = |kind, verdict, reason: Option<&str>, by, sent, at| {
            let text = reason.map(|_| "Mohon ajukan kembali dengan surat yang benar.");
            row![
                id(kind, one.number),
                id(APPLICATION, one.number),
                verdict,
                reason,
                text,
                "[]",
                "[]",
                one.institution.0,
                one.role,
                sent,
                verifier(by),
                at
            ]
        };
        let before =
            one.returned_by.map(|by| verdict(RETURN, "return", None, by, one.first_sent, one.first_sent + DAY));
        let last = one.decided.filter(|_| one.is_decided()).map(|at| {
            let reason = (one.status == "rejected").then(|| REASONS[(one.number % REASONS.len() as u64) as usize]);
            let kind = if reason.is_some() { "reject" } else { "approve" };
            verdict(VERDICT, kind, reason, one.verifier, one.sent, at)
        });
        before.into_iter().chain(last)
    });
    let columns = "id, application_id, verdict, reason_title, reason, marks, checks, institution_id, role, sent_at, \
                   decided_by, decided_at";
    store.put("verdicts", columns, rows).await
}

pub async fn accesses<'a>(
    store: &mut Store,
    approved: impl Iterator<Item = Application<'a>>,
    today: Date,
) -> Result<(), Failure> {
    let rows = approved.map(|one| {
        let (first_day, last_day) = one.period(today);
        row![
            id(ACCESS, one.number),
            person(one.person),
            id(APPLICATION, one.number),
            "non_penyedia",
            one.role,
            one.institution.0,
            one.unit.0,
            first_day,
            last_day,
            one.decided
        ]
    });
    let columns = "id, user_id, application_id, profile_type, role, institution_id, work_unit_id, first_day, last_day, \
                   created_at";
    store.put("accesses", columns, rows).await
}

/// The search index of decided cases, in the order of their decisions.
pub async fn words<'a>(store: &mut Store, decided: impl Iterator<Item = Application<'a>>) -> Result<(), Failure> {
    let mut decided: Vec<Application<'_>> = decided.collect();
    decided.sort_unstable_by_key(|one| (one.decided, one.number));
    match store {
        Store::Sqlite(_) => {
            let newest: Vec<(i64,)> = store.rows("SELECT coalesce(max(number), 0) FROM case_words").await?;
            let next = newest[0].0 + 1;
            let numbered = || (next..).zip(&decided);
            let places = numbered().map(|(at, one)| row![at, id(APPLICATION, one.number), one.institution.0]);
            store.put("case_words", "number, application_id, institution_id", places).await?;
            let found = numbered().map(|(at, one)| row![at, one.words().join(" ")]);
            store.put("case_words_sought", "rowid, words", found).await?;
            // A server's job does this from time to time.
            store.run("INSERT INTO case_words_sought (case_words_sought) VALUES ('optimize')").await
        }
        Store::Postgres(_) => {
            // The text format of a tsvector.
            let rows =
                decided.iter().map(|one| row![id(APPLICATION, one.number), one.institution.0, one.words().join(" ")]);
            store.put("case_words", "application_id, institution_id, sought", rows).await
        }
    }
}
