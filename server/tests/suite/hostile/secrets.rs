//! Somebody who has a copy of the database, the letters or the secret.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use backend::{
    Error,
    accounts::{self, SignUp},
    applications,
    mail::{self, Delivery, Transport},
    reseal, staff,
    vault::Seal,
    verification,
};
use bytes::Bytes;
use domain::{permission::StaffRole, role::Role};
use rstest::rstest;
use server::{application::open_backend, config::Config};
use uuid::Uuid;

use crate::support::{
    browser::Site,
    forms::page,
    platform::Registered,
    process::Host,
    smtp::{Manner, Smtp},
    *,
};

const NEWCOMER: &str = "rina@contoh.go.id";
const INVITED: &str = "wulan@contoh.go.id";
const NEW_PASSWORD: &str = "kuda lari di pantai 88";
/// Secrets of 32 bytes.
const OLD: &str = "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTE=";
const NEW: &str = "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYTI=";

/// Asks for a link of each kind: a new password, a new account, an invitation.
async fn ask_for_links(world: &World) {
    accounts::forgot_password(&world.backend, SITI).await.unwrap();
    let newcomer = SignUp { name: "Rina Marpaung".into(), email: NEWCOMER.into(), password: NEW_PASSWORD.into() };
    accounts::sign_up(&world.backend, &newcomer, origin().address).await.unwrap();
    let admin = world.actor("admin@contoh.go.id").await;
    let invitation =
        staff::Invitation { email: INVITED.into(), role: Some(StaffRole::Verifier), institutions: Vec::new() };
    staff::invite(&world.backend, &admin, &invitation).await.unwrap();
}

/// The tokens in the outbox, as somebody with a copy of the database sees them.
async fn stored_tokens(world: &World) -> Vec<String> {
    world.outside().await.texts("SELECT content ->> 'token' FROM outbox WHERE content ->> 'token' IS NOT NULL").await
}

async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    tokio::time::timeout(MINUTE, async {
        while !so().await {
            tokio::task::yield_now().await
        }
    })
    .await
    .expect(what);
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The files of letters and of what was drawn of them.
fn stored_files(world: &World) -> Vec<PathBuf> {
    files_below(&world.config.server.data_dir.join("documents"))
}

