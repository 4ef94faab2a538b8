//! The disk fails to take SQLite's log, and several starts on one new file.

use std::process::Command;

use futures::future::join_all;

use super::*;
use crate::support::{process::Host, *};

#[tokio::test(flavor = "multi_thread")]
async fn failed_flush_ends_the_process_and_the_next_start_writes() {
    let host = Host::new(Database::Sqlite, &[("log", "info")]).await;
    let (source, library) = (host.dir().join("failing_sync.c"), host.dir().join("failing_sync.so"));
    std::fs::write(&source, include_str!("failing_sync.c")).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(built.unwrap().success());
    let flag = host.dir().join("failing");
    let mut command = host.command(&["serve"]);
    command.env("LD_PRELOAD", &library).env("FAILING_SYNC", &flag);
    let process = host.serve_by(command).await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    siti.start("pa").await;
    std::fs::write(&flag, "").unwrap();
    // No answer at all: it would say that the draft was stored, or that it was not.
    let form = [("profile_type", "non_penyedia"), ("role", "pa")];
    siti.request(reqwest::Method::POST, "/akses/baru").form(&form).send().await.unwrap_err();
    let status = tokio::time::timeout(Duration::from_secs(10), process.ended()).await.expect("it ends");
    assert_eq!(status.code(), Some(74), "{}", host.log());
    assert!(host.log().contains("could not be brought to disk"), "{}", host.log());

    let process = host.serve().await;
    let siti = process.visitor();
    siti.sign_in(SITI).await;
    siti.start("kpa").await;
    siti.get("/health/ready").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn first_starts_on_one_new_file_take_turns() {
    let host = Host::new(Database::Sqlite, &[]).await;
    for (status, said) in join_all((0..4).map(|_| host.run(&["migrate"], &[]))).await {
        assert!(status.success(), "{said}");
    }
    host.serve().await.visitor().get("/health/ready").await.expect(200);
}
