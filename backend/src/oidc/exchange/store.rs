//! Carries exchanges out: all that arrive at about the same time in one transaction, with a number of statements that does
//! not depend on theirs (docs/adr/0003-batching.md).

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use uuid::Uuid;

use super::rules::{Exchange, ExchangeRequest, Outcome, Stored, invalid_grant};
use crate::{
    Backend,
    db::{Db, Tx, batcher::Turn, execute, fetch_all},
    error::Result,
    oidc::grant::select,
    secrets::hex,
    world::World,
};

/// Where the presented text is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Refresh,
}

impl Exchange {
    fn kind(&self) -> Kind {
        match self.request {
            ExchangeRequest::Code { .. } => Kind::Code,
            ExchangeRequest::Refresh { .. } => Kind::Refresh,
        }
    }
}

/// An exchange that issues tokens, as the statements read it. Hashes are in hexadecimal digits, times in microseconds since
/// 1970.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip)]
    kind: Kind,
    presented: &'a str,
    grant_id: Uuid,
    scope: String,
    access: String,
    access_ends: i64,
    refresh: Option<String>,
    refresh_ends: Option<i64>,
    /// The refresh token that the new one replaces.
    parent: Option<&'a str>,
}

/// A statement about the exchanges `e`, the rows of the JSON array in $1 (see [`Written`]), for both dialects.
macro_rules! of_exchanges {
    ($($statement:tt)*) => {
        (
            concat!(
                "WITH e AS (
                     SELECT unhex(value ->> 'presented') AS presented, unhex(value ->> 'grant_id', '-') AS grant_id,
                            value ->> 'scope' AS scope, unhex(value ->> 'access') AS access,
                            value ->> 'access_ends' AS access_ends, unhex(value ->> 'refresh') AS refresh,
                            value ->> 'refresh_ends' AS refresh_ends, unhex(value ->> 'parent') AS parent
                     FROM json_each($1)) ",
                $($statement)*
            ),
            concat!(
                "WITH e AS (
                     SELECT decode(presented, 'hex') AS presented, grant_id, scope, decode(access, 'hex') AS access,
                            access_ends, decode(refresh, 'hex') AS refresh, refresh_ends,
                            decode(parent, 'hex') AS parent
                     FROM jsonb_to_recordset($1::jsonb) AS j (presented TEXT, grant_id UUID, scope TEXT, access TEXT,
                          access_ends BIGINT, refresh TEXT, refresh_ends BIGINT, parent TEXT)) ",
                $($statement)*
            ),
        )
    };
}

/// For SQLite and for PostgreSQL.
type Sql = (&'static str, &'static str);

impl Kind {
    const ALL: [Self; 2] = [Self::Code, Self::Refresh];

    /// Finds what was presented.
    const fn find(self) -> Sql {
        match self {
            Self::Code => of_exchanges!(select!(
                "c.code_hash AS presented, c.redirect_uri, c.challenge, c.expires_at, c.used_at,",
                "oidc_codes c JOIN oidc_grants g ON g.id = c.grant_id",
                "WHERE c.code_hash IN (SELECT presented FROM e)"
            )),
            Self::Refresh => of_exchanges!(select!(
                "r.token_hash AS presented, CAST(NULL AS TEXT) AS redirect_uri, CAST(NULL AS TEXT) AS challenge,
                 r.expires_at, r.used_at,",
                "oidc_refresh_tokens r JOIN oidc_grants g ON g.id = r.grant_id",
                "WHERE r.token_hash IN (SELECT presented FROM e)"
            )),
        }
    }

    /// Marks it as used at $2, unless it was used or its grant ended since it was found (possible in PostgreSQL).
    const fn mark_used(self) -> Sql {
        match self {
            Self::Code => of_exchanges!(
                "UPDATE oidc_codes SET used_at = $2 WHERE code_hash IN (SELECT presented FROM e) AND used_at IS NULL
                   AND EXISTS (SELECT 1 FROM oidc_grants g WHERE g.id = grant_id AND g.ended_at IS NULL)
                 RETURNING code_hash"
            ),
            Self::Refresh => of_exchanges!(
                "UPDATE oidc_refresh_tokens SET used_at = $2
                 WHERE token_hash IN (SELECT presented FROM e) AND used_at IS NULL
                   AND EXISTS (SELECT 1 FROM oidc_grants g WHERE g.id = grant_id AND g.ended_at IS NULL)
                 RETURNING token_hash"
            ),
        }
    }
}

const INSERT_ACCESS: Sql = of_exchanges!(
    "INSERT INTO oidc_access_tokens (token_hash, grant_id, scope, created_at, expires_at)
     SELECT access, grant_id, scope, $2, access_ends FROM e"
);
const INSERT_REFRESH: Sql = of_exchanges!(
    "INSERT INTO oidc_refresh_tokens (token_hash, grant_id, parent_hash, created_at, expires_at)
     SELECT refresh, grant_id, parent, $2, refresh_ends FROM e WHERE refresh IS NOT NULL"
);

