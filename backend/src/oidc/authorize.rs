//! The authorization endpoint (OpenID Connect Core 1.0, section 3.1.2): a platform asks for a person, who signs in, chooses
//! an access and accepts terms, as far as needed, and returns with a code.

use std::{net::IpAddr, time::Duration};

use domain::{
    oidc::{AuthorizationRequest, ErrorCode, OAuthError, Prompt, only, parameters},
    platforms::launcher::UsableAccess,
    time::Timestamp,
};
use sqlx::types::Json;
use url::Url;
use uuid::Uuid;

pub use super::next::{Next, Step, Strange};
use super::{
    client::{self, Client},
    endpoints::ACR,
    error::EndpointError,
    hint,
};
use crate::{
    Actor, Backend,
    audit::Action,
    db::{Conn, Tx, execute, fetch_optional},
    error::{Error, Result},
    network::Network,
    platforms::{self, Platform, access, terms},
    secrets::{Token, sha256},
};

/// Lifetime of a code (RFC 6749, section 4.1.2: at most ten minutes).
const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// The largest `max_age` in seconds that matters: no session is older.
const MOST_AGE: u64 = 366 * 24 * 3600;
/// How long a request waits for the person.
const REQUEST_WAITS: Duration = Duration::from_secs(600);
/// The most requests that wait for one person. Each may be some kilobytes.
const MOST_OF_PERSON: i64 = 20;
/// The most that wait for the people of one network address who are not signed in; many officials share that of their
/// office.
const MOST_OF_ADDRESS: i64 = 600;

/// Where an answer goes.
struct ReturnAddress {
    redirect: Url,
    state: Option<String>,
}

/// A request with its client and the address for the answer.
struct KnownRequest {
    client: Client,
    request: AuthorizationRequest,
    return_to: ReturnAddress,
}

impl KnownRequest {
    /// True unless the platform named another person (OpenID Connect Core 1.0, section 3.1.2.2).
    fn is_about(&self, backend: &Backend, actor: &Actor) -> bool {
        let named = self.request.subject.as_ref();
        named.is_none_or(|subject| *subject == self.client.subject(backend, actor.user_id))
    }

    /// True if the launcher, or the platform itself, names this access as it is known there.
    fn hints_at(&self, backend: &Backend, access_id: Uuid) -> bool {
        let hint = self.request.login_hint.as_deref().and_then(|hint| hint.parse::<Uuid>().ok());
        hint == Some(self.client.access(backend, access_id))
    }
}

/// The progress of a person with a request.
enum Stage {
    Missing(Step),
    /// None of their accesses is admitted. The platform learns this only with `prompt=none`.
    NoAccess,
    /// Nothing is missing; this access is used.
    Go(Uuid),
}

/// Handles a request with these parameters, which comes from this network address.
///
/// # Errors
/// If the database does not answer.
pub async fn authorize(
    backend: &Backend,
    actor: Option<&Actor>,
    from: IpAddr,
    pairs: &[(String, String)],
) -> Result<Next> {
    let mut conn = backend.db.read().await?;
    let Some(client) = requesting_client(&mut conn, pairs).await? else { return Ok(Next::Show(Strange::Client)) };
    let Some(return_to) = return_address(&mut conn, &client, pairs).await? else {
        return Ok(Next::Show(Strange::Redirect));
    };
    drop(conn);
    let request = match read(backend, &client, pairs).await {
        Ok(request) => request,
        Err(error) => return Ok(Next::Redirect(refused(backend, &return_to, &error.into_oauth()))),
    };
    let asked = KnownRequest { client, request, return_to };
    let next = go_on(backend, actor, from, &asked).await;
    Ok(next.unwrap_or_else(|error| Next::Redirect(refused(backend, &asked.return_to, &error.into_oauth()))))
}

