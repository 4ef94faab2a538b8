//! Client authentication.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    oidc::{ErrorCode, OAuthError, Parameters},
    platforms::AuthMethod,
};

use super::{
    assertion,
    registered::{Client, find, with_secret},
};
use crate::{
    Backend,
    oidc::error::EndpointError,
    refusals::{Kind, refused},
};

/// The value of `client_assertion_type` (RFC 7523, section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credentials in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Credentials {
    Basic { client_id: String, secret: String },
    Post { client_id: String, secret: String },
    Assertion { token: String },
    Nothing { client_id: String },
}

/// Authenticates the client of a request. `authorization` is the header of that name.
///
/// # Errors
/// [`ErrorCode::InvalidClient`] for any wrong credentials (RFC 6749, section 5.2); [`ErrorCode::InvalidRequest`] for several
/// at once.
pub async fn authenticate(
    backend: &Backend,
    authorization: Option<&str>,
    parameters: &Parameters,
) -> Result<Client, OAuthError> {
    let identified = identify(backend, authorization, parameters).await.map_err(EndpointError::into_oauth);
    if let Err(error) = &identified
        && matches!(error.code, ErrorCode::InvalidClient | ErrorCode::InvalidRequest)
    {
        refused(Kind::Client, error.code.as_str());
    }
    identified
}

async fn identify(
    backend: &Backend,
    authorization: Option<&str>,
    parameters: &Parameters,
) -> Result<Client, EndpointError> {
    let credentials = credentials(authorization, parameters)?;
    let (client_id, method) = match &credentials {
        Credentials::Basic { client_id, .. } => (client_id.clone(), AuthMethod::ClientSecretBasic),
        Credentials::Post { client_id, .. } => (client_id.clone(), AuthMethod::ClientSecretPost),
        Credentials::Assertion { token } => {
            (assertion::claimed_client(token).ok_or_else(unknown)?, AuthMethod::PrivateKeyJwt)
        }
        Credentials::Nothing { client_id } => (client_id.clone(), AuthMethod::None),
    };
    if parameters.get("client_id").is_some_and(|said| said != client_id) {
        return Err(EndpointError::new(ErrorCode::InvalidRequest, "client_id is not the client that authenticates."));
    }
    let mut conn = backend.db.read().await?;
    let client = match &credentials {
        Credentials::Basic { secret, .. } | Credentials::Post { secret, .. } => {
            with_secret(&mut conn, &client_id, secret, backend.world.now()).await?
        }
        Credentials::Assertion { .. } | Credentials::Nothing { .. } => find(&mut conn, &client_id).await?,
    };
    drop(conn);
    // Only the registered method counts.
    let client = client.filter(|client| client.auth_method == method).ok_or_else(unknown)?;
    if let Credentials::Assertion { token } = &credentials
        && !assertion::accept(backend, &client, token).await?
    {
        return Err(unknown());
    }
    Ok(client)
}

/// One error for everything, so that guessing reveals nothing.
fn unknown() -> EndpointError {
    EndpointError::new(ErrorCode::InvalidClient, "The client is unknown or did not authenticate as registered.")
}

/// The credentials, which must use exactly one method (RFC 6749, section 2.3).
fn credentials(authorization: Option<&str>, parameters: &Parameters) -> Result<Credentials, EndpointError> {
    let several = || EndpointError::new(ErrorCode::InvalidRequest, "Use one method of client authentication.");
    let secret = parameters.get("client_secret");
    let assertion = parameters.get("client_assertion");
    match (authorization, secret, assertion) {
        (Some(header), None, None) => basic(header).ok_or_else(unknown),
        (None, Some(secret), None) => {
            let client_id = parameters.get("client_id").ok_or_else(unknown)?.to_owned();
            Ok(Credentials::Post { client_id, secret: secret.to_owned() })
        }
        (None, None, Some(token)) => {
            if parameters.get("client_assertion_type") == Some(ASSERTION_TYPE) {
                Ok(Credentials::Assertion { token: token.to_owned() })
            } else {
                Err(unknown())
            }
        }
        (None, None, None) => {
            let client_id = parameters.get("client_id").ok_or_else(unknown)?.to_owned();
            Ok(Credentials::Nothing { client_id })
        }
        _ => Err(several()),
    }
}

/// HTTP Basic, whose two parts are form-encoded first (RFC 6749, section 2.3.1).
fn basic(header: &str) -> Option<Credentials> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (client_id, secret) = credentials.split_once(':')?;
    let decoded = |text: &str| {
        // Read the part as the only name of a form, whatever characters it has.
        let text = text.replace('&', "%26").replace('=', "%3D");
        url::form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    Some(Credentials::Basic { client_id: decoded(client_id), secret: decoded(secret) })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        domain::oidc::parameters(&pairs).unwrap()
    }

    fn code(error: EndpointError) -> ErrorCode {
        error.into_oauth().code
    }

    #[test]
    fn each_method_is_recognised() {
        let header = format!("Basic {}", STANDARD.encode("daftar%2Dhitam:a%3Ab+c"));
        let none = parameters(&[]);
        assert_eq!(
            credentials(Some(&header), &none).unwrap(),
            Credentials::Basic { client_id: "daftar-hitam".into(), secret: "a:b c".into() }
        );
        let post = parameters(&[("client_id", "a"), ("client_secret", "b")]);
        assert_eq!(credentials(None, &post).unwrap(), Credentials::Post { client_id: "a".into(), secret: "b".into() });
        let assertion = parameters(&[("client_assertion", "x.y.z"), ("client_assertion_type", ASSERTION_TYPE)]);
        assert_eq!(credentials(None, &assertion).unwrap(), Credentials::Assertion { token: "x.y.z".into() });
        let public = parameters(&[("client_id", "a")]);
        assert_eq!(credentials(None, &public).unwrap(), Credentials::Nothing { client_id: "a".into() });
    }

    #[rstest]
    #[case(Some("Basic YTpi"), &[("client_secret", "b")], ErrorCode::InvalidRequest)]
    #[case(None, &[("client_secret", "b"), ("client_assertion", "x.y.z")], ErrorCode::InvalidRequest)]
    #[case(Some("Bearer YTpi"), &[], ErrorCode::InvalidClient)]
    #[case(Some("Basic ***"), &[], ErrorCode::InvalidClient)]
    #[case(Some("Basic YQ=="), &[], ErrorCode::InvalidClient)]
    #[case(None, &[("client_assertion", "x.y.z")], ErrorCode::InvalidClient)]
    #[case(None, &[("client_secret", "b")], ErrorCode::InvalidClient)]
    #[case(None, &[], ErrorCode::InvalidClient)]
    fn a_request_without_valid_credentials_is_refused(
        #[case] header: Option<&str>,
        #[case] pairs: &[(&str, &str)],
        #[case] expected: ErrorCode,
    ) {
        assert_eq!(code(credentials(header, &parameters(pairs)).unwrap_err()), expected);
    }
}
