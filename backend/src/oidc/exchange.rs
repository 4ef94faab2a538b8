//! A code or a refresh token is taken, and tokens are given for it: for all who ask at about the same time in one
//! transaction, with as many statements for a hundred as for one.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::{
    oidc::{Challenge, ErrorCode, Scope, Scopes},
    time::Timestamp,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Refusal,
    grant::{Grant, select},
};
use crate::{
    Backend,
    db::{Db, batcher::Turn, execute, fetch_all},
    error::Result,
    secrets::{Token, hex},
    world::World,
};

/// How long an access token and an ID token hold.
const ACCESS_HOLDS: Duration = Duration::from_secs(300);
/// How long a refresh token holds from when it was given.
const REFRESH_HOLDS: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a client asks tokens for.
pub(super) struct Exchange {
    /// The client.
    pub platform_id: Uuid,
    /// The code or the refresh token.
    pub presented: Token,
    pub terms: Terms,
}

/// What comes with it.
pub(super) enum Terms {
    Code { redirect_uri: Option<String>, verifier: Option<String> },
    Refresh { scope: Option<String> },
}

/// What becomes of an exchange.
pub(super) enum Outcome {
    /// New tokens of a grant.
    Given(Box<Grant>, Given),
    /// It was taken before, or just now by another: this grant is to end.
    Replayed(Uuid),
    Refused(Refusal),
}

/// New tokens, which hold no longer than the access.
pub(super) struct Given {
    pub access_token: Token,
    pub expires_at: Timestamp,
    /// Where that was granted, with its end.
    pub refresh_token: Option<(Token, Timestamp)>,
    pub scopes: Scopes,
}

impl Given {
    fn new(world: &World, grant: &Grant, scopes: Scopes) -> Self {
        let until = |holds: Duration| world.now().plus(holds).min(grant.access_ends_at());
        let token = || Token::timed(world);
        Self {
            access_token: token(),
            expires_at: until(ACCESS_HOLDS),
            refresh_token: grant.scopes().has(Scope::OfflineAccess).then(|| (token(), until(REFRESH_HOLDS))),
            scopes,
        }
    }
}

/// One answer for all that is wrong with a code or a refresh token: who tries learns nothing.
pub(super) fn invalid() -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, "What was presented does not hold, is of another client, or was used.")
}

/// A code or a refresh token as stored; `redirect_uri` and `challenge` are of a code.
#[derive(sqlx::FromRow)]
struct Stored {
    presented: Vec<u8>,
    redirect_uri: Option<String>,
    challenge: Option<String>,
    expires_at: i64,
    used_at: Option<i64>,
    #[sqlx(flatten)]
    grant: Grant,
}

impl Exchange {
    /// What would be given for it.
    fn check(&self, world: &World, stored: &Stored) -> Result<Given, Outcome> {
        let refused = Outcome::Refused;
        let grant = &stored.grant;
        if grant.platform_id != self.platform_id {
            return Err(refused(invalid()));
        }
        if stored.used_at.is_some() {
            return Err(Outcome::Replayed(grant.id));
        }
        // A code that is asked for wrongly stays for whoever asks rightly while it holds.
        let holds = stored.expires_at > world.now().micros() && self.terms.are_kept(stored);
        if !holds || !grant.is_live(world).map_err(|error| refused(error.into()))? {
            return Err(refused(invalid()));
        }
        let scopes = self.terms.scopes(grant).map_err(refused)?;
        Ok(Given::new(world, grant, scopes))
    }
}