async fn go_on(
    backend: &Backend,
    actor: Option<&Actor>,
    from: IpAddr,
    asked: &KnownRequest,
) -> std::result::Result<Next, EndpointError> {
    let now = backend.world.now();
    let mut stage = match actor {
        None => Stage::Missing(Step::SignIn),
        Some(actor) => stage(backend, actor, asked, now).await?,
    };
    if let (Stage::Go(access), Some(actor)) = (&stage, actor) {
        match issue_code(backend, actor, asked, *access, None).await {
            // The session or the access ended meanwhile.
            Err(Error::SignedOut) => stage = Stage::Missing(Step::SignIn),
            given => return Ok(Next::Redirect(given?)),
        }
    }
    if asked.request.prompt.contains(&Prompt::None) {
        return Err(error_without_prompt(&stage));
    }
    let step = if let Stage::Missing(step) = stage { step } else { Step::Choose };
    let asker = Asker::of(actor, from);
    Ok(Next::Wait { request: park(backend, asked, &asker, now).await?, step })
}

/// The error for a platform that asked with `prompt=none` (OpenID Connect Core 1.0, section 3.1.2.6).
fn error_without_prompt(stage: &Stage) -> EndpointError {
    let (code, said) = match stage {
        Stage::Missing(Step::SignIn) => (ErrorCode::LoginRequired, "The person must sign in."),
        Stage::Missing(Step::SwitchPerson) => (ErrorCode::LoginRequired, "The person of id_token_hint must sign in."),
        Stage::NoAccess => (ErrorCode::AccessDenied, "The person has no access that is admitted here."),
        Stage::Missing(Step::Accept(_)) => (ErrorCode::InteractionRequired, "The person must accept terms."),
        Stage::Missing(Step::Choose) | Stage::Go(_) => {
            (ErrorCode::InteractionRequired, "The person must choose an access.")
        }
    };
    EndpointError::new(code, said)
}

/// The platform that asks, if it is enabled.
async fn requesting_client(conn: &mut Conn, pairs: &[(String, String)]) -> Result<Option<Client>> {
    match only(pairs, "client_id") {
        Some(client_id) => client::find(conn, client_id).await,
        None => Ok(None),
    }
}

/// Where to answer: an address equal to a registered one (RFC 9700, section 2.1).
async fn return_address(conn: &mut Conn, client: &Client, pairs: &[(String, String)]) -> Result<Option<ReturnAddress>> {
    let Some(uri) = only(pairs, "redirect_uri") else { return Ok(None) };
    let Some(redirect) = registered(conn, client.id, uri).await? else { return Ok(None) };
    Ok(Some(ReturnAddress { redirect, state: only(pairs, "state").map(str::to_owned) }))
}

async fn registered(conn: &mut Conn, platform_id: Uuid, uri: &str) -> Result<Option<Url>> {
    let found: Option<(String,)> = fetch_optional!(
        conn,
        (String,),
        "SELECT uri FROM platform_redirects WHERE platform_id = $1 AND kind = 'redirect' AND uri = $2",
        platform_id,
        uri
    )?;
    found.map(|(uri,)| Url::parse(&uri).map_err(Error::internal)).transpose()
}

/// The request, if it is valid for this client.
async fn read(
    backend: &Backend,
    client: &Client,
    pairs: &[(String, String)],
) -> std::result::Result<AuthorizationRequest, EndpointError> {
    let parameters = parameters(pairs)?;
    let mut request = AuthorizationRequest::parse(&parameters)?;
    if client.needs_pkce() && request.challenge.is_none() {
        return Err(EndpointError::new(ErrorCode::InvalidRequest, "code_challenge is required (RFC 7636)."));
    }
    // Less than what was asked for; the answer with the tokens says so (RFC 6749, section 3.3).
    request.scopes = request.scopes.common(&client.scopes);
    if let Some(token) = parameters.get("id_token_hint") {
        let subject = hint::subject(backend, &client.client_id, token).await?;
        let unknown = || EndpointError::new(ErrorCode::InvalidRequest, "id_token_hint is no ID token of this client.");
        request.subject = Some(subject.ok_or_else(unknown)?);
    }
    Ok(request)
}

/// An error answer with our issuer (RFC 6749, section 4.1.2.1; RFC 9207).
fn refused(backend: &Backend, return_to: &ReturnAddress, error: &OAuthError) -> Url {
    answer(backend, return_to, &[("error", error.code.as_str()), ("error_description", &error.description)])
}

fn answer(backend: &Backend, return_to: &ReturnAddress, says: &[(&str, &str)]) -> Url {
    let mut url = return_to.redirect.clone();
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(says);
        if let Some(state) = &return_to.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &backend.issuer());
    }
    url
}

