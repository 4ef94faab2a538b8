//! Ends a session at the request of a platform (OpenID Connect RP-Initiated Logout 1.0).

use domain::oidc::{LogoutQuestion, Parameters, is_plain, parameters};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::{
    Actor, Backend,
    accounts::sessions,
    db::{Conn, fetch_optional},
    error::{Error, Result},
    oidc::{
        endpoints::LOGOUT_PAGE,
        hint,
        rights::{GrantsOf, Why, end_grants},
    },
};

/// Where the browser goes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Back to the platform, signed out.
    Leave(Url),
    /// To this path and query of ours.
    Page(String),
}

/// The way back to a platform.
#[derive(Debug, PartialEq, Eq)]
pub struct Way {
    /// A registered address with the `state` of the request.
    pub to: Url,
    /// Its name.
    pub platform: String,
}

/// Handles a request to sign out (section 2). With a valid hint for the current session, the person is signed out at once;
/// otherwise a page of ours asks them first. They return only to an address equal to a registered one (section 3).
///
/// # Errors
/// If the database does not answer.
pub async fn begin(backend: &Backend, actor: Option<&Actor>, pairs: &[(String, String)]) -> Result<Next> {
    let Ok(asked) = parameters(pairs) else { return Ok(Next::Page(LOGOUT_PAGE.to_owned())) };
    let hint = match asked.get("id_token_hint") {
        Some(token) => hint::verified(backend, token).await?,
        None => None,
    };
    let client_id = hint::client(hint.as_ref(), asked.get("client_id"));
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
        // Unknown session: end the platform's grant, and ask before ending ours.
        (_, Some(grant)) if !strange => {
            let mut tx = backend.db.begin().await?;
            end_grants(backend, &mut tx, Why::LoggedOut, GrantsOf::Grant(grant.id)).await?;
            tx.commit().await?;
            if actor.is_some() {
                return Ok(Next::Page(page(client_id.as_deref(), way.is_some(), &asked)));
            }
        }
        _ => return Ok(Next::Page(page(client_id.as_deref(), way.is_some(), &asked))),
    }
    Ok(way.map_or_else(|| Next::Page(LOGOUT_PAGE.to_owned()), |way| Next::Leave(way.to)))
}

/// Signs out after the person agreed on our page. Returns the way back, if the parameters of the page name a valid one.
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

/// What our page shows. `client_id` is the platform that asks, as the address names it.
///
/// # Errors
/// If the database does not answer.
pub async fn question(backend: &Backend, actor: Option<&Actor>, client_id: Option<&str>) -> Result<LogoutQuestion> {
    let platform = match client_id.filter(|client_id| !client_id.is_empty() && is_plain(client_id)) {
        Some(client_id) => {
            let mut conn = backend.db.read().await?;
            name_of(&mut conn, client_id).await?
        }
        None => None,
    };
    Ok(LogoutQuestion { signed_in: actor.is_some(), platform })
}

/// The name of the enabled platform with this `client_id`.
async fn name_of(conn: &mut Conn, client_id: &str) -> Result<Option<String>> {
    let found: Option<(String,)> = fetch_optional!(
        conn,
        (String,),
        "SELECT name FROM platforms WHERE client_id = $1 AND disabled_at IS NULL",
        client_id
    )?;
    Ok(found.map(|(name,)| name))
}

/// Ends the current session. `there` is a grant whose platform needs no notice.
async fn sign_out(backend: &Backend, actor: &Actor, there: Option<Uuid>) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    tx.lock_user(actor.user_id).await?; // before grants, as everywhere
    if let Some(grant) = there {
        end_grants(backend, &mut tx, Why::LoggedOut, GrantsOf::Grant(grant)).await?;
    }
    sessions::close(backend, &mut tx, actor).await?;
    tx.commit().await
}

/// The address of our page, with the way back if there is one.
fn page(client_id: Option<&str>, leads_back: bool, asked: &Parameters) -> String {
    let Some(client_id) = client_id else { return LOGOUT_PAGE.to_owned() };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client_id);
    for name in ["post_logout_redirect_uri", "state"] {
        if let Some(value) = asked.get(name).filter(|_| leads_back) {
            query.append_pair(name, value);
        }
    }
    format!("{LOGOUT_PAGE}?{}", query.finish())
}

/// The way back, if the request names a registered address.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_gets_only_a_registered_way_back() {
        let pairs = [
            ("post_logout_redirect_uri", "https://a.example/?x=1&y"),
            ("state", "pulang & pergi"),
            ("id_token_hint", "x.y.z"),
        ];
        let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).into();
        let asked = parameters(&pairs).unwrap();
        assert_eq!(page(None, false, &asked), "/oidc/keluar");
        assert_eq!(page(Some("spse"), false, &asked), "/oidc/keluar?client_id=spse");
        assert_eq!(
            page(Some("spse"), true, &asked),
            "/oidc/keluar?client_id=spse&post_logout_redirect_uri=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y\
             &state=pulang+%26+pergi"
        );
    }
}