impl Terms {
    /// Whether a request shows what a code is bound to (RFC 6749, section 4.1.3; RFC 7636, section 4.6). Proof that was
    /// not promised is refused too: the code is then of somebody else's request (RFC 9700, section 4.8.2).
    fn are_kept(&self, stored: &Stored) -> bool {
        let Self::Code { redirect_uri, verifier } = self else { return true };
        let proved = match (&stored.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                Challenge::parse(challenge).is_some_and(|challenge| challenge.verify(verifier))
            }
            _ => false,
        };
        proved && *redirect_uri == stored.redirect_uri
    }

    /// The scopes of the tokens: of a refresh those that are asked for, which go no further than what was granted
    /// (RFC 6749, section 6).
    fn scopes(&self, grant: &Grant) -> Result<Scopes, Refusal> {
        let granted = grant.scopes();
        let Self::Refresh { scope: Some(asked) } = self else { return Ok(granted) };
        let scopes = Scopes::parse(asked);
        let all_known = asked.split(' ').all(|word| word.is_empty() || word.parse::<Scope>().is_ok());
        if all_known && scopes.has(Scope::Openid) && scopes.within(&granted) {
            Ok(scopes)
        } else {
            Err(Refusal::new(ErrorCode::InvalidScope, "scope goes beyond what was granted, or lacks openid."))
        }
    }
}

/// Where something that is presented is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Refresh,
}

impl Exchange {
    fn kind(&self) -> Kind {
        match self.terms {
            Terms::Code { .. } => Kind::Code,
            Terms::Refresh { .. } => Kind::Refresh,
        }
    }
}

/// An exchange as it is written. Hashes are in hexadecimal digits, times in microseconds of the epoch.
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
    /// The refresh token that the new one takes the place of.
    parent: Option<&'a str>,
}

/// A statement about the exchanges `e` of parameter $1, an array of [`Written`], for SQLite and for PostgreSQL.
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

/// For each of two dialects.
type Sql = (&'static str, &'static str);

impl Kind {
    const ALL: [Self; 2] = [Self::Code, Self::Refresh];

    /// What is stored of what was presented.
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

