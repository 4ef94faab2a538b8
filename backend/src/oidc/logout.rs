//! The way out: begun at a platform (OpenID Connect RP-Initiated Logout 1.0), or told to platforms over the back channel
//! (OpenID Connect Back-Channel Logout 1.0) because a right of the person ended here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use domain::{
    oidc::{Parameters, is_plain, parameters},
    platforms::SubjectType,
    time::Timestamp,
};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use reqwest::header;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::{self, JoinSet};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::{
    client::OneOrMany,
    keys,
    rights::{GrantsOf, Why, end_grants},
};
use crate::{
    Actor, Backend,
    accounts::sessions,
    db::{Conn, Dialect, execute, fetch_all, fetch_optional},
    error::{Error, Result},
    mail::{MOST_ATTEMPTS, wait},
};

/// Our page that asks whether to sign out, and says that it is done.
pub const PAGE: &str = "/oidc/keluar";
/// The event of a logout token (Back-Channel Logout, section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// What such a token says that it is, so that none passes for an ID token (section 2.4).
const TYPE: &str = "logout+jwt";
/// How long such a token holds (section 2.4: at most two minutes).
const HOLDS: Duration = Duration::from_secs(120);
/// How long a worker has for one notice before another may take it up: longer than a platform has to answer.
const LEASE: Duration = Duration::from_secs(30);
/// The longest that the other notices of a platform wait because it did not answer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often the worker looks by itself.
const ROUND: Duration = Duration::from_secs(1);
/// Notices that one platform is given at the same time.
const AT_ONCE: usize = 4;

/// Where somebody goes who is sent here to sign out.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Back to the platform, signed out.
    Leave(Url),
    /// To a page of ours, by its path and query.
    Page(String),
}

/// Where a platform may have a person back.
#[derive(Debug, PartialEq, Eq)]
pub struct Way {
    /// The address, with the platform's state.
    pub to: Url,
    /// The platform's name on screen.
    pub platform: String,
}

/// What a platform says of the session that is to end; believed, since we signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hint {
    client_ids: Vec<String>,
    sid: Option<Uuid>,
}

/// A platform sends a person to sign out (RP-Initiated Logout, section 2). With a hint that is believed, for the session
/// that asks, they are signed out at once; else a page of ours asks them first. They go back only to an address that is
/// registered for it, to the letter (section 3).
///
/// # Errors
/// If the database does not answer.
pub async fn begin(backend: &Backend, actor: Option<&Actor>, pairs: &[(String, String)]) -> Result<Next> {
    let Ok(asked) = parameters(pairs) else { return Ok(Next::Page(PAGE.to_owned())) };
    let hint = match asked.get("id_token_hint") {
        Some(token) => believed(backend, token).await?,
        None => None,
    };
    let client_id = client(hint.as_ref(), asked.get("client_id"));
    let mut conn = backend.db.read().await?;
    let way = way(&mut conn, client_id.as_deref(), &asked).await?;
    let strange = asked.get("post_logout_redirect_uri").is_some() && way.is_none();
    let grant = match (hint.and_then(|hint| hint.sid), &client_id) {
        (Some(sid), Some(client_id)) => grant(&mut conn, sid, client_id).await?,
        _ => None,
    };
    drop(conn);
    match (actor, grant) {
        (Some(actor), Some(grant)) if grant.session_id == Some(actor.session_id) && !strange => {
            sign_out(backend, actor, Some(grant.id)).await?;
        }
        // Of another session, or of none that is left: what the platform has is over; of ours, the person is asked.
        (_, Some(grant)) if !strange => {
            let mut tx = backend.db.begin().await?;
            end_grants(backend, &mut tx, Why::LoggedOut, GrantsOf::Grant(grant.id)).await?;
            tx.commit().await?;
            if actor.is_some() {
                return Ok(Next::Page(question(client_id.as_deref(), way.is_some(), &asked)));
            }
        }
        _ => return Ok(Next::Page(question(client_id.as_deref(), way.is_some(), &asked))),
    }
    Ok(way.map_or_else(|| Next::Page(PAGE.to_owned()), |way| Next::Leave(way.to)))
}

