//! The commands `gerbang config …` as an operator runs them.

use crate::support::{Database, process::Host};

#[tokio::test(flavor = "multi_thread")]
async fn config_check_names_every_fault_and_no_secret() {
    let host = Host::new(Database::Sqlite, &[("sirup_token", "sangat-rahasia")]).await;
    let (status, said) = host.run(&["config", "check"], &[]).await;
    assert!(status.success(), "{said}");
    assert_eq!(said, "Pengaturan benar.\n");

    std::fs::write(host.dir().join("gerbang.toml"), "[mail]\nsmtp = \"x\"\n[limits]\npromised_working_days = 99\n")
        .unwrap();
    let wrong = [("smtp_url", "http://u:sangat-rahasia@surel"), ("secret", "sangat-rahasia"), ("adr", "x")];
    let (status, said) = host.run(&["config", "check"], &wrong).await;
    assert_eq!(status.code(), Some(1), "{said}");
    for name in ["mail.smtp ", "limits.promised_working_days", "GERBANG_SMTP_URL", "GERBANG_SECRET", "GERBANG_ADR"] {
        assert!(said.contains(name), "{name} should be named: {said}");
    }
    assert!(said.lines().count() == 5 && said.lines().all(|line| line.starts_with("gerbang-dev: ")), "{said}");
    assert!(!said.contains("sangat-rahasia"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn config_example_prints_a_file_that_says_what_to_fill_in() {
    let host = Host::production(Database::Sqlite, &[("env", "production")]).await;
    let (status, sample) = host.run(&["config", "example"], &[("promised_working_days", "99")]).await;
    assert!(status.success(), "the sample should not need right settings: {sample}");
    std::fs::write(host.dir().join("gerbang.toml"), sample).unwrap();
    let (status, said) = host.run(&["config", "check"], &[]).await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.lines().count() == 8 && said.lines().all(|line| line.contains("wajib diisi")), "{said}");
}