on_both! {
    async fn a_copy_of_the_database_lets_nobody_in(world) {
        ask_for_links(&world).await;
        let everything = format!("{:?}", world.everything().await);
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        for email in [SITI, NEWCOMER, INVITED] {
            let token = world.secret_for(email).await;
            assert!(token.expose().len() >= 43);
            for needle in [token.expose(), &hex(token.expose()), &hex(token.expose()).to_uppercase()] {
                assert!(!everything.contains(needle), "the link of {email} is in the database");
            }
        }
        let stored = stored_tokens(&world).await;
        assert_eq!(stored.len(), 3);
        for text in stored {
            let token = backend::secrets::Token::presented(&text);
            accounts::reset_of(&world.backend, &token).await.unwrap_err();
            accounts::registration(&world.backend, &token).await.unwrap_err();
            staff::invitation(&world.backend, &token).await.unwrap_err();
        }
        // The links themselves work.
        accounts::reset_of(&world.backend, &world.secret_for(SITI).await).await.unwrap();
        accounts::registration(&world.backend, &world.secret_for(NEWCOMER).await).await.unwrap();
        staff::invitation(&world.backend, &world.secret_for(INVITED).await).await.unwrap();
    }

    async fn a_mail_that_was_stored_plain_is_sent(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        ask_for_links(&world).await;
        let token = world.secret_for(SITI).await;
        // As an earlier version stored it.
        let plain = format!(
            r#"UPDATE outbox SET content = '{{"template": "reset_password", "name": "Siti", "token": "{}"}}'
               WHERE recipient = '{SITI}' RETURNING status"#,
            token.expose()
        );
        assert_eq!(world.outside().await.texts(&plain).await, ["pending"]);
        assert_eq!(reseal::run(&world.backend).await.unwrap(), 1);
        assert!(!stored_tokens(&world).await.contains(&token.expose().to_owned()), "the job seals it");
        world.outside().await.texts(&plain).await;
        for _ in 0..3 {
            assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Sent);
        }
        let mails = server.mails().join("\n").replace("=\n", "").replace("=3D", "=");
        assert!(mails.contains(token.expose()));
        assert_eq!(stored_tokens(&world).await, ["", "", ""], "sent mails keep no token");
    }

    /// Somebody who may write to the database has the link of another person's mail sent to themselves.
    async fn a_link_cannot_be_moved_into_another_mail(world) {
        let server = Smtp::start(Manner::Takes).await;
        let mailbox = world.mailbox(Transport::smtp(&server.url().into()).unwrap());
        accounts::forgot_password(&world.backend, SITI).await.unwrap();
        accounts::forgot_password(&world.backend, "budi.kpa@contoh.go.id").await.unwrap();
        let token = world.secret_for(SITI).await;
        let moved = format!(
            "UPDATE outbox SET content = (SELECT content FROM outbox WHERE recipient = '{SITI}')
             WHERE recipient = 'budi.kpa@contoh.go.id' RETURNING status"
        );
        world.outside().await.texts(&moved).await;
        world.sql("UPDATE outbox SET status = 'cancelled' WHERE recipient = 'siti.pa@contoh.go.id'").await.unwrap();
        assert_eq!(mail::send_due(&world.backend, &mailbox).await.unwrap(), Delivery::Parked);
        assert!(server.mails().is_empty(), "{:?}", server.mails());
        accounts::reset_of(&world.backend, &token).await.unwrap();
    }

    async fn a_copy_of_the_letters_shows_no_letter(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &verifier, id).await.unwrap().document;
        let draw = async || {
            verification::letter_page(&world.backend, &verifier, id, case.id, case.version, 0, 900).await.unwrap()
        };
        let page = draw().await;
        verification::findings(&world.backend, &verifier, id).await.unwrap();
        let files = stored_files(&world);
        assert_eq!(files.len(), 3, "the letter, a page and its text: {files:?}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            for needle in [b"%PDF".as_slice(), b"PNG", b"obj", b"[\""] {
                assert!(!contains(&bytes, needle), "{} shows {needle:?}", file.display());
            }
        }
        assert_eq!(draw().await, page);
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter());
    }

    /// Somebody who may write to the letters puts another person's letter in place of the one that is judged.
    async fn a_sealed_letter_cannot_be_moved(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let mine = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        world.filled_draft(&budi, Role::Kpa, world.answers("Sekretariat")).await;
        let files = stored_files(&world);
        let sealed: Vec<_> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        assert_eq!(sealed.len(), 2);
        std::fs::write(&files[0], &sealed[1]).unwrap();
        std::fs::write(&files[1], &sealed[0]).unwrap();
        assert!(matches!(applications::letter(&world.backend, &siti, mine).await, Err(Error::Internal(_))));
    }

    async fn a_letter_that_was_stored_plain_is_read_and_sealed_by_the_job(world) {
        let (siti, verifier) = (world.siti().await, world.verifier().await);
        let id = world.submitted(&siti, Role::Pa, "Sekretariat").await;
        let case = verification::case_file(&world.backend, &verifier, id).await.unwrap().document;
        // As an earlier version stored it, with a page that it drew.
        let [file] = &stored_files(&world)[..] else { panic!("one letter") };
        std::fs::write(file, letter()).unwrap();
        world.sql("UPDATE documents SET sealed_with = NULL").await.unwrap();
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter());
        let draw = async || {
            verification::letter_page(&world.backend, &verifier, id, case.id, case.version, 0, 900).await.unwrap()
        };
        let drawn = draw().await;
        let page = stored_files(&world).into_iter().find(|other| other != file).unwrap();
        std::fs::write(&page, &drawn).unwrap();

        assert_eq!(reseal::run(&world.backend).await.unwrap(), 1);
        assert!(!contains(&std::fs::read(file).unwrap(), b"%PDF") && !page.exists());
        let (backend, clock) = (&world.backend, world.clock.world());
        let census = reseal::census(&backend.db, &backend.vault, &clock).await.unwrap();
        assert_eq!(census.keys().collect::<Vec<_>>(), [&Seal::By(backend.vault.current())], "nothing is plain");
        assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter());
        assert_eq!(draw().await, drawn);
        assert_eq!(reseal::run(&world.backend).await.unwrap(), 0);
    }

    /// Of a letter that the disk lost, nothing is left to be sealed; the job goes on with the others.
    async fn a_lost_letter_does_not_stop_the_job(world) {
        let (siti, budi) = (world.siti().await, world.budi().await);
        let mine = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
        let [lost] = &stored_files(&world)[..] else { panic!("one letter") };
        std::fs::remove_file(lost).unwrap();
        let his = world.filled_draft(&budi, Role::Kpa, world.answers("Sekretariat")).await;
        world.sql("UPDATE documents SET sealed_with = NULL").await.unwrap();
        assert_eq!(reseal::run(&world.backend).await.unwrap(), 2);
        assert_eq!(reseal::run(&world.backend).await.unwrap(), 0);
        assert!(applications::letter(&world.backend, &siti, mine).await.is_err());
        assert_eq!(applications::letter(&world.backend, &budi, his).await.unwrap().1, letter());
    }
}