    /// Takes it at $2, unless it was taken, or its grant ended, since it was found (PostgreSQL).
    const fn take(self) -> Sql {
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

const GIVE_ACCESS: Sql = of_exchanges!(
    "INSERT INTO oidc_access_tokens (token_hash, grant_id, scope, created_at, expires_at)
     SELECT access, grant_id, scope, $2, access_ends FROM e"
);
const GIVE_REFRESH: Sql = of_exchanges!(
    "INSERT INTO oidc_refresh_tokens (token_hash, grant_id, parent_hash, created_at, expires_at)
     SELECT refresh, grant_id, parent, $2, refresh_ends FROM e WHERE refresh IS NOT NULL"
);

/// Carries an exchange out. Of two that present the same at one instant, one is given tokens.
///
/// # Errors
/// If the database refuses: then nothing was taken.
pub(super) async fn carry_out(backend: &Backend, exchange: Exchange) -> Result<Outcome> {
    let (db, world) = (backend.db.clone(), backend.world.clone());
    backend.oidc.exchanges.ask(exchange, move |exchanges, turn| all(db, world, exchanges, turn)).await
}

async fn all(db: Db, world: World, exchanges: Vec<Exchange>, turn: Turn) -> Result<Vec<Outcome>> {
    let now = world.now().micros();
    let mut tx = db.begin().await?;
    let dialect = tx.dialect();
    let pick = |(sqlite, postgres): Sql| dialect.pick(sqlite, postgres);
    let keys: Vec<String> = exchanges.iter().map(|exchange| hex(&exchange.presented.timed_hash())).collect();
    let mut stored: HashMap<String, Stored> = HashMap::new();
    for kind in Kind::ALL {
        let of_kind = exchanges.iter().zip(&keys).filter(|(exchange, _)| exchange.kind() == kind);
        let presented: Vec<_> = of_kind.map(|(_, key)| HashMap::from([("presented", key)])).collect();
        if !presented.is_empty() {
            let rows: Vec<Stored> = fetch_all!(tx, Stored, pick(kind.find()), serde_json::to_string(&presented)?)?;
            stored.extend(rows.into_iter().map(|row| (hex(&row.presented), row)));
        }
    }
    // In the order in which they came: what one is given for, the next presents a second time.
    let decide = |(exchange, key): (&Exchange, &String)| {
        let Some(stored) = stored.get_mut(key) else { return Outcome::Refused(invalid()) };
        exchange.check(&world, stored).map_or_else(std::convert::identity, |given| {
            stored.used_at = Some(now);
            Outcome::Given(Box::new(stored.grant.clone()), given)
        })
    };
    let mut outcomes: Vec<Outcome> = exchanges.iter().zip(&keys).map(decide).collect();
    let decided = exchanges.iter().zip(&keys).zip(&outcomes);
    let mut written: Vec<Written<'_>> =
        decided.filter_map(|((exchange, key), outcome)| Written::new(exchange.kind(), key, outcome)).collect();
    if written.is_empty() {
        return Ok(outcomes);
    }
    let mut taken: HashSet<String> = HashSet::new();
    for kind in Kind::ALL {
        let of_kind: Vec<&Written<'_>> = written.iter().filter(|one| one.kind == kind).collect();
        if !of_kind.is_empty() {
            let sql = pick(kind.take());
            let rows: Vec<(Vec<u8>,)> = fetch_all!(tx, (Vec<u8>,), sql, serde_json::to_string(&of_kind)?, now)?;
            taken.extend(rows.iter().map(|(hash,)| hex(hash)));
        }
    }
    written.retain(|one| taken.contains(one.presented));
    for (outcome, key) in outcomes.iter_mut().zip(&keys) {
        if let Outcome::Given(grant, _) = outcome
            && !taken.contains(key)
        {
            *outcome = Outcome::Replayed(grant.id);
        }
    }
    let text = serde_json::to_string(&written)?;
    execute!(tx, pick(GIVE_ACCESS), &text, now)?;
    execute!(tx, pick(GIVE_REFRESH), &text, now)?;
    // Others write while this waits for the disk.
    tx.commit_and(|| drop(turn)).await?;
    Ok(outcomes)
}

impl<'a> Written<'a> {
    /// If tokens are given for it.
    fn new(kind: Kind, presented: &'a str, outcome: &Outcome) -> Option<Self> {
        let Outcome::Given(grant, given) = outcome else { return None };
        let refresh = given.refresh_token.as_ref();
        Some(Self {
            kind,
            presented,
            grant_id: grant.id,
            scope: given.scopes.to_string(),
            access: hex(&given.access_token.timed_hash()),
            access_ends: given.expires_at.micros(),
            refresh: refresh.map(|(token, _)| hex(&token.timed_hash())),
            refresh_ends: refresh.map(|(_, ends_at)| ends_at.micros()),
            parent: (kind == Kind::Refresh).then_some(presented),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::oidc::grant::tests::grant;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const BACK: &str = "https://platform.contoh.go.id/masuk/kembali";

    #[rstest]
    #[case(Some(CHALLENGE), Some(VERIFIER), Some(BACK), true)]
    #[case(Some(CHALLENGE), None, Some(BACK), false)]
    #[case(Some(CHALLENGE), Some(CHALLENGE), Some(BACK), false)]
    #[case(Some(CHALLENGE), Some(VERIFIER), None, false)]
    #[case(None, None, Some(BACK), true)]
    #[case(None, Some(VERIFIER), Some(BACK), false)] // a downgrade
    fn a_code_is_bound_to_what_was_asked(
        #[case] challenge: Option<&str>,
        #[case] verifier: Option<&str>,
        #[case] redirect_uri: Option<&str>,
        #[case] right: bool,
    ) {
        let stored = Stored {
            presented: Vec::new(),
            redirect_uri: Some(BACK.into()),
            challenge: challenge.map(str::to_owned),
            expires_at: 0,
            used_at: None,
            grant: grant(),
        };
        let (redirect_uri, verifier) = (redirect_uri.map(str::to_owned), verifier.map(str::to_owned));
        assert_eq!(Terms::Code { redirect_uri, verifier }.are_kept(&stored), right);
    }

    #[rstest]
    #[case(Some("openid profile"), true)]
    #[case(Some("openid  profile"), true)]
    #[case(None, true)]
    #[case(Some("openid email"), false)]
    #[case(Some("openid admin"), false)]
    #[case(Some("profile"), false)]
    fn refreshing_gives_no_more_than_was_granted(#[case] asked: Option<&str>, #[case] given: bool) {
        let mut grant = grant();
        grant.scope = "openid profile offline_access".into();
        assert_eq!(Terms::Refresh { scope: asked.map(str::to_owned) }.scopes(&grant).is_ok(), given);
    }
}
