//! Sends logout notices to platforms (OpenID Connect Back-Channel Logout 1.0). A notice is written with the end of its
//! grant, in [`crate::oidc::rights`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use domain::{platforms::SubjectType, time::Timestamp};
use reqwest::header;
use serde_json::Value;
use tokio::task::{self, JoinSet};
use url::Url;
use uuid::Uuid;

use super::token::{TYPE, logout_claims};
use crate::{
    Backend,
    db::{Dialect, execute, fetch_all, fetch_optional},
    error::Result,
    mail::{MOST_ATTEMPTS, wait},
    oidc::{keys, pairwise},
};

/// How long a worker holds a notice before another may take it: longer than a platform has to answer.
const LEASE: Duration = Duration::from_secs(30);
/// The longest delay of the other notices of a platform that did not answer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often the worker looks without being woken.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Notices sent to one platform at the same time.
const AT_ONCE: usize = 4;

/// The result of one delivery.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// No notice was due.
    Nothing,
    /// The platform accepted the notice.
    Delivered,
    /// It failed and is retried at this instant.
    Again(Timestamp),
    /// It failed too often and is given up.
    Parked,
}

#[derive(sqlx::FromRow)]
struct Due {
    id: Uuid,
    grant_id: Uuid,
    attempts: i64,
}

/// The receiver of a notice, and the person that it is about.
#[derive(sqlx::FromRow)]
struct Addressee {
    user_id: Uuid,
    client_id: String,
    sector: String,
    #[sqlx(try_from = "String")]
    subject_type: SubjectType,
    #[sqlx(try_from = "String")]
    id_token_alg: keys::Algorithm,
    backchannel_logout_uri: Option<String>,
}

/// Why a delivery failed.
#[derive(Debug)]
enum Failure {
    /// No answer, or a server error: the other notices of the platform would fail too.
    Silent(String),
    /// The platform refused the notice.
    Refused(String),
    /// Retrying cannot help.
    Hopeless(&'static str),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Silent(cause) | Self::Refused(cause) => f.write_str(cause),
            Self::Hopeless(cause) => f.write_str(cause),
        }
    }
}

/// Delivers notices until the process ends, with one task per platform, so that no platform waits for another.
pub async fn run(backend: Arc<Backend>) {
    let mut tasks = JoinSet::new();
    let mut busy: BTreeMap<task::Id, Uuid> = BTreeMap::new();
    loop {
        let served: BTreeSet<Uuid> = busy.values().copied().collect();
        match platforms_with_due_notices(&backend).await {
            Ok(platforms) => {
                for platform in platforms.into_iter().filter(|platform| !served.contains(platform)) {
                    let handle = tasks.spawn(serve(backend.clone(), platform));
                    busy.insert(handle.id(), platform);
                }
            }
            Err(error) => tracing::error!(%error, "the notices for platforms cannot be read"),
        }
        tokio::select! {
            _ = tokio::time::timeout(POLL_INTERVAL, backend.oidc.bell.notified()) => {}
            Some(done) = tasks.join_next_with_id() => {
                let id = done.map_or_else(|error| error.id(), |(id, ())| id);
                busy.remove(&id);
            }
        }
    }
}