/// The progress of a signed-in person with a request made at `made_at`.
async fn stage(
    backend: &Backend,
    actor: &Actor,
    asked: &KnownRequest,
    made_at: Timestamp,
) -> std::result::Result<Stage, EndpointError> {
    if !asked.is_about(backend, actor) {
        return Ok(Stage::Missing(Step::SwitchPerson));
    }
    let mut conn = backend.db.read().await?;
    let signed_in_at = signed_in_at(&mut conn, actor).await?;
    if !signed_in_at.is_some_and(|at| recent_enough(&asked.request, at, made_at)) {
        return Ok(Stage::Missing(Step::SignIn));
    }
    let platform = platforms::by_id(&mut conn, asked.client.id).await?;
    let usable = access::usable_there(&mut conn, backend, actor, &platform).await?;
    let hinted = |access: &UsableAccess| asked.hints_at(backend, access.id);
    let Some(access) = settled(&usable, &asked.request, hinted) else {
        return Ok(if usable.is_empty() { Stage::NoAccess } else { Stage::Missing(Step::Choose) });
    };
    let due = terms::due(&mut conn, backend, actor.user_id, &platform, access.profile_type).await?;
    Ok(if due.is_empty() { Stage::Go(access.id) } else { Stage::Missing(Step::Accept(access.id)) })
}

/// When the current session began. `None` if it has ended.
async fn signed_in_at(conn: &mut Conn, actor: &Actor) -> Result<Option<Timestamp>> {
    let found: Option<(i64,)> =
        fetch_optional!(conn, (i64,), "SELECT created_at FROM sessions WHERE id = $1", actor.session_id)?;
    Ok(found.map(|(at,)| Timestamp::from_micros(at)))
}

/// True if the sign-in is as recent as `prompt=login` and `max_age` ask (OpenID Connect Core 1.0, section 3.1.2.1), counted
/// from the time of the request, so that signing in for it is enough.
fn recent_enough(request: &AuthorizationRequest, signed_in_at: Timestamp, made_at: Timestamp) -> bool {
    let must_follow_request = request.prompt.contains(&Prompt::Login) || request.max_age == Some(0);
    if must_follow_request {
        return signed_in_at > made_at;
    }
    request.max_age.is_none_or(|seconds| signed_in_at.plus(Duration::from_secs(seconds.min(MOST_AGE))) >= made_at)
}

/// The access that needs no question: the last one chosen here, if it is the only one, or the launcher has just named it, or
/// nothing may be shown. A hint that names another access is ignored.
fn settled<'a>(
    usable: &'a [UsableAccess],
    request: &AuthorizationRequest,
    hinted: impl Fn(&UsableAccess) -> bool,
) -> Option<&'a UsableAccess> {
    let asks = |prompt: &Prompt| matches!(prompt, Prompt::SelectAccount | Prompt::Consent);
    if request.prompt.iter().any(asks) {
        return None;
    }
    let last = usable.iter().find(|access| access.last_used)?;
    let silent = request.prompt.contains(&Prompt::None);
    (usable.len() == 1 || hinted(last) || silent).then_some(last)
}

/// Whose requests wait together.
struct Asker {
    key: Vec<u8>,
    most: i64,
}

impl Asker {
    fn of(actor: Option<&Actor>, from: IpAddr) -> Self {
        let (name, most) = match actor {
            Some(actor) => (actor.user_id.to_string(), MOST_OF_PERSON),
            None => (Network::of(from).key(), MOST_OF_ADDRESS),
        };
        Self { key: sha256(name.as_bytes()), most }
    }
}

/// Stores a request while the person does what is missing. Of too many that wait for one asker, the oldest goes.
async fn park(backend: &Backend, asked: &KnownRequest, asker: &Asker, now: Timestamp) -> Result<Uuid> {
    let id = backend.world.id();
    let mut tx = backend.db.begin().await?;
    execute!(
        tx,
        "DELETE FROM oidc_requests WHERE asker = $1 AND id NOT IN (
             SELECT id FROM oidc_requests WHERE asker = $1 ORDER BY created_at DESC, id DESC LIMIT $2)",
        &asker.key,
        asker.most - 1
    )?;
    execute!(
        tx,
        "INSERT INTO oidc_requests (id, platform_id, params, asker, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        asked.client.id,
        Json(&asked.request),
        &asker.key,
        now.micros(),
        now.plus(REQUEST_WAITS).micros()
    )?;
    tx.commit().await?;
    Ok(id)
}