/// A letter that begins like something sealed must not become unreadable where letters are stored as they are.
#[tokio::test(flavor = "multi_thread")]
async fn letters_stay_plain_where_the_settings_say_so() {
    let world = World::with(Database::Sqlite, &[("documents_encrypt", "false")]).await;
    let siti = world.siti().await;
    let id = world.filled_draft(&siti, Role::Pa, world.answers("Sekretariat")).await;
    let [file] = &stored_files(&world)[..] else { panic!("one letter") };
    assert_eq!(std::fs::read(file).unwrap(), letter());
    assert_eq!(reseal::run(&world.backend).await.unwrap(), 0);
    assert_eq!(applications::letter(&world.backend, &siti, id).await.unwrap().1, letter());
    let odd = Bytes::from_static(b"GBGS\x01\0\0\0\0 bukan segel");
    let stored = world.backend.documents.keep(&world.clock.world(), odd.clone()).await.unwrap();
    assert_eq!(world.backend.documents.fetch(&stored.key).await.unwrap(), odd);
    assert!(stored.sealed_with.is_some());
}

/// What must stay the same for people and platforms when the secret changes.
struct Known {
    client: Registered,
    access_token: String,
    sub: String,
    kid: String,
    draft: Uuid,
}

impl Known {
    /// Siti enters a platform, and has a draft with a letter and a mail with a link.
    async fn of(site: &Site) -> Self {
        site.world.active("Sekretariat").await;
        let client = site.world.platform("rotasi", |_| {}).await;
        let tokens = site.tokens(&site.siti().await, &client).await;
        let access_token = tokens["access_token"].as_str().unwrap().to_owned();
        let sub = site.userinfo(&access_token).await.expect(200).json()["sub"].as_str().unwrap().to_owned();
        let draft = site.draft("Inspektorat").await;
        ask_for_links(&site.world).await;
        Self { client, access_token, sub, kid: kid(&tokens["id_token"]), draft }
    }

    async fn holds_at(&self, site: &Site) {
        assert_eq!(site.userinfo(&self.access_token).await.expect(200).json()["sub"], self.sub);
        let siti = site.siti().await;
        let tokens = site.tokens(&siti, &self.client).await;
        assert_eq!(kid(&tokens["id_token"]), self.kid, "the same key signs");
        let again = site.userinfo(tokens["access_token"].as_str().unwrap()).await.expect(200).json();
        assert_eq!(again["sub"], self.sub);
        assert_eq!(siti.get(&page(self.draft, "surat")).await.expect(200).body, letter());
        accounts::reset_of(&site.world.backend, &site.world.secret_for(SITI).await).await.unwrap();
    }
}

/// The id of the key that signed a token.
fn kid(token: &serde_json::Value) -> String {
    jsonwebtoken::decode_header(token.as_str().unwrap()).unwrap().kid.unwrap()
}

/// Why nothing opens with these secrets.
async fn refusal(config: Config, world: &World) -> String {
    let base_url = "http://gerbang.test".parse().unwrap();
    let opened = open_backend(&config, base_url, program(), world.clock.world()).await;
    opened.err().expect("it should not open").to_string()
}