/// The person says yes on our page; gives where the platform may have them back. Its parameters are those of the page.
///
/// # Errors
/// If the database does not answer.
pub async fn confirm(backend: &Backend, actor: Option<&Actor>, pairs: &[(String, String)]) -> Result<Option<Way>> {
    if let Some(actor) = actor {
        sign_out(backend, actor, None).await?;
    }
    let Ok(asked) = parameters(pairs) else { return Ok(None) };
    let mut conn = backend.db.read().await?;
    way(&mut conn, asked.get("client_id"), &asked).await
}

/// The name on screen of the platform that asks, if it is in use. Changes nothing.
///
/// # Errors
/// If the database does not answer.
pub async fn asking(backend: &Backend, client_id: &str) -> Result<Option<String>> {
    if !is_plain(client_id) {
        return Ok(None);
    }
    let mut conn = backend.db.read().await?;
    let found: Option<(String,)> = fetch_optional!(
        conn,
        (String,),
        "SELECT name FROM platforms WHERE client_id = $1 AND disabled_at IS NULL",
        client_id
    )?;
    Ok(found.map(|(name,)| name))
}

/// Ends the session that speaks; `there` is the grant whose platform knows already.
async fn sign_out(backend: &Backend, actor: &Actor, there: Option<Uuid>) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    if let Some(grant) = there {
        end_grants(backend, &mut tx, Why::LoggedOut, GrantsOf::Grant(grant)).await?;
    }
    sessions::close(backend, &mut tx, actor).await?;
    tx.commit().await
}

/// The client that asks: the one that the hint is for, and no other (section 2, `client_id`).
fn client(hint: Option<&Hint>, said: Option<&str>) -> Option<String> {
    match (hint, said) {
        (None, said) => said.map(str::to_owned),
        (Some(hint), None) => hint.client_ids.first().cloned(),
        (Some(hint), Some(said)) => hint.client_ids.iter().find(|id| *id == said).cloned(),
    }
}

/// Our page, with what it needs to lead back afterwards.
fn question(client_id: Option<&str>, leads_back: bool, asked: &Parameters) -> String {
    let Some(client_id) = client_id else { return PAGE.to_owned() };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client_id);
    for name in ["post_logout_redirect_uri", "state"] {
        if let Some(value) = asked.get(name).filter(|_| leads_back) {
            query.append_pair(name, value);
        }
    }
    format!("{PAGE}?{}", query.finish())
}

/// Where the client may have the person back, if it asks for that and the address is registered.
async fn way(conn: &mut Conn, client_id: Option<&str>, asked: &Parameters) -> Result<Option<Way>> {
    let (Some(client_id), Some(uri)) = (client_id, asked.get("post_logout_redirect_uri")) else { return Ok(None) };
    let found: Option<(String,)> = fetch_optional!(
        conn,
        (String,),
        "SELECT p.name FROM platforms p
         JOIN platform_redirects r ON r.platform_id = p.id AND r.kind = 'post_logout' AND r.uri = $2
         WHERE p.client_id = $1 AND p.disabled_at IS NULL",
        client_id,
        uri
    )?;
    let Some((platform,)) = found else { return Ok(None) };
    let mut to = Url::parse(uri).map_err(Error::internal)?;
    if let Some(state) = asked.get("state") {
        to.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(Way { to, platform }))
}

#[derive(sqlx::FromRow)]
struct GrantRow {
    id: Uuid,
    session_id: Option<Uuid>,
}

async fn grant(conn: &mut Conn, sid: Uuid, client_id: &str) -> Result<Option<GrantRow>> {
    Ok(fetch_optional!(
        conn,
        GrantRow,
        "SELECT g.id, g.session_id FROM oidc_grants g JOIN platforms p ON p.id = g.platform_id
         WHERE g.id = $1 AND p.client_id = $2",
        sid,
        client_id
    )?)
}