/// Continues a stored request with the access that the person chose.
///
/// # Errors
/// [`Error::NotFound`] if the request is unknown, expired or answered, its platform is disabled, or the access is not theirs; [`domain::issues::Problem::NotOffered`] at [`domain::issues::Field::Access`] if the platform does not admit it;
/// [`Error::SignedOut`] if the session ended meanwhile.
pub async fn resume(backend: &Backend, actor: &Actor, request: Uuid, access: Option<Uuid>) -> Result<Next> {
    let mut conn = backend.db.read().await?;
    let (asked, platform, made_at) = waiting(&mut conn, backend, request).await?;
    if !asked.is_about(backend, actor) {
        return Ok(Next::Wait { request, step: Step::SwitchPerson });
    }
    let signed_in_at = signed_in_at(&mut conn, actor).await?.ok_or(Error::SignedOut)?;
    if !recent_enough(&asked.request, signed_in_at, made_at) {
        return Ok(Next::Wait { request, step: Step::SignIn });
    }
    let Some(access) = access else { return Ok(Next::Wait { request, step: Step::Choose }) };
    let access = access::usable(&mut conn, backend, actor, &platform, access).await?;
    let due = terms::due(&mut conn, backend, actor.user_id, &platform, access.profile_type).await?;
    drop(conn);
    if !due.is_empty() {
        return Ok(Next::Wait { request, step: Step::Accept(access.id) });
    }
    Ok(Next::Redirect(issue_code(backend, actor, &asked, access.id, Some(request)).await?))
}

/// A stored request, if its client and its redirect still exist.
async fn waiting(conn: &mut Conn, backend: &Backend, request: Uuid) -> Result<(KnownRequest, Platform, Timestamp)> {
    let found: Option<(Uuid, Json<AuthorizationRequest>, i64)> = fetch_optional!(
        conn,
        (Uuid, Json<AuthorizationRequest>, i64),
        "SELECT platform_id, params, created_at FROM oidc_requests WHERE id = $1 AND expires_at > $2",
        request,
        backend.world.now().micros()
    )?;
    let (platform_id, Json(request), made_at) = found.ok_or(Error::NotFound)?;
    let platform = platforms::by_id(conn, platform_id).await?;
    let client = client::by_id(conn, platform_id).await?.ok_or(Error::NotFound)?;
    let redirect = registered(conn, platform_id, request.redirect_uri.as_deref().unwrap_or_default()).await?;
    let return_to = ReturnAddress { redirect: redirect.ok_or(Error::NotFound)?, state: request.state.clone() };
    Ok((KnownRequest { client, request, return_to }, platform, Timestamp::from_micros(made_at)))
}

/// Starts the grant and returns the redirect that carries its code. A stored request is answered only once.
async fn issue_code(
    backend: &Backend,
    actor: &Actor,
    asked: &KnownRequest,
    access_id: Uuid,
    request: Option<Uuid>,
) -> Result<Url> {
    let now = backend.world.now();
    let (grant_id, code) = (backend.world.id(), Token::timed(&backend.world));
    let mut tx = backend.db.begin().await?;
    // Whatever ends a right of this person waits for us, or is already visible.
    tx.lock_user(actor.user_id).await?;
    if let Some(request) = request
        && execute!(tx, "DELETE FROM oidc_requests WHERE id = $1", request)? == 0
    {
        return Err(Error::NotFound);
    }
    let signed_in_at = sign_in_behind(&mut tx, actor, access_id, now).await?;
    let asks = &asked.request;
    execute!(
        tx,
        "INSERT INTO oidc_grants (id, user_id, platform_id, access_id, session_id, scope, nonce, auth_time, acr,
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        grant_id,
        actor.user_id,
        asked.client.id,
        access_id,
        actor.session_id,
        asks.scopes.to_string(),
        &asks.nonce,
        signed_in_at,
        ACR,
        now.micros()
    )?;
    execute!(
        tx,
        "INSERT INTO oidc_codes (code_hash, grant_id, redirect_uri, challenge, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        code.timed_hash(),
        grant_id,
        asks.redirect_uri.as_deref().unwrap_or_default(),
        asks.challenge.as_ref().map(|challenge| challenge.as_str()),
        now.micros(),
        now.plus(CODE_LIFETIME).micros()
    )?;
    backend.record(&mut tx, actor, Action::PlatformEntered, Some(asked.client.id), (access_id, grant_id))?;
    tx.commit().await?;
    Ok(answer(backend, &asked.return_to, &[("code", code.expose())]))
}

