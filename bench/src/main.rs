//! `make bench`: what Gerbang weighs and how fast it is, measured on this machine and printed as tables.
//!
//! How to read the figures
//! - A budget is reported, never asserted: a miss is a line that says so, and the program still ends well.
//! - What depends on the machine is given as a ratio to a yardstick that was measured in the same run, turn by turn with
//!   the thing itself (A B A B …), as the median of the turns. Only ratios of different machines can be compared.
//! - kB and MB are 1,000 and 1,000,000 bytes. p99 is the time within which 99 of 100 were answered.
//! - Everything is asked of the release build (`gerbang-dev serve`) as a process of its own, with the built site, over loopback, except where
//!   a line says "in process". SQLite lies on the disk that holds `target`, PostgreSQL where `scripts/with-postgres` put
//!   it. All data is made up, and the same in every run.
//! - Other work on the machine disturbs times, not sizes, counts or memory.
//!
//! `make bench ONLY="search memory"` measures those sections alone.

mod client;
mod data;
mod desk;
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

/// Every section, in the order in which they are measured.
const SECTIONS: &[(&str, &str)] = &[
    ("visit", "The first visit to /akses, signed in, in Chromium"),
    ("page", "/akses rendered on the server, on one core"),
    ("letter", "Sending an application with a letter of 2,000,000 bytes"),
    ("memory", "Memory of the idle server"),
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
        "desk" => desk::measure(stage, table).await,
        "oidc" => oidc::measure(stage, table).await,
        _ => search::measure(stage, table).await,
    }
}