/// What an ID token of ours says, also when it is past (section 2, `id_token_hint`).
async fn believed(backend: &Backend, token: &str) -> Result<Option<Hint>> {
    let keys: JwkSet = serde_json::from_value(keys::jwks(backend).await?)?;
    Ok(read_hint(token, &keys, &backend.issuer()))
}

#[derive(Deserialize)]
struct HintClaims {
    aud: OneOrMany,
    sid: Option<String>,
}

fn read_hint(token: &str, keys: &JwkSet, issuer: &str) -> Option<Hint> {
    let header = decode_header(token).ok()?;
    // A logout token is signed by the same key, and is no hint.
    if header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE)) {
        return None;
    }
    let own = [jsonwebtoken::Algorithm::ES256, jsonwebtoken::Algorithm::RS256];
    let algorithm = own.into_iter().find(|algorithm| *algorithm == header.alg)?;
    let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref()?)?).ok()?;
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_aud = false; // which client it is for is what is asked here
    let claims = decode::<HintClaims>(token, &key, &validation).ok()?.claims;
    let client_ids = match claims.aud {
        OneOrMany::One(id) => vec![id],
        OneOrMany::Many(ids) => ids,
    };
    Some(Hint { client_ids, sid: claims.sid.and_then(|sid| sid.parse().ok()) })
}

/// What became of one notice.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// None was due.
    Nothing,
    /// The platform knows.
    WireCode,
    /// It does not know yet, and is told again at this instant.
    Again(Timestamp),
    /// It was told in vain too often.
    Parked,
}

#[derive(sqlx::FromRow)]
struct Due {
    id: Uuid,
    grant_id: Uuid,
    attempts: i64,
}

/// Whom a notice goes to, and of whom it tells.
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

/// Why a platform was not told.
#[derive(Debug)]
enum Failure {
    /// It did not answer, or only that it cannot now: others of its notices would fare no better.
    Silent(String),
    /// It answered, and refused.
    Refused(String),
    /// It can never be told.
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

/// Tells platforms until the process ends: one task for each that has notices, so that none waits for another's.
pub async fn run(backend: Arc<Backend>) {
    let mut tasks = JoinSet::new();
    let mut busy: BTreeMap<task::Id, Uuid> = BTreeMap::new();
    loop {
        let told: BTreeSet<Uuid> = busy.values().copied().collect();
        match waiting(&backend).await {
            Ok(platforms) => {
                for platform in platforms.into_iter().filter(|platform| !told.contains(platform)) {
                    let handle = tasks.spawn(tell(backend.clone(), platform));
                    busy.insert(handle.id(), platform);
                }
            }
            Err(error) => tracing::error!(%error, "the notices for platforms cannot be read"),
        }
        tokio::select! {
            _ = tokio::time::timeout(ROUND, backend.oidc.bell.notified()) => {}
            Some(done) = tasks.join_next_with_id() => {
                let id = done.map_or_else(|error| error.id(), |(id, ())| id);
                busy.remove(&id);
            }
        }
    }
}

/// The platforms that have notices which are due.
async fn waiting(backend: &Backend) -> Result<Vec<Uuid>> {
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

/// Tells a platform all that is due, a few notices at a time.
async fn tell(backend: Arc<Backend>, platform_id: Uuid) {
    loop {
        let deliveries = (0..AT_ONCE).map(|_| deliver_due(&backend, platform_id));
        let outcomes = futures::future::join_all(deliveries).await;
        for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            tracing::error!(%error, "a notice for a platform could not be taken up");
        }
        if !outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(Delivery::WireCode | Delivery::Again(_) | Delivery::Parked)))
        {
            return;
        }
    }
}

