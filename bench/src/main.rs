//! `make bench`: measures size and speed on this machine and prints tables.
//!
//! How to read the numbers
//! - A missed budget is reported, but does not make the program fail.
//! - Where speed depends on the machine, the result is a ratio to a yardstick. Both are measured in alternating turns of
//!   the same run (A B A B …), and the ratio is the median of the turns. Between machines, compare only ratios.
//! - kB and MB are 1,000 and 1,000,000 bytes. p99 is the time within which 99 of 100 requests are answered.
//! - The server is the release build (`gerbang-dev serve`) in a separate process with the built site, over loopback, unless
//!   a line says "in process". The SQLite file is on the disk of `target`, PostgreSQL where `scripts/with-postgres` puts
//!   it. All data is made up and the same in every run.
//! - Other work on the machine affects times, but not sizes, counts or memory.
//!
//! `make bench ONLY="search memory"` measures only those sections.

mod attacks;
mod client;
mod data;
mod desk;
mod failure;
mod letter;
mod memory;
mod oidc;
mod page;
mod people;
mod search;
mod server;
mod stage;
mod table;
mod visit;

use std::process::ExitCode;

use stage::{Failure, Stage};
use table::Table;

/// Name and title of each section, in the order of measurement.
const SECTIONS: &[(&str, &str)] = &[
    ("visit", "The first visit to /akses, signed in, in Chromium"),
    ("page", "/akses rendered on the server, on one core"),
    ("letter", "Sending an application with a letter of 2,000,000 bytes"),
    ("memory", "Memory of the idle server"),
    ("attacks", "Others while strangers hold connections and bodies open"),
    ("search", "Satker search over 200,000 rows, 40,000 of them active"),
    ("desk", "The desk with 1,000,000 applications, 20,000 of them open"),
    ("oidc", "Codes exchanged and userinfo answered, against oidc-provider with its store in memory"),
];

#[tokio::main]
async fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| SECTIONS.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        eprintln!("bench: no section {unknown:?}; there are {}", known.join(", "));
        return ExitCode::FAILURE;
    }
    page::count_queries();
    let stage = match Stage::set() {
        Ok(stage) => stage,
        Err(failure) => {
            eprintln!("bench: {failure}");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (name, title) in SECTIONS {
        if !wanted.is_empty() && wanted.iter().all(|wanted| wanted != name) {
            continue;
        }
        eprintln!("measuring: {title}");
        let mut table = Table::new(title);
        if let Err(failure) = measure(name, &stage, &mut table).await {
            eprintln!("bench: {name} could not be measured: {failure}");
            code = ExitCode::FAILURE;
        }
        println!("{table}");
    }
    code
}

async fn measure(section: &str, stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    match section {
        "visit" => visit::measure(stage, table).await,
        "page" => page::measure(stage, table).await,
        "letter" => letter::measure(stage, table).await,
        "memory" => memory::measure(stage, table).await,
        "attacks" => attacks::measure(stage, table).await,
        "desk" => desk::measure(stage, table).await,
        "oidc" => oidc::measure(stage, table).await,
        _ => search::measure(stage, table).await,
    }
}
