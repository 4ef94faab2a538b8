//! What the documents say is so: accounts, paths, the examples of SiRUP's contract.

use std::path::Path;

use axum::{Router, routing::post};
use backend::{
    sirup::{Answer, Asker, Sirup},
    world::World as Outside,
};
use clap::CommandFactory;
use devtools::{
    development::{ACCOUNTS, PASSWORD, SIRUP_PASSWORD},
    sirup_simulator,
};
use http::StatusCode;
use serde_json::{Value, json};
use server::commands::CommandLine;
use uuid::Uuid;

use crate::support::*;

const README: &str = include_str!("../../../README.md");
const ARCHITECTURE: &str = include_str!("../../../ARCHITECTURE.md");
const CONTRACT: &str = include_str!("../../../docs/sirup.openapi.yaml");
const PLATFORMS: &str = include_str!("../../../docs/platforms.md");

/// The folders that a path in a document begins with.
const ROOMS: &[&str] = &[
    "app/",
    "backend/",
    "bench/",
    "devtools/",
    "docs/",
    "domain/",
    "end2end/",
    "frontend/",
    "public/",
    "scripts/",
    "server/",
    "style/",
];

/// The answers that the contract gives as examples, in its order: those of one line that name a registration.
fn examples() -> Vec<Value> {
    let values = CONTRACT.lines().filter_map(|line| line.trim().strip_prefix("value: "));
    values.filter(|value| value.contains("registered_at")).map(|value| serde_json::from_str(value).unwrap()).collect()
}

#[test]
fn the_readme_names_every_account() {
    let accounts = ACCOUNTS.iter().map(|account| account.email).chain(sirup_simulator::usernames());
    for word in accounts.chain([PASSWORD, SIRUP_PASSWORD]) {
        assert!(README.contains(&format!("`{word}`")), "{word} is missing");
    }
}

/// The words of every command below this one that people are meant to give.
fn commands(of: &clap::Command, words: &str) -> Vec<String> {
    let shown = of.get_subcommands().filter(|command| !command.is_hide_set());
    let below: Vec<String> =
        shown.flat_map(|command| commands(command, &format!("{words} {}", command.get_name()))).collect();
    if below.is_empty() { vec![words.to_owned()] } else { below }
}

#[test]
fn the_readme_names_every_command() {
    let found = commands(&CommandLine::command(), "gerbang");
    assert!(found.contains(&"gerbang admin audit verify".to_owned()), "{found:?}");
    let for_development = commands(&devtools::commands::CommandLine::command(), "gerbang-dev");
    // The binary for development has these too, and the README says so once.
    let of_both = |command: &String| found.contains(&command.replacen("gerbang-dev", "gerbang", 1));
    let only_there: Vec<_> = for_development.into_iter().filter(|command| !of_both(command)).collect();
    assert_eq!(only_there, ["gerbang-dev sirup-simulator", "gerbang-dev demo-platform"]);
    for command in found.iter().chain(&only_there).map(String::as_str).chain(["gerbang-dev serve"]) {
        assert!(README.contains(command), "{command} is missing");
    }
}

#[test]
fn files_that_the_documents_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = 0;
    let other = ["CONTRIBUTING.md", "SECURITY.md", "docs/glossary.md"].map(|name| root.join(name));
    // 0016 looks ahead: it names files that a change would make.
    let records = std::fs::read_dir(root.join("docs/adr")).unwrap().map(|entry| entry.unwrap().path());
    let records = records.filter(|path| !path.ends_with("0016-change-requests.md"));
    let texts: Vec<String> =
        other.into_iter().chain(records).map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for document in [README, ARCHITECTURE, CONTRACT, PLATFORMS].into_iter().chain(texts.iter().map(String::as_str)) {
        let quoted = document.split('`').skip(1).step_by(2);
        let linked = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for path in quoted.chain(linked).filter(|path| ROOMS.iter().any(|room| path.starts_with(room))) {
            if path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte)) {
                assert!(root.join(path).exists(), "{path} is named and not there");
                found += 1;
            }
        }
    }
    assert!(found > 40, "only {found} paths were seen");
}

/// The one in JavaScript is run in a browser: `end2end/tests/oidc/openid-client.once.spec.ts`.
#[test]
fn the_example_in_rust_is_the_one_that_is_compiled() {
    let example = include_str!("../../../devtools/examples/platform.rs");
    assert!(PLATFORMS.contains(&format!("```rust\n{example}```\n")), "docs/platforms.md shows another example");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_contract_are_understood() {
    let examples = examples();
    assert!(examples.len() >= 4, "only {} examples were seen", examples.len());
    for example in examples {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let body = example.to_string();
        let router = Router::new().route("/v1/credentials/verify", post(move || async move { body }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let sirup = Sirup::new(&url, "token".into(), Outside::system()).unwrap();
        let asker = Asker { person: Uuid::nil(), network: "127.0.0.1".into(), username: "x".into() };
        let Answer::Account(account) = sirup.verify(&asker, "x", &"y".into()).await else { panic!("{example}") };
        assert_eq!(account.username, example["username"]);
        assert_eq!(account.role, example["role"]);
        assert_eq!(account.kd_klpd.as_deref(), example["kd_klpd"].as_str());
        assert_eq!(account.kd_satker.as_deref(), example["kd_satker"].as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_speaks_the_contract() {
    let url = format!("{}/v1/credentials/verify", new_sirup().await);
    let ask = async |token: &str, username: &str, password: &str| {
        let question = json!({ "username": username, "password": password });
        reqwest::Client::new().post(&url).bearer_auth(token).json(&question).send().await.unwrap()
    };
    let right = ask("simulator", "pa.lama", SIRUP_PASSWORD).await;
    assert_eq!(right.status(), StatusCode::OK);
    assert_eq!(right.json::<Value>().await.unwrap(), examples()[0]);
    assert_eq!(ask("simulator", "pa.lama", "salah").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ask("simulator", "tidak.ada", "salah").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ask("lain", "pa.lama", SIRUP_PASSWORD).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ask("simulator", "pa.gangguan", SIRUP_PASSWORD).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}