/// Takes the notice of a platform that has been due longest and tries to deliver it.
///
/// # Errors
/// If the database refuses, or no key can sign; a platform that does not take it is no error.
pub async fn deliver_due(backend: &Backend, platform_id: Uuid) -> Result<Delivery> {
    let Some(due) = claim(backend, platform_id).await? else { return Ok(Delivery::Nothing) };
    let outcome = deliver(backend, &due).await?;
    let now = backend.world.now();
    let delivery = match &outcome {
        Ok(()) => Delivery::WireCode,
        Err(Failure::Silent(_) | Failure::Refused(_)) if due.attempts < MOST_ATTEMPTS => {
            Delivery::Again(now.plus(wait(due.attempts)))
        }
        Err(_) => Delivery::Parked,
    };
    metrics::counter!("gerbang_logout_notices_total", "outcome" => match delivery {
        Delivery::WireCode => "told",
        Delivery::Again(_) => "again",
        _ => "parked",
    })
    .increment(1);
    if let Err(failure) = &outcome {
        tracing::warn!(notice = %due.id, attempts = due.attempts, error = %failure, "a platform was not told");
    }
    let at = |so: bool| so.then_some(now.micros());
    let due_at = if let Delivery::Again(at) = delivery { at } else { now };
    let mut tx = backend.db.begin().await?;
    // Guarded: whoever overran the lease has no word in it any more.
    execute!(
        tx,
        "UPDATE logout_notices SET due_at = $3, sent_at = $4, parked_at = $5, last_error = $6
         WHERE id = $1 AND attempts = $2 AND sent_at IS NULL",
        due.id,
        due.attempts,
        due_at.micros(),
        at(delivery == Delivery::WireCode),
        at(delivery == Delivery::Parked),
        outcome.as_ref().err().map(Failure::to_string)
    )?;
    if matches!(outcome, Err(Failure::Silent(_))) {
        execute!(
            tx,
            "UPDATE logout_notices SET due_at = $2
             WHERE platform_id = $1 AND due_at < $2 AND sent_at IS NULL AND parked_at IS NULL",
            platform_id,
            now.plus(wait(due.attempts).min(LONGEST_PAUSE)).micros()
        )?;
    }
    tx.commit().await?;
    Ok(delivery)
}

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

/// Sends a logout token to the registered address (section 2.5). Each attempt is a token of its own: a platform that took
/// one and was not heard may refuse the same one again.
async fn deliver(backend: &Backend, due: &Due) -> Result<Result<(), Failure>> {
    let mut conn = backend.db.read().await?;
    // Also of a platform that is closed: that it was is what it is told.
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
    let token = keys::signer(backend, to.id_token_alg).await?.sign(TYPE, &to.claims(backend, due.grant_id))?;
    let request = backend
        .oidc
        .http
        .post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("logout_token={token}")); // of letters that need no encoding
    Ok(match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) if answer.status().is_server_error() => {
            Err(Failure::Silent(format!("answered {}", answer.status())))
        }
        Ok(answer) => Err(Failure::Refused(format!("answered {}", answer.status()))),
        Err(error) => Err(Failure::Silent(chain(&error.without_url()))),
    })
}

/// An error with its causes: alone, it says only that sending failed.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

impl Addressee {
    fn claims(&self, backend: &Backend, sid: Uuid) -> Value {
        let subject = match self.subject_type {
            SubjectType::Pairwise => backend.oidc.keys.pairwise(&self.sector, self.user_id),
            SubjectType::Public => self.user_id.to_string(),
        };
        logout_claims(&backend.issuer(), &subject, &self.client_id, backend.world.now(), backend.world.id(), sid)
    }
}