async fn platforms_with_due_notices(backend: &Backend) -> Result<Vec<Uuid>> {
    let mut conn = backend.db.read().await?;
    let rows: Vec<(Uuid,)> = fetch_all!(
        conn,
        (Uuid,),
        "SELECT DISTINCT platform_id FROM logout_notices
         WHERE sent_at IS NULL AND parked_at IS NULL AND due_at <= $1",
        backend.world.now().micros()
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Delivers all due notices of a platform, a few at a time.
async fn serve(backend: Arc<Backend>, platform_id: Uuid) {
    loop {
        let deliveries = (0..AT_ONCE).map(|_| deliver_due(&backend, platform_id));
        let outcomes = futures::future::join_all(deliveries).await;
        for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            tracing::error!(%error, "a notice for a platform could not be taken up");
        }
        let took_one = |outcome: &Result<Delivery>| !matches!(outcome, Ok(Delivery::Nothing) | Err(_));
        if !outcomes.iter().all(took_one) {
            return;
        }
    }
}

/// Delivers the notice of a platform that has been due longest.
///
/// # Errors
/// If the database refuses, or no key can sign. A failed delivery is not an error.
pub async fn deliver_due(backend: &Backend, platform_id: Uuid) -> Result<Delivery> {
    let Some(due) = claim(backend, platform_id).await? else { return Ok(Delivery::Nothing) };
    let outcome = deliver(backend, &due).await?;
    let now = backend.world.now();
    let delivery = match &outcome {
        Ok(()) => Delivery::Delivered,
        Err(Failure::Silent(_) | Failure::Refused(_)) if due.attempts < MOST_ATTEMPTS => {
            Delivery::Again(now.plus(wait(due.attempts)))
        }
        Err(_) => Delivery::Parked,
    };
    metrics::counter!("gerbang_logout_notices_total", "outcome" => match delivery {
        Delivery::Delivered => "told",
        Delivery::Again(_) => "again",
        _ => "parked",
    })
    .increment(1);
    if let Err(failure) = &outcome {
        tracing::warn!(notice = %due.id, attempts = due.attempts, error = %failure, "a platform was not told");
    }
    record(backend, platform_id, &due, &delivery, outcome.err(), now).await?;
    Ok(delivery)
}

/// Records the result of a delivery. After a silent failure the other notices of the platform wait too.
async fn record(
    backend: &Backend,
    platform_id: Uuid,
    due: &Due,
    delivery: &Delivery,
    failure: Option<Failure>,
    now: Timestamp,
) -> Result<()> {
    let at = |so: bool| so.then_some(now.micros());
    let due_at = if let Delivery::Again(at) = delivery { *at } else { now };
    let mut tx = backend.db.begin().await?;
    // Guarded by the attempt: a worker that overran its lease changes nothing.
    execute!(
        tx,
        "UPDATE logout_notices SET due_at = $3, sent_at = $4, parked_at = $5, last_error = $6
         WHERE id = $1 AND attempts = $2 AND sent_at IS NULL",
        due.id,
        due.attempts,
        due_at.micros(),
        at(*delivery == Delivery::Delivered),
        at(*delivery == Delivery::Parked),
        failure.as_ref().map(Failure::to_string)
    )?;
    if matches!(failure, Some(Failure::Silent(_))) {
        execute!(
            tx,
            "UPDATE logout_notices SET due_at = $2
             WHERE platform_id = $1 AND due_at < $2 AND sent_at IS NULL AND parked_at IS NULL",
            platform_id,
            now.plus(wait(due.attempts).min(LONGEST_PAUSE)).micros()
        )?;
    }
    tx.commit().await
}

/// Takes the lease of the notice that has been due longest.
async fn claim(backend: &Backend, platform_id: Uuid) -> Result<Option<Due>> {
    let now = backend.world.now();
    let mut tx = backend.db.begin().await?;
    let sql = match tx.dialect() {
        Dialect::Sqlite => {
            "UPDATE logout_notices SET attempts = attempts + 1, due_at = $3 WHERE id = (
                 SELECT id FROM logout_notices
                 WHERE platform_id = $1 AND due_at <= $2 AND sent_at IS NULL AND parked_at IS NULL
                 ORDER BY due_at LIMIT 1
             ) RETURNING id, grant_id, attempts"
        }
        Dialect::Postgres => {
            "UPDATE logout_notices SET attempts = attempts + 1, due_at = $3 WHERE id = (
                 SELECT id FROM logout_notices
                 WHERE platform_id = $1 AND due_at <= $2 AND sent_at IS NULL AND parked_at IS NULL
                 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
             ) RETURNING id, grant_id, attempts"
        }
    };
    let due: Option<Due> = fetch_optional!(tx, Due, sql, platform_id, now.micros(), now.plus(LEASE).micros())?;
    tx.commit().await?;
    Ok(due)
}

/// Sends a logout token to the registered address (section 2.5). Each attempt has a new token, because a platform whose
/// answer was lost may refuse the same token again.
async fn deliver(backend: &Backend, due: &Due) -> Result<Result<(), Failure>> {
    let mut conn = backend.db.read().await?;
    // A disabled platform gets its notices too.
    let to: Option<Addressee> = fetch_optional!(
        conn,
        Addressee,
        "SELECT g.user_id, p.client_id, p.sector, p.subject_type, p.id_token_alg, p.backchannel_logout_uri
         FROM oidc_grants g JOIN platforms p ON p.id = g.platform_id WHERE g.id = $1",
        due.grant_id
    )?;
    drop(conn);
    let Some((address, to)) = to.and_then(|to| Some((to.backchannel_logout_uri.clone()?, to))) else {
        return Ok(Err(Failure::Hopeless("the platform has no address for it")));
    };
    let address = match address.parse::<Url>() {
        Ok(url) if backend.oidc.reach.permits_host(&url) => url,
        _ => return Ok(Err(Failure::Hopeless("the platform's address is private"))),
    };
    let token = keys::signer(backend, to.id_token_alg).await?.sign(TYPE, &to.claims(backend, due.grant_id))?;
    let request = backend
        .oidc
        .http
        .post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("logout_token={token}")); // a token needs no encoding
    Ok(match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) if answer.status().is_server_error() => {
            Err(Failure::Silent(format!("answered {}", answer.status())))
        }
        Ok(answer) => Err(Failure::Refused(format!("answered {}", answer.status()))),
        Err(error) => Err(Failure::Silent(chain(&error.without_url()))),
    })
}

/// The text of an error with its causes. Alone, it says only that sending failed.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

impl Addressee {
    fn claims(&self, backend: &Backend, sid: Uuid) -> Value {
        let subject = pairwise::subject(backend, self.subject_type, &self.sector, self.user_id);
        logout_claims(&backend.issuer(), &subject, &self.client_id, backend.world.now(), backend.world.id(), sid)
    }
}