/// Carries an exchange out. Of two that present the same text at once, only one gets tokens.
///
/// # Errors
/// If the database refuses. Then nothing was used up.
pub(in crate::oidc) async fn carry_out(backend: &Backend, exchange: Exchange) -> Result<Outcome> {
    let (db, world) = (backend.db.clone(), backend.world.clone());
    backend.oidc.exchanges.ask(exchange, move |exchanges, turn| carry_out_all(db, world, exchanges, turn)).await
}

async fn carry_out_all(db: Db, world: World, exchanges: Vec<Exchange>, turn: Turn) -> Result<Vec<Outcome>> {
    let now = world.now().micros();
    let mut tx = db.begin().await?;
    let keys: Vec<String> = exchanges.iter().map(|exchange| hex(&exchange.presented.timed_hash())).collect();
    let mut stored = find(&mut tx, &exchanges, &keys).await?;
    // In order of arrival: if two present the same text, the second is a replay.
    let decide = |(exchange, key): (&Exchange, &String)| {
        let Some(stored) = stored.get_mut(key) else { return Outcome::Refused(invalid_grant()) };
        exchange.check(&world, stored).map_or_else(std::convert::identity, |tokens| {
            stored.used_at = Some(now);
            Outcome::Issued(Box::new(stored.grant.clone()), tokens)
        })
    };
    let mut outcomes: Vec<Outcome> = exchanges.iter().zip(&keys).map(decide).collect();
    let decided = exchanges.iter().zip(&keys).zip(&outcomes);
    let mut written: Vec<Written<'_>> =
        decided.filter_map(|((exchange, key), outcome)| Written::new(exchange.kind(), key, outcome)).collect();
    if written.is_empty() {
        return Ok(outcomes);
    }
    let used = mark_used(&mut tx, &written, now).await?;
    written.retain(|one| used.contains(one.presented));
    for (outcome, key) in outcomes.iter_mut().zip(&keys) {
        if let Outcome::Issued(grant, _) = outcome
            && !used.contains(key)
        {
            *outcome = Outcome::Replayed(grant.id);
        }
    }
    let text = serde_json::to_string(&written)?;
    let dialect = tx.dialect();
    let pick = |(sqlite, postgres): Sql| dialect.pick(sqlite, postgres);
    execute!(tx, pick(INSERT_ACCESS), &text, now)?;
    execute!(tx, pick(INSERT_REFRESH), &text, now)?;
    // Others write while this waits for the disk.
    tx.commit_and(|| drop(turn)).await?;
    Ok(outcomes)
}

/// The stored codes and refresh tokens of these exchanges, by the hash of what was presented.
async fn find(tx: &mut Tx, exchanges: &[Exchange], keys: &[String]) -> Result<HashMap<String, Stored>> {
    let dialect = tx.dialect();
    let mut stored = HashMap::new();
    for kind in Kind::ALL {
        let of_kind = exchanges.iter().zip(keys).filter(|(exchange, _)| exchange.kind() == kind);
        let presented: Vec<_> = of_kind.map(|(_, key)| HashMap::from([("presented", key)])).collect();
        if !presented.is_empty() {
            let (sqlite, postgres) = kind.find();
            let sql = dialect.pick(sqlite, postgres);
            let rows: Vec<Stored> = fetch_all!(tx, Stored, sql, serde_json::to_string(&presented)?)?;
            stored.extend(rows.into_iter().map(|row| (hex(&row.presented), row)));
        }
    }
    Ok(stored)
}

/// Marks codes and refresh tokens as used. Returns the hashes of those for which this succeeded.
async fn mark_used(tx: &mut Tx, written: &[Written<'_>], now: i64) -> Result<HashSet<String>> {
    let dialect = tx.dialect();
    let mut used = HashSet::new();
    for kind in Kind::ALL {
        let of_kind: Vec<&Written<'_>> = written.iter().filter(|one| one.kind == kind).collect();
        if !of_kind.is_empty() {
            let (sqlite, postgres) = kind.mark_used();
            let sql = dialect.pick(sqlite, postgres);
            let rows: Vec<(Vec<u8>,)> = fetch_all!(tx, (Vec<u8>,), sql, serde_json::to_string(&of_kind)?, now)?;
            used.extend(rows.iter().map(|(hash,)| hex(hash)));
        }
    }
    Ok(used)
}

impl<'a> Written<'a> {
    /// `None` if no tokens are issued.
    fn new(kind: Kind, presented: &'a str, outcome: &Outcome) -> Option<Self> {
        let Outcome::Issued(grant, tokens) = outcome else { return None };
        let refresh = tokens.refresh_token.as_ref();
        Some(Self {
            kind,
            presented,
            grant_id: grant.id,
            scope: tokens.scopes.to_string(),
            access: hex(&tokens.access_token.timed_hash()),
            access_ends: tokens.expires_at.micros(),
            refresh: refresh.map(|(token, _)| hex(&token.timed_hash())),
            refresh_ends: refresh.map(|(_, ends_at)| ends_at.micros()),
            parent: (kind == Kind::Refresh).then_some(presented),
        })
    }
}