fn with_secrets(config: &Config, current: &str, old: &[&str]) -> Config {
    let secret = |text: &str| backend::vault::Secret::parse(text).unwrap();
    let mut config = config.clone();
    config.server.secret = Some(secret(current));
    config.server.secrets_old = old.iter().map(|text| secret(text)).collect();
    config
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_secret_can_be_changed_and_the_old_one_opens_nothing_more(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let before = Site::with(database, &[("secret", OLD)], false).await;
    let (world, config) = (&before.world, &before.world.config);
    let known = Known::of(&before).await;
    let old_id = world.backend.vault.current();

    // Without the old secret, everything would be lost: it says so and does not start.
    let said = refusal(with_secrets(config, NEW, &[]), world).await;
    assert!(said.contains("GERBANG_SECRETS_OLD") && said.contains(&old_id.to_string()), "{said}");
    assert!(said.contains("kunci") && said.contains("3 surel") && said.contains("surat"), "{said}");
    assert!(!said.contains(OLD) && !said.contains(NEW), "{said}");

    let during = before.beside_with(with_secrets(config, NEW, &[OLD])).await;
    known.holds_at(&during).await;
    known.holds_at(&before).await;
    let backend = &during.world.backend;
    assert!(reseal::run(backend).await.unwrap() > 0);
    let census = reseal::census(&backend.db, &backend.vault, &world.clock.world()).await.unwrap();
    assert_eq!(census.keys().collect::<Vec<_>>(), [&Seal::By(backend.vault.current())], "{census:?}");
    known.holds_at(&during).await;

    // Somebody with the old secret and a copy that was made now.
    let said = refusal(with_secrets(config, OLD, &[]), world).await;
    assert!(said.contains(&backend.vault.current().to_string()), "{said}");

    let after = before.beside_with(with_secrets(config, NEW, &[])).await;
    known.holds_at(&after).await;
}

/// Before secrets had ids, signing keys were sealed without a header and the salt of pairwise identifiers was in no table.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_no_sub_even_together_with_the_secret(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    use aws_lc_rs::hmac;
    use base64::{Engine, engine::general_purpose};
    let before = Site::with(database, &[("secret", OLD)], false).await;
    let known = Known::of(&before).await;
    let sign = |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec();
    let salt = sign(&general_purpose::STANDARD.decode(OLD).unwrap(), b"gerbang: pairwise subjects");
    let siti = before.world.siti().await.user_id;
    let sub = sign(&salt, &[siti.as_bytes().as_slice(), b"platform.contoh.go.id"].concat());
    assert_eq!(known.sub, general_purpose::URL_SAFE_NO_PAD.encode(sub), "as earlier versions derived it");

    before.world.sql("DELETE FROM sealed_values").await.unwrap();
    before.world.sql("UPDATE oidc_keys SET sealed = substr(sealed, 10)").await.unwrap();
    let said = refusal(with_secrets(&before.world.config, NEW, &[]), &before.world).await;
    assert!(said.contains("GERBANG_SECRETS_OLD"), "{said}");
    let after = before.beside_with(with_secrets(&before.world.config, NEW, &[OLD])).await;
    known.holds_at(&after).await;
    reseal::run(&after.world.backend).await.unwrap();
    known.holds_at(&before.beside_with(with_secrets(&before.world.config, NEW, &[])).await).await;
}

