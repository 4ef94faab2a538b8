//! The command line of `gerbang-dev`. The suite of `server` runs it as a server.

#![allow(clippy::unwrap_used, reason = "what a test cannot do without ends it")]

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

/// `gerbang-dev` with these settings and no others, in a folder of its own.
fn command(folder: &tempfile::TempDir, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gerbang-dev"));
    command.args(arguments).current_dir(folder.path()).env_clear().env("NO_COLOR", "1");
    command.env("GERBANG_ADDR", "127.0.0.1:0").envs(settings.iter().copied());
    command
}

fn run(arguments: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let Output { status, stdout, stderr } = command(&folder, arguments, settings).output().unwrap();
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[test]
fn production_is_refused() {
    for name in ["serve", "sirup-simulator", "demo-platform", "migrate"] {
        let (success, said) = run(&[name], &[("GERBANG_ENV", "production")]);
        assert!(!success && said.contains("GERBANG_ENV") && said.contains("jalankan gerbang."), "{name}: {said}");
    }
}

#[test]
fn public_address_needs_the_word_development() {
    let (success, said) = run(&["serve"], &[("GERBANG_ADDR", "0.0.0.0:0")]);
    assert!(!success && said.contains("GERBANG_ENV"), "{said}");
}

#[test]
fn wrong_demo_url_is_named() {
    for name in ["serve", "demo-platform"] {
        let (success, said) = run(&[name], &[("GERBANG_DEMO_URL", "http://127.0.0.1:3002/daftar")]);
        assert!(!success && said.contains("GERBANG_DEMO_URL"), "{name}: {said}");
    }
}

#[test]
fn commands_of_the_product_work_on_development_data() {
    let folder = tempfile::tempdir().unwrap();
    assert!(command(&folder, &["migrate"], &[]).status().unwrap().success());
    let output = command(&folder, &["admin", "audit", "verify"], &[]).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("utuh"), "{output:?}");
}

#[test]
fn simulator_and_demo_platform_say_where_they_listen() {
    for (name, sentence) in
        [("sirup-simulator", "the SiRUP simulator is listening"), ("demo-platform", "the demo platform is listening")]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(&folder, &[name, "--addr", "127.0.0.1:0"], &[]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(line.contains(sentence) && line.contains("addr=127.0.0.1:"), "{line}");
    }
}
