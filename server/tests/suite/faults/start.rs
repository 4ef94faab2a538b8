//! Settings that stop the start, and what production must not contain.

use std::{net::TcpListener, process::Stdio};

use reqwest::Method;
use rstest::rstest;

use super::*;
use crate::support::{browser::Visitor, process::Host, *};

#[rstest]
#[case::unknown(&[("adr", "127.0.0.1:3000")], "GERBANG_ADR")]
#[case::address(&[("addr", "lokal:3000")], "GERBANG_ADDR")]
#[case::environment(&[("env", "prod")], "GERBANG_ENV")]
#[case::path_in_base_url(&[("base_url", "https://contoh.go.id/gerbang")], "GERBANG_BASE_URL")]
#[case::database_kind(&[("database_url", "mysql://x")], "GERBANG_DATABASE_URL")]
#[case::database_gone(&[("database_url", "postgres://gerbang@127.0.0.1:1/gerbang")], "GERBANG_DATABASE_URL")]
#[case::database_folder(&[("database_url", "sqlite:/dev/null/gerbang.db")], "GERBANG_DATABASE_URL")]
#[case::data_folder(&[("data_dir", "/dev/null/data")], "GERBANG_DATA_DIR")]
#[case::documents_kind(&[("documents_url", "ftp://contoh.go.id/surat")], "GERBANG_DOCUMENTS_URL")]
#[case::documents_folder(&[("documents_url", "file:///dev/null/surat")], "GERBANG_DOCUMENTS_URL")]
#[case::documents_text(&[("documents_url", "surat")], "GERBANG_DOCUMENTS_URL")]
#[case::smtp_kind(&[("smtp_url", "http://surel.contoh.go.id")], "GERBANG_SMTP_URL")]
#[case::smtp_tls(&[("smtp_url", "smtp://surel.contoh.go.id?tls=mungkin")], "GERBANG_SMTP_URL")]
#[case::sender(&[("mail_from", "Gerbang")], "GERBANG_MAIL_FROM")]
#[case::help(&[("help_url", "https://contoh.go.id")], "GERBANG_HELP_URL")]
#[case::sirup(&[("sirup_url", "sirup.contoh.go.id")], "GERBANG_SIRUP_URL")]
#[case::demo(&[("demo_url", "http://127.0.0.1:3002/daftar")], "GERBANG_DEMO_URL")]
#[case::cutoff(&[("sirup_cutoff", "1 Agustus 2024")], "GERBANG_SIRUP_CUTOFF")]
#[case::promise(&[("promised_working_days", "0")], "GERBANG_PROMISED_WORKING_DAYS")]
#[case::proxies(&[("trusted_proxies", "10.0.0.0/33")], "GERBANG_TRUSTED_PROXIES")]
#[case::log(&[("log", "info,sqlx=keras")], "GERBANG_LOG")]
#[case::file(&[("config", "tidak-ada.toml")], "GERBANG_CONFIG")]
#[tokio::test(flavor = "multi_thread")]
async fn wrong_setting_stops_the_start_and_is_named(#[case] settings: &[(&str, &str)], #[case] name: &str) {
    let host = Host::new(Database::Sqlite, &[]).await;
    let (status, said) = host.run(&["serve"], settings).await;
    assert_eq!(status.code(), Some(1), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("gerbang-dev: ") && last.contains(name), "{said}");
    assert!(!said.contains("siap di") && !said.contains("panicked"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn environment_wins_over_the_settings_file() {
    let host = Host::new(Database::Sqlite, &[]).await;
    std::fs::write(host.dir().join("gerbang.toml"), "adr = \"127.0.0.1:3000\"\n").unwrap();
    let (status, said) = host.run(&["serve"], &[]).await;
    assert!(!status.success() && said.contains("GERBANG_ADR"), "{said}");
    let file = "[server]\naddr = \"0.0.0.0:1\"\n[help]\nurl = \"mailto:meja@contoh.go.id\"\n";
    std::fs::write(host.dir().join("gerbang.toml"), file).unwrap();
    let process = host.serve().await;
    process.visitor().get("/health/ready").await.expect(200);
    drop(process);
    // An address that somebody else has.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (status, said) = host.run(&["serve"], &[("addr", &taken.local_addr().unwrap().to_string())]).await;
    assert!(!status.success() && said.lines().last().unwrap().contains("GERBANG_ADDR"), "{said}");
}

/// A secret may look like a number, or like anything.
#[rstest]
#[case("2718281828")]
#[case("true")]
#[case("[rahasia")]
#[tokio::test(flavor = "multi_thread")]
async fn secret_setting_is_taken_literally(#[case] token: &str) {
    let addr = "127.0.0.1:0".parse().unwrap();
    let (addr, serving) = devtools::sirup_simulator::bind(addr, token.to_owned()).await.unwrap();
    tokio::spawn(serving);
    let sirup = format!("http://{addr}");
    let host = Host::new(Database::Sqlite, &[("sirup_token", token), ("sirup_url", &sirup)]).await;
    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    let id = siti.start("pa").await;
    let form = [("sirup_username", "pa.lama"), ("sirup_password", devtools::development::SIRUP_PASSWORD)];
    siti.post(&page(id, "sirup"), &form).await.expect(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn production_has_nothing_of_development() {
    let settings: Vec<(&str, &str)> = [PRODUCTION, &[("sirup_url", "https://sirup.contoh.go.id")]].concat();
    let host = Host::production(Database::Sqlite, &settings).await;
    for command in ["sirup-simulator", "demo-platform"] {
        let (status, said) = host.run(&[command], &[]).await;
        assert!(!status.success() && said.contains("unrecognized subcommand"), "{said}");
    }
    for (name, value) in [("env", "development"), ("demo_url", "http://127.0.0.1:3002")] {
        let (status, said) = host.run(&["serve"], &[(name, value)]).await;
        assert!(!status.success() && said.contains(&format!("GERBANG_{}", name.to_uppercase())), "{said}");
        assert!(!said.contains("listening"), "it must not serve: {said}");
    }
    for (name, _) in &settings[1..] {
        let others = settings.iter().filter(|(other, _)| other != name).copied().collect::<Vec<_>>();
        let (status, said) = Host::production(Database::Sqlite, &others).await.run(&["serve"], &[]).await;
        assert!(!status.success() && said.contains(&format!("GERBANG_{}", name.to_uppercase())), "{said}");
    }
    for (name, value) in [("base_url", "http://gerbang.contoh.go.id"), ("sirup_url", "http://sirup.contoh.go.id")] {
        let (status, said) = host.run(&["serve"], &[(name, value)]).await;
        assert!(!status.success() && said.contains("https"), "{said}");
    }
}

/// Without any setting the production binary asks for settings; with all but `env`, which it does not need, it serves.
#[tokio::test(flavor = "multi_thread")]
async fn production_starts_empty_and_with_secure_cookies() {
    let (status, said) = Host::production(Database::Sqlite, &[]).await.run(&["serve"], &[]).await;
    assert!(!status.success() && said.contains("wajib diisi"), "{said}");
    let settings: Vec<(&str, &str)> = [&PRODUCTION[1..], &[("sirup_url", "https://sirup.contoh.go.id")]].concat();
    let host = Host::production(Database::Sqlite, &settings).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server =
        host.command(&["serve"]).env("GERBANG_ADDR", port.to_string()).stderr(Stdio::null()).spawn().unwrap();
    let mut visitor = Visitor::of(&format!("http://{port}").parse().unwrap());
    visitor.origin = "https://gerbang.contoh.go.id".to_owned();
    until("it serves", async || {
        visitor.bare(Method::GET, "/health/ready").send().await.is_ok_and(|answer| answer.status() == 200)
    })
    .await;
    visitor.get("/dev/surat").await.expect(404);
    visitor.post("/masuk", &[("email", SITI), ("password", PASSWORD)]).await.expect(422);
    let scheme = visitor.post("/tema", &[("kembali", "/bantuan")]).await.expect(303);
    assert!(scheme.header("set-cookie").ends_with("; Secure"), "{}", scheme.header("set-cookie"));
    let left = visitor.post("/keluar", &[("", "")]).await.expect(303);
    let cookie = left.header("set-cookie");
    assert!(cookie.starts_with("__Host-gerbang=") && cookie.ends_with("; Secure"), "{cookie}");
    server.kill().unwrap();
    server.wait().unwrap();
    let rows = host.outside().await.everything().await;
    for table in ["users", "institutions", "work_units", "sirup_links", "platforms", "platform_secrets"] {
        assert_eq!(rows[table], Vec::<String>::new(), "{table}");
    }
}
