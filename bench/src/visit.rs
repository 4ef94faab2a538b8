//! Bytes of the first visit to `/akses`, signed in, as Chromium counts them, with headers.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::{
    people,
    server::Server,
    stage::{Failure, Stage},
    table::{Table, kilobytes},
};

/// The budget in bytes.
const MOST: f64 = 250_000.0;
/// The budget of style sheets in bytes.
const MOST_CSS: f64 = 20_000.0;

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    let [store, _] = stage.stores("visit").await?;
    let person = people::settle(stage, &store).await?;
    let server = Server::start(stage, &store, None)?;
    let address = format!("http://{}/akses", server.addr);
    let script = stage.root.join("bench/first-visit.mjs");
    let output = Command::new("node").arg(script).args([&address, &person.session]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let fetched: Vec<Value> = serde_json::from_slice(&output.stdout)?;

    let mut kinds: BTreeMap<&str, (u32, f64)> = BTreeMap::new();
    for one in &fetched {
        let (files, bytes) = kinds.entry(kind(one)).or_default();
        (*files, *bytes) = (*files + 1, *bytes + one["bytes"].as_f64().unwrap_or(0.0));
    }
    table.at_most("everything", kinds.values().map(|(_, bytes)| bytes).sum(), MOST, kilobytes);
    table.at_most("CSS", kinds.get("CSS").map_or(0.0, |(_, bytes)| *bytes), MOST_CSS, kilobytes);
    for (kind, (files, bytes)) in &kinds {
        let files = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        table.figure(format!("of it {kind}"), format!("{}, {files}", kilobytes(*bytes)));
    }
    for one in &fetched {
        let packed = one["encoding"] == "br" || kind(one) == "events";
        if !packed {
            table.figure("not packed with brotli", one["path"].as_str().unwrap_or_default());
        }
    }
    Ok(())
}

fn kind(one: &Value) -> &'static str {
    let text = |key: &str| one[key].as_str().unwrap_or_default();
    match (text("type"), text("mime")) {
        ("Document", _) => "HTML",
        ("Stylesheet", _) => "CSS",
        ("Script", _) => "JavaScript",
        ("Font", _) => "typeface",
        ("EventSource", _) => "events",
        (_, "application/wasm") => "WASM",
        (_, "image/svg+xml") => "icons",
        _ => "data",
    }
}