/// When the actor signed in, in microseconds, if session, person and access still hold.
///
/// # Errors
/// [`Error::SignedOut`] if one of them does not.
async fn sign_in_behind(tx: &mut Tx, actor: &Actor, access_id: Uuid, now: Timestamp) -> Result<i64> {
    let session: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT s.created_at FROM sessions s JOIN users u ON u.id = s.user_id JOIN accesses a ON a.user_id = u.id
         WHERE s.id = $1 AND u.id = $2 AND a.id = $3 AND s.expires_at > $4 AND u.disabled_at IS NULL
           AND a.revoked_at IS NULL",
        actor.session_id,
        actor.user_id,
        access_id,
        now.micros()
    )?;
    session.map(|(at,)| at).ok_or(Error::SignedOut)
}

#[cfg(test)]
mod tests {
    use domain::role::{ProfileType, Role};
    use rstest::rstest;
    use time::macros::date;

    use super::*;

    fn request(changes: &[(&str, &str)]) -> AuthorizationRequest {
        let fixed = [("client_id", "a"), ("response_type", "code"), ("scope", "openid")];
        let pairs: Vec<(String, String)> =
            fixed.iter().chain(changes).map(|(name, value)| ((*name).into(), (*value).into())).collect();
        AuthorizationRequest::parse(&parameters(&pairs).unwrap()).unwrap()
    }

    fn access(id: u128, last_used: bool) -> UsableAccess {
        UsableAccess {
            id: Uuid::from_u128(id),
            profile_type: ProfileType::NonPenyedia,
            role: Role::Pa,
            place: "Sekretariat".into(),
            institution: None,
            last_day: date!(2026 - 12 - 31),
            last_used,
        }
    }

    #[rstest]
    #[case(&[], &[], None)]
    #[case(&[access(1, false)], &[], None)] // never chosen here
    #[case(&[access(1, true)], &[], Some(1))]
    #[case(&[access(1, true)], &[("prompt", "select_account")], None)]
    #[case(&[access(1, true)], &[("prompt", "consent")], None)]
    #[case(&[access(1, true), access(2, false)], &[], None)]
    #[case(&[access(1, true), access(2, false)], &[("prompt", "none")], Some(1))]
    #[case(&[access(1, false), access(2, false)], &[("prompt", "none")], None)]
    #[case(&[access(1, true), access(2, false)], &[("login_hint", "1")], Some(1))]
    #[case(&[access(1, true), access(2, false)], &[("login_hint", "2")], None)]
    #[case(&[access(1, true), access(2, false)], &[("login_hint", "siti.pa@contoh.go.id")], None)]
    fn only_the_last_choice_is_used_without_asking(
        #[case] usable: &[UsableAccess],
        #[case] changes: &[(&str, &str)],
        #[case] expected: Option<u128>,
    ) {
        let request = request(changes);
        let named = |access: &UsableAccess| request.login_hint.as_deref() == Some(&*access.id.as_u128().to_string());
        let settled = settled(usable, &request, named);
        assert_eq!(settled.map(|access| access.id), expected.map(Uuid::from_u128));
    }

    #[rstest]
    #[case(&[], 0, true)]
    #[case(&[("max_age", "100")], 900, true)]
    #[case(&[("max_age", "100")], 899, false)]
    #[case(&[("max_age", "18446744073709551615")], 1, true)]
    #[case(&[("max_age", "0")], 1000, false)]
    #[case(&[("max_age", "0")], 1001, true)]
    #[case(&[("prompt", "login")], 999, false)]
    #[case(&[("prompt", "login")], 1001, true)] // for this very request
    fn an_old_sign_in_must_be_repeated(
        #[case] changes: &[(&str, &str)],
        #[case] signed_in_at: i64,
        #[case] enough: bool,
    ) {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(recent_enough(&request(changes), at(signed_in_at), at(1000)), enough);
    }
}