/// What a logout token claims (section 2.4); never a nonce, which an ID token has.
fn logout_claims(iss: &str, sub: &str, aud: &str, now: Timestamp, jti: Uuid, sid: Uuid) -> Value {
    json!({
        "iss": iss,
        "sub": sub,
        "aud": aud,
        "iat": now.seconds(),
        "exp": now.plus(HOLDS).seconds(),
        "jti": jti,
        "sid": sid,
        "events": { EVENT: {} },
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    use jsonwebtoken::{EncodingKey, Header, encode, jwk::Jwk};
    use rstest::rstest;

    use super::*;

    const ISSUER: &str = "https://gerbang.contoh.go.id";
    const SID: Uuid = Uuid::from_u128(7);

    fn key() -> (EncodingKey, JwkSet) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        let mut jwk = Jwk::from_encoding_key(&key, jsonwebtoken::Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("satu".into());
        (key, JwkSet { keys: vec![jwk] })
    }

    fn signed(key: &EncodingKey, kid: &str, typ: &str, claims: &Value) -> String {
        let header =
            Header { kid: Some(kid.into()), typ: Some(typ.into()), ..Header::new(jsonwebtoken::Algorithm::ES256) };
        encode(&header, claims, key).unwrap()
    }

    fn id_token() -> Value {
        // Past since 2001.
        json!({"iss": ISSUER, "sub": "siti", "aud": "spse", "exp": 1_000_000_000, "iat": 999_999_000, "sid": SID})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = id_token();
        claims[name] = value;
        claims
    }

    #[test]
    fn a_hint_is_an_id_token_of_ours_also_when_it_is_past() {
        let ((key, keys), (other, _)) = (key(), key());
        let read = |token: &str| read_hint(token, &keys, ISSUER);
        let hint = read(&signed(&key, "satu", "JWT", &id_token())).unwrap();
        assert_eq!(hint, Hint { client_ids: vec!["spse".into()], sid: Some(SID) });
        let two = read(&signed(&key, "satu", "JWT", &with("aud", json!(["spse", "sirup"])))).unwrap();
        assert_eq!(two.client_ids, ["spse", "sirup"]);
        for refused in [
            signed(&other, "satu", "JWT", &id_token()),
            signed(&key, "dua", "JWT", &id_token()),
            signed(&key, "satu", TYPE, &id_token()),
            signed(&key, "satu", "JWT", &with("iss", json!("https://jahat.example"))),
            signed(&key, "satu", "JWT", &json!({"iss": ISSUER, "sub": "siti"})),
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
            "x.y.z".to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&refused), None, "{refused}");
        }
    }

    #[rstest]
    #[case(&[], None, None)]
    #[case(&[], Some("spse"), Some("spse"))]
    #[case(&["spse"], None, Some("spse"))]
    #[case(&["spse", "sirup"], Some("sirup"), Some("sirup"))]
    #[case(&["spse"], Some("sirup"), None)]
    fn who_asks_is_whom_the_hint_is_for(
        #[case] hint: &[&str],
        #[case] said: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let client_ids: Vec<String> = hint.iter().map(|id| (*id).to_owned()).collect();
        let hint = (!client_ids.is_empty()).then_some(Hint { client_ids, sid: None });
        assert_eq!(client(hint.as_ref(), said).as_deref(), expected);
    }

    #[test]
    fn the_question_carries_only_a_way_back_that_is_registered() {
        let pairs = [
            ("post_logout_redirect_uri", "https://a.example/?x=1&y"),
            ("state", "pulang & pergi"),
            ("id_token_hint", "x.y.z"),
        ];
        let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).into();
        let asked = parameters(&pairs).unwrap();
        assert_eq!(question(None, false, &asked), "/oidc/keluar");
        assert_eq!(question(Some("spse"), false, &asked), "/oidc/keluar?client_id=spse");
        assert_eq!(
            question(Some("spse"), true, &asked),
            "/oidc/keluar?client_id=spse&post_logout_redirect_uri=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y\
             &state=pulang+%26+pergi"
        );
    }

    #[test]
    fn a_logout_token_says_what_ended() {
        let now = Timestamp::from_micros(1_795_680_000_000_000);
        let claims = logout_claims(ISSUER, "nama", "spse", now, Uuid::from_u128(1), SID);
        assert_eq!(
            claims,
            json!({
                "iss": ISSUER,
                "sub": "nama",
                "aud": "spse",
                "iat": 1_795_680_000,
                "exp": 1_795_680_120,
                "jti": "00000000-0000-0000-0000-000000000001",
                "sid": "00000000-0000-0000-0000-000000000007",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            })
        );
    }
}
