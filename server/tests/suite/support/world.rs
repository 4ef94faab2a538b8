//! A fresh backend on either database, with the people of the development data and what they do.

use std::{collections::BTreeMap, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use backend::{
    Actor, Backend, Origin,
    accounts::{
        devices::{self, Owner},
        sessions,
    },
    applications::{self, Submission},
    mail::{Mailbox, Transport},
    master_data::Directory,
    secrets::Token,
    verification,
    world::ManualClock,
};
use devtools::{DEMO_URL, development};
use domain::{
    applications::answers::Answers,
    master_data::institution::InstitutionType,
    role::{ProfileType, Role},
    status::Verdict,
    validity::DateInput,
};
use secrecy::{ExposeSecret, SecretString};
use server::{application::open_backend, config::Config};
use tempfile::TempDir;
use time::{Date, macros::date};
use uuid::Uuid;

use super::{
    Database, NOW, PASSWORD, letter, new_postgres, new_sirup, origin, outside::Outside, program, verdicts::form_for,
};

/// A fresh backend with the development data. Its clock starts at [`NOW`] and moves only when a test moves it.
pub struct World {
    pub backend: Arc<Backend>,
    pub clock: Arc<ManualClock>,
    pub config: Config,
    /// Deleted when dropped.
    pub _dir: TempDir,
}

impl World {
    pub async fn new(database: Database) -> Self {
        let sirup = new_sirup().await;
        Self::with(database, &[("sirup_url", &sirup)]).await
    }

    pub async fn with(database: Database, settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // As an operator must in production.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let data_dir = dir.path().to_str().unwrap().to_owned();
        let mut pairs = vec![("data_dir", data_dir.as_str())];
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(new_postgres().await),
        };
        pairs.extend(postgres.as_deref().map(|url| ("database_url", url)));
        pairs.extend_from_slice(settings);
        let config = Config::from_pairs(&pairs).unwrap();
        let clock = ManualClock::at(NOW);
        let base_url = "http://gerbang.test".parse().unwrap();
        let backend = open_backend(&config, base_url, program(), clock.world()).await.unwrap();
        assert!(development::fill(&backend, &DEMO_URL.parse().unwrap()).await.unwrap());
        Directory::refresh(&backend).await.unwrap();
        Self { backend: Arc::new(backend), clock, config, _dir: dir }
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The cookie of a device from which somebody signed in before.
    pub async fn device(&self, email: &str) -> SecretString {
        let mut outside = self.outside().await;
        let id = if outside.is_sqlite() { "hex(id)" } else { "CAST(id AS TEXT)" };
        let sql = format!("SELECT {id} || ' ' || device_generation FROM users WHERE email = '{email}'");
        let found = outside.texts(&sql).await.remove(0);
        let (id, generation) = found.split_once(' ').unwrap();
        let owner = Owner { user_id: id.parse().unwrap(), generation: generation.parse().unwrap() };
        devices::proof(&self.backend, None, owner)
    }

    /// Signs in as somebody of the development data, from a device that their account knows.
    pub async fn actor(&self, email: &str) -> Actor {
        let origin = Origin { device: Some(self.device(email).await), ..origin() };
        let token = backend::accounts::sign_in(&self.backend, email, &PASSWORD.into(), &origin).await.unwrap();
        self.actor_of(&token).await.expect("signed in")
    }

    pub async fn actor_of(&self, token: &Token) -> Option<Actor> {
        sessions::resolve(&self.backend, token, &origin()).await.unwrap()
    }

    pub async fn siti(&self) -> Actor {
        self.actor("siti.pa@contoh.go.id").await
    }

    pub async fn budi(&self) -> Actor {
        self.actor("budi.kpa@contoh.go.id").await
    }

    pub async fn verifier(&self) -> Actor {
        self.actor("verifikator@contoh.go.id").await
    }

    pub async fn verifier2(&self) -> Actor {
        self.actor("verifikator2@contoh.go.id").await
    }

    /// The id of an institution and of its first work unit whose name begins with `unit`.
    pub fn place(&self, institution: &str, unit: &str) -> (Uuid, Uuid) {
        let snapshot = self.backend.master_data.snapshot();
        let institution = InstitutionType::ALL
            .into_iter()
            .find_map(|kind| snapshot.institutions(kind, institution, 1).hits.into_iter().next())
            .expect("the institution exists")
            .0;
        let unit = snapshot.work_units(institution.id, unit, 1).hits.into_iter().next().expect("the unit exists");
        (institution.id, unit.0.0)
    }

    /// Complete and valid answers for a work unit of the Ministry of Health.
    pub fn answers(&self, unit: &str) -> Answers {
        let (institution, work_unit) = self.place("Kementerian Kesehatan", unit);
        Answers {
            institution_type: Some(InstitutionType::Kementerian),
            institution: Some(institution),
            work_unit: Some(work_unit),
            address: "Jalan H.R. Rasuna Said Blok X-5 Kavling 4-9, Jakarta".into(),
            first_day: DateInput::from_date(date!(2026 - 12 - 01)),
            last_day: DateInput::from_date(date!(2027 - 12 - 31)),
            ..Answers::default()
        }
    }

    /// Makes a complete draft without SiRUP, with its letter.
    pub async fn filled_draft(&self, actor: &Actor, role: Role, answers: Answers) -> Uuid {
        let backend = &self.backend;
        let id = applications::start(backend, actor, ProfileType::NonPenyedia, role).await.unwrap();
        applications::confirm_new_access(backend, actor, id).await.unwrap();
        let version = applications::draft(backend, actor, id).await.unwrap().version;
        applications::save(backend, actor, id, version, answers).await.unwrap();
        applications::attach_letter(backend, actor, id, "surat.pdf", letter()).await.unwrap();
        id
    }

    /// The form of the review page of a draft.
    pub async fn reviewed(&self, actor: &Actor, id: Uuid) -> Submission {
        let stored = applications::draft(&self.backend, actor, id).await.unwrap();
        Submission { version: stored.version, letter: stored.draft.letter.map(|letter| letter.id), confirmed: true }
    }

    /// Submits a draft and returns its reference number.
    pub async fn submit(&self, actor: &Actor, id: Uuid) -> backend::Result<String> {
        let submission = self.reviewed(actor, id).await;
        applications::submit(&self.backend, actor, id, submission).await
    }

    /// Submits an application and returns its id.
    pub async fn submitted(&self, actor: &Actor, role: Role, unit: &str) -> Uuid {
        let id = self.filled_draft(actor, role, self.answers(unit)).await;
        self.submit(actor, id).await.unwrap();
        id
    }

    /// All mails so far, newest first: recipient, subject, text.
    pub async fn mails(&self) -> Vec<(String, String, String)> {
        let mails = backend::mail::recent(&self.backend, 1000).await.unwrap();
        mails.into_iter().map(|mail| (mail.recipient, mail.rendered.subject, mail.rendered.text)).collect()
    }

    /// The secret in the link of the newest mail to somebody.
    pub async fn secret_for(&self, email: &str) -> Token {
        let mails = self.mails().await;
        let mut links = mails.iter().filter(|(recipient, ..)| recipient == email);
        let rest =
            links.find_map(|(_, _, text)| Some(text.split_once("token=")?.1)).expect("there is a mail with a link");
        Token::presented(rest.split_whitespace().next().unwrap())
    }

    /// Waits until this number of servers listen for notices. SQLite has one server, which needs no listening.
    pub async fn hears_notices(&self, servers: usize) {
        let mut outside = self.outside().await;
        if outside.is_sqlite() {
            return;
        }
        let listening =
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        while outside.texts(listening).await.len() < servers {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The mailbox of tests that run the outbox step by step.
    pub fn mailbox(&self, transport: Transport) -> Mailbox {
        Mailbox { transport, from: "Gerbang <gerbang@contoh.go.id>".parse().unwrap(), keeps_secrets: false }
    }

    /// A connection to the database that bypasses the product.
    pub async fn outside(&self) -> Outside {
        Outside::of(self.config.database.url.expose_secret()).await
    }

    /// All rows as text, by table.
    pub async fn everything(&self) -> BTreeMap<String, Vec<String>> {
        self.outside().await.everything().await
    }

    /// The number of rows of a table.
    pub async fn count(&self, table: &'static str) -> i64 {
        self.outside().await.count(table).await
    }

    /// The recorded address of a work unit.
    pub async fn address_of(&self, unit: Uuid) -> Option<String> {
        self.outside().await.text("SELECT address FROM work_units WHERE id = $1", unit).await
    }

    /// Subjects of the mails that were sent.
    pub async fn sent_subjects(&self) -> Vec<String> {
        let mails = backend::mail::recent(&self.backend, 1000).await.unwrap();
        let sent = mails.into_iter().filter(|mail| mail.status == backend::mail::Status::Sent);
        sent.map(|mail| mail.rendered.subject).collect()
    }

    /// Runs a statement that bypasses the product.
    pub async fn sql(&self, sql: &'static str) -> sqlx::Result<()> {
        self.outside().await.execute(sql).await
    }

    /// Drops the triggers that keep the audit trail append-only, as somebody with access to the database could.
    pub async fn without_triggers(&self) {
        let statements: &[&'static str] = if self.outside().await.is_sqlite() {
            &["DROP TRIGGER audit_events_stay", "DROP TRIGGER audit_events_stay_as_they_are"]
        } else {
            &["DROP TRIGGER audit_events_stay ON audit_events"]
        };
        for statement in statements {
            self.sql(statement).await.unwrap();
        }
    }

    /// Gives this person an access for the period and returns its id.
    pub async fn granted(&self, actor: &Actor, role: Role, unit: &str, first: Date, last: Date) -> Uuid {
        let period = [first, last].map(DateInput::from_date);
        let [first_day, last_day] = period;
        let id = self.filled_draft(actor, role, Answers { first_day, last_day, ..self.answers(unit) }).await;
        self.submit(actor, id).await.unwrap();
        let (backend, verifier) = (&self.backend, self.verifier().await);
        let case = verification::case_file(backend, &verifier, id).await.unwrap();
        verification::claim(backend, &verifier, id).await.unwrap();
        let form = form_for(&case, Verdict::Approve, "");
        verification::decide(backend, &verifier, id, &form).await.unwrap();
        let accesses = backend::accesses::list(backend, actor).await.unwrap();
        accesses.iter().find(|access| access.application_id == id).expect("an access came of it").id
    }
}