/// As an operator changes it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_which_secret_may_be_removed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let host = Host::new(database, &[("log", "info,sqlx=warn")]).await;
    let process = host.serve().await;
    process.visitor().sign_in(SITI).await;
    drop(process);
    let file = host.dir().join("data/secret");
    let old = std::fs::read_to_string(&file).unwrap();
    let [old_id, new_id] = [old.trim(), NEW].map(|text| backend::vault::Secret::parse(text).unwrap().id());
    let quiet = [("log", "error")];
    let (status, said) = host.run(&["admin", "secret", "status"], &quiet).await;
    assert!(status.success() && said.starts_with(&format!("Rahasia {old_id} (sekarang): masih membuka ")), "{said}");

    std::fs::write(&file, format!("{NEW}\n")).unwrap();
    for command in [&["serve"][..], &["admin", "secret", "status"]] {
        let (status, said) = host.run(command, &quiet).await;
        assert_eq!(status.code(), Some(1), "{said}");
        let last = said.lines().last().unwrap();
        assert!(last.contains("GERBANG_SECRETS_OLD") && last.contains(&old_id.to_string()), "{said}");
    }
    std::fs::write(&file, format!("{NEW}\n{old}\n")).unwrap();
    let (status, said) = host.run(&["admin", "secret", "status"], &quiet).await;
    assert!(status.success() && said.contains(&format!("Rahasia {old_id} (sebelumnya): masih membuka")), "{said}");
    let process = host.serve().await;
    let removable = format!("it may be removed secret={old_id}");
    until("the job has sealed everything again", async || host.log().contains(&removable)).await;
    process.visitor().sign_in(SITI).await;
    drop(process);
    let (status, said) = host.run(&["admin", "secret", "status"], &quiet).await;
    assert!(status.success() && said.contains(&format!("Rahasia {old_id} (sebelumnya): boleh dihapus.")), "{said}");
    assert!(said.starts_with(&format!("Rahasia {new_id} (sekarang): masih membuka ")), "{said}");
    assert!(!said.contains(NEW) && !said.contains(old.trim()), "{said}");
    std::fs::write(&file, format!("{NEW}\n")).unwrap();
    host.serve().await.visitor().sign_in(SITI).await;
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Another user of the machine on which the server runs.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_for_their_owner_alone() {
    let anchors = tempfile::tempdir().unwrap();
    let anchor_file = anchors.path().join("jangkar.jsonl");
    let settings = [("audit_anchor_file", anchor_file.to_str().unwrap())];
    let host = Host::new(Database::Sqlite, &settings).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = siti.start("pa").await;
    siti.upload_alone(id, "surat.pdf", letter()).await;
    until("an anchor", async || anchor_file.exists()).await;
    let files = files_below(&host.dir().join("data"));
    assert!(files.iter().any(|file| file.ends_with("gerbang.db-wal")), "{files:?}");
    for file in files.iter().chain([&anchor_file]) {
        assert_eq!(mode(file), 0o600, "{} is {:o}", file.display(), mode(file));
    }
    for folder in files.iter().map(|file| file.parent().unwrap()) {
        assert_eq!(mode(folder), 0o700, "{} is {:o}", folder.display(), mode(folder));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn production_does_not_start_where_others_may_read() {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("lain.db");
    let url = format!("sqlite:{}", file.display());
    let settings: Vec<(&str, &str)> = [PRODUCTION, &[("sirup_url", "https://sirup.contoh.go.id")]].concat();
    let host = Host::production(Database::Sqlite, &settings).await;
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let data = host.dir().join("data");
    std::fs::create_dir(&data).unwrap();
    for open in [0o755, 0o701, 0o704] {
        set(&data, open);
        let (status, said) = host.run(&["migrate"], &[]).await;
        assert!(!status.success() && said.contains("GERBANG_DATA_DIR") && said.contains("chmod 700"), "{said}");
        assert_eq!((mode(&data), files_below(&data).len()), (open, 0), "nothing was made");
    }
    set(&data, 0o700);
    std::fs::write(&file, "").unwrap();
    set(&file, 0o644);
    set(elsewhere.path(), 0o755);
    let (status, said) = host.run(&["migrate"], &[("database_url", &url)]).await;
    assert!(!status.success() && said.contains("GERBANG_DATABASE_URL") && said.contains("chmod 600"), "{said}");
    set(elsewhere.path(), 0o700);
    let (status, said) = host.run(&["migrate"], &[("database_url", &url)]).await;
    assert!(status.success() && mode(&file) == 0o600, "{said}");
    // In development it is closed with a warning.
    let host = Host::new(Database::Sqlite, &[]).await;
    let data = host.dir().join("data");
    std::fs::create_dir(&data).unwrap();
    set(&data, 0o755);
    let (status, said) = host.run(&["migrate"], &[]).await;
    assert!(status.success() && said.contains("others could read this") && mode(&data) == 0o700, "{said}");
}
