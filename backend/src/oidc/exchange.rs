//! A code or a refresh token is taken, and what is given for it is written: for all who ask at about the same time in one
//! transaction, with as many statements for a hundred as for one.

use std::collections::HashSet;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    Backend,
    db::{Db, execute, fetch_all, together::Turn},
    error::Result,
    secrets::hex,
};

/// What was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A code.
    Code,
    /// A refresh token.
    Refresh,
}

/// An exchange. Hashes are in hexadecimal digits, times in microseconds of the epoch.
#[derive(Debug, Serialize)]
pub(super) struct Exchange {
    #[serde(skip)]
    pub kind: Kind,
    /// The hash of what was presented.
    pub presented: String,
    pub grant_id: Uuid,
    pub scope: String,
    /// The hash of the access token, and when it ends.
    pub access: String,
    pub access_ends: i64,
    /// Those of the refresh token, where one is given.
    pub refresh: Option<String>,
    pub refresh_ends: Option<i64>,
    /// The refresh token that this one takes the place of.
    pub parent: Option<String>,
}

/// A statement about the exchanges `e` of parameter $1, for SQLite and for PostgreSQL.
macro_rules! of_exchanges {
    ($statement:literal) => {
        (
            concat!(
                "WITH e AS (
                     SELECT unhex(value ->> 'presented') AS presented, unhex(value ->> 'grant_id', '-') AS grant_id,
                            value ->> 'scope' AS scope, unhex(value ->> 'access') AS access,
                            value ->> 'access_ends' AS access_ends, unhex(value ->> 'refresh') AS refresh,
                            value ->> 'refresh_ends' AS refresh_ends, unhex(value ->> 'parent') AS parent
                     FROM json_each($1)) ",
                $statement
            ),
            concat!(
                "WITH e AS (
                     SELECT decode(presented, 'hex') AS presented, grant_id, scope, decode(access, 'hex') AS access,
                            access_ends, decode(refresh, 'hex') AS refresh, refresh_ends,
                            decode(parent, 'hex') AS parent
                     FROM jsonb_to_recordset($1::jsonb) AS j (presented TEXT, grant_id UUID, scope TEXT, access TEXT,
                          access_ends BIGINT, refresh TEXT, refresh_ends BIGINT, parent TEXT)) ",
                $statement
            ),
        )
    };
}

/// Takes what was presented and writes what is given for it; `false`, and nothing is written, if it was taken before, or
/// its grant has ended. Of two that present the same at one instant, one gets it.
///
/// # Errors
/// If the database refuses: then nothing was taken.
pub(super) async fn carry_out(backend: &Backend, exchange: Exchange) -> Result<bool> {
    let (db, now) = (backend.db.clone(), backend.world.now().micros());
    backend.oidc.exchanges.ask(exchange, move |exchanges, turn| all(db, exchanges, now, turn)).await
}

async fn all(db: Db, exchanges: Vec<Exchange>, now: i64, turn: Turn) -> Result<Vec<bool>> {
    let mut tx = db.begin().await?;
    let dialect = tx.dialect();
    let pick = |(sqlite, postgres)| dialect.pick(sqlite, postgres);
    let mut taken: HashSet<String> = HashSet::new();
    for (kind, take) in [
        (
            Kind::Code,
            of_exchanges!(
                "UPDATE oidc_codes SET used_at = $2 WHERE code_hash IN (SELECT presented FROM e) AND used_at IS NULL
                   AND EXISTS (SELECT 1 FROM oidc_grants g WHERE g.id = grant_id AND g.ended_at IS NULL)
                 RETURNING code_hash"
            ),
        ),
        (
            Kind::Refresh,
            of_exchanges!(
                "UPDATE oidc_refresh_tokens SET used_at = $2
                 WHERE token_hash IN (SELECT presented FROM e) AND used_at IS NULL
                   AND EXISTS (SELECT 1 FROM oidc_grants g WHERE g.id = grant_id AND g.ended_at IS NULL)
                 RETURNING token_hash"
            ),
        ),
    ] {
        let presented: Vec<&Exchange> = exchanges.iter().filter(|exchange| exchange.kind == kind).collect();
        if !presented.is_empty() {
            let sql = pick(take);
            let rows: Vec<(Vec<u8>,)> = fetch_all!(tx, (Vec<u8>,), sql, serde_json::to_string(&presented)?, now)?;
            taken.extend(rows.iter().map(|(hash,)| hex(hash)));
        }
    }
    // The first to present something gets it.
    let outcomes: Vec<bool> = exchanges.iter().map(|exchange| taken.remove(&exchange.presented)).collect();
    let given: Vec<&Exchange> =
        exchanges.iter().zip(&outcomes).filter_map(|(exchange, taken)| taken.then_some(exchange)).collect();
    if given.is_empty() {
        return Ok(outcomes);
    }
    let written = serde_json::to_string(&given)?;
    let access_tokens = of_exchanges!(
        "INSERT INTO oidc_access_tokens (token_hash, grant_id, scope, created_at, expires_at)
         SELECT access, grant_id, scope, $2, access_ends FROM e"
    );
    execute!(tx, pick(access_tokens), &written, now)?;
    if given.iter().any(|exchange| exchange.refresh.is_some()) {
        let refresh_tokens = of_exchanges!(
            "INSERT INTO oidc_refresh_tokens (token_hash, grant_id, parent_hash, created_at, expires_at)
             SELECT refresh, grant_id, parent, $2, refresh_ends FROM e WHERE refresh IS NOT NULL"
        );
        execute!(tx, pick(refresh_tokens), &written, now)?;
    }
    // Others write while this waits for the disk.
    tx.commit_and(|| drop(turn)).await?;
    Ok(outcomes)
}
