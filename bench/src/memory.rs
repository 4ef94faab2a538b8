//! Resident memory of the idle server.

use std::time::Duration;

use devtools::development;

use crate::{
    client::{form, get},
    people::APPLICANT,
    server::Server,
    stage::{Failure, Stage},
    table::{Table, megabytes},
};

/// The budget with the development data, in bytes.
const MOST: f64 = 60e6;
/// The time before memory is read, so that every job has run.
const REST: Duration = Duration::from_secs(5);
/// Sign-ins and page views before memory is read again.
const SIGN_INS: usize = 6;
const PAGES: usize = 300;

pub async fn measure(stage: &Stage, table: &mut Table) -> Result<(), Failure> {
    for store in stage.stores("memory").await? {
        let server = Server::start(stage, &store, None)?;
        let what = |when: &str| format!("{}: {when}", store.database);
        table.at_most(what("first start, with the development data"), at_rest(&server)?, MOST, megabytes);
        use_it(&server)?;
        let after = format!("after {SIGN_INS} sign-ins, two at once, and {PAGES} pages");
        table.at_most(what(&after), at_rest(&server)?, MOST, megabytes);
        drop(server);
        let server = Server::start(stage, &store, None)?;
        table.at_most(what("started again"), at_rest(&server)?, MOST, megabytes);
    }
    for large in stage.large().await? {
        let server = Server::start(stage, &large.store, None)?;
        table.figure(
            format!("{}: with 200,000 satkers, 40,000 active", large.store.database),
            megabytes(at_rest(&server)?),
        );
    }
    Ok(())
}

fn at_rest(server: &Server) -> Result<f64, Failure> {
    std::thread::sleep(REST);
    server.memory()
}

/// What people do of a morning: they sign in, which takes the most memory of all, and look at their page.
fn use_it(server: &Server) -> Result<(), Failure> {
    let sign_in = form("/masuk", None, &[("email", APPLICANT), ("password", development::PASSWORD)])?;
    let in_turn = || -> Result<(), Failure> {
        let mut connection = server.connect()?;
        for _ in 0..SIGN_INS / 2 {
            connection.expect(&sign_in)?;
        }
        for _ in 0..PAGES / 2 {
            connection.expect(&get("/masuk", None, Some("br"))?)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(in_turn);
        in_turn()?;
        other.join().map_err(|_| "a client broke")?
    })
}
