//! The authorization request (RFC 6749, section 4.1.1; OpenID Connect Core 1.0, section 3.1.2.1).

use serde::{Deserialize, Serialize};

use super::{
    challenge::Challenge,
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    scope::{Scope, Scopes},
};

/// What the person must be asked even if the answer is remembered (OpenID Connect Core 1.0, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Prompt {
    /// Nothing at all.
    None,
    /// To sign in again.
    Login,
    /// To consent again.
    Consent,
    /// Which access to use.
    SelectAccount,
}

crate::text_enum!(Prompt);

/// A well-formed authorization request. The caller, who knows the client, checks the client itself, its redirect, and
/// whether it must send a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: String,
    pub redirect_uri: Option<String>,
    /// Sent back unchanged, so that the platform recognises its request.
    pub state: Option<String>,
    /// Copied into the ID token.
    pub nonce: Option<String>,
    pub scopes: Scopes,
    pub challenge: Option<Challenge>,
    /// [`Prompt::None`] stands alone.
    pub prompt: Vec<Prompt>,
    /// The person signed in at most this many seconds ago.
    pub max_age: Option<u64>,
    /// The person that the platform expects; from our launcher, the `access_id` of the chosen access. It gives no right.
    pub login_hint: Option<String>,
    /// How the platform would like the person to have signed in.
    pub acr_values: Option<String>,
    /// The claim `sub` of the parameter `id_token_hint`, which the caller checks: nobody else may be answered for.
    #[serde(default)]
    pub subject: Option<String>,
}

impl AuthorizationRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// The first error, with the codes of RFC 6749, section 4.1.2.1, and OpenID Connect Core 1.0, section 3.1.2.6.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        refuse_other_forms(parameters)?;
        let client_id =
            parameters.owned("client_id").ok_or_else(|| OAuthError::invalid_request("client_id is missing."))?;
        let scopes = parameters.get("scope").map(Scopes::parse).unwrap_or_default();
        if !scopes.has(Scope::Openid) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "scope must contain openid."));
        }
        Ok(Self {
            client_id,
            redirect_uri: parameters.owned("redirect_uri"),
            state: parameters.owned("state"),
            nonce: parameters.owned("nonce"),
            scopes,
            challenge: challenge(parameters)?,
            prompt: prompt(parameters)?,
            max_age: max_age(parameters)?,
            login_hint: parameters.owned("login_hint"),
            acr_values: parameters.owned("acr_values"),
            subject: None,
        })
    }
}

/// Only a code in the query is given, because tokens must not pass through the browser (RFC 9700, section 2.1.2).
/// Requests by reference or inside a token are refused.
fn refuse_other_forms(parameters: &Parameters) -> Result<(), OAuthError> {
    let refused = [
        ("request", ErrorCode::RequestNotSupported, "request is not supported."),
        ("request_uri", ErrorCode::RequestUriNotSupported, "request_uri is not supported."),
        ("registration", ErrorCode::RegistrationNotSupported, "registration is not supported."),
    ];
    for (name, code, description) in refused {
        if parameters.get(name).is_some() {
            return Err(OAuthError::new(code, description));
        }
    }
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(OAuthError::invalid_request("response_type is missing.")),
        Some(_) => return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code.")),
    }
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(OAuthError::invalid_request("response_mode must be query.")),
    }
}

/// The challenge. Its method is required, because the default would be `plain` (RFC 7636, section 4.3).
fn challenge(parameters: &Parameters) -> Result<Option<Challenge>, OAuthError> {
    match (parameters.get("code_challenge"), parameters.get("code_challenge_method")) {
        (None, None) => Ok(None),
        (Some(text), Some("S256")) => {
            let malformed =
                || OAuthError::invalid_request("code_challenge must be a SHA-256 in base64url without padding.");
            Challenge::parse(text).ok_or_else(malformed).map(Some)
        }
        (Some(_), _) => Err(OAuthError::invalid_request("code_challenge_method must be S256.")),
        (None, Some(_)) => Err(OAuthError::invalid_request("code_challenge is missing.")),
    }
}

fn prompt(parameters: &Parameters) -> Result<Vec<Prompt>, OAuthError> {
    let words = parameters.get("prompt").unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let unknown = |_| OAuthError::invalid_request("prompt has a value that is not known.");
    let prompt = words.map(str::parse::<Prompt>).collect::<Result<Vec<_>, _>>().map_err(unknown)?;
    if prompt.contains(&Prompt::None) && prompt.len() > 1 {
        return Err(OAuthError::invalid_request("prompt=none must stand alone."));
    }
    Ok(prompt)
}

fn max_age(parameters: &Parameters) -> Result<Option<u64>, OAuthError> {
    let Some(text) = parameters.get("max_age") else { return Ok(None) };
    // `parse` would accept a leading sign.
    let seconds = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    seconds.map(Some).ok_or_else(|| OAuthError::invalid_request("max_age must be a number of seconds."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::oidc::{only, parameters, parameters::LONGEST_VALUE};

    /// The example of RFC 7636, appendix B.
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// A valid request with these changes. An empty value leaves a parameter out.
    fn request(changes: &[(&str, &str)]) -> Result<AuthorizationRequest, OAuthError> {
        let mut fields = pairs(&[
            ("response_type", "code"),
            ("client_id", "daftar-hitam"),
            ("redirect_uri", "https://daftar-hitam.contoh.go.id/masuk/kembali"),
            ("scope", "openid gerbang"),
            ("state", "keadaan"),
            ("nonce", "sekali"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        AuthorizationRequest::parse(&parameters(&fields)?)
    }

    #[test]
    fn a_valid_request_is_read() {
        let read = request(&[("prompt", "login select_account"), ("max_age", "0"), ("login_hint", "siti")]).unwrap();
        assert_eq!((read.client_id.as_str(), read.scopes.to_string().as_str()), ("daftar-hitam", "openid gerbang"));
        assert_eq!((read.state.as_deref(), read.nonce.as_deref()), (Some("keadaan"), Some("sekali")));
        assert_eq!(read.challenge.as_ref().map(Challenge::as_str), Some(CHALLENGE));
        assert_eq!(read.prompt, [Prompt::Login, Prompt::SelectAccount]);
        assert_eq!((read.max_age, read.login_hint.as_deref(), read.acr_values), (Some(0), Some("siti"), None));
    }

    #[test]
    fn optional_parameters_may_be_empty() {
        let bare = request(&[("state", ""), ("nonce", ""), ("code_challenge", ""), ("code_challenge_method", "")]);
        let bare = bare.unwrap();
        assert_eq!((bare.state, bare.nonce, bare.challenge), (None, None, None));
        assert!(request(&[("response_mode", "query"), ("prompt", "")]).unwrap().prompt.is_empty());
    }

    #[rstest]
    #[case("response_type", "", ErrorCode::InvalidRequest)]
    #[case("response_type", "token", ErrorCode::UnsupportedResponseType)]
    #[case("response_type", "id_token", ErrorCode::UnsupportedResponseType)]
    #[case("response_type", "code id_token", ErrorCode::UnsupportedResponseType)]
    #[case("response_mode", "fragment", ErrorCode::InvalidRequest)]
    #[case("response_mode", "form_post", ErrorCode::InvalidRequest)]
    #[case("client_id", "", ErrorCode::InvalidRequest)]
    #[case("scope", "", ErrorCode::InvalidScope)]
    #[case("scope", "profile email", ErrorCode::InvalidScope)]
    #[case("scope", "openid2", ErrorCode::InvalidScope)]
    #[case("scope", "OPENID", ErrorCode::InvalidScope)]
    #[case("code_challenge", "", ErrorCode::InvalidRequest)]
    #[case("code_challenge", "abc", ErrorCode::InvalidRequest)]
    #[case("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", ErrorCode::InvalidRequest)]
    #[case("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", ErrorCode::InvalidRequest)]
    #[case("code_challenge_method", "", ErrorCode::InvalidRequest)]
    #[case("code_challenge_method", "plain", ErrorCode::InvalidRequest)]
    #[case("code_challenge_method", "s256", ErrorCode::InvalidRequest)]
    #[case("prompt", "none login", ErrorCode::InvalidRequest)]
    #[case("prompt", "none none", ErrorCode::InvalidRequest)]
    #[case("prompt", "create", ErrorCode::InvalidRequest)]
    #[case("max_age", "-1", ErrorCode::InvalidRequest)]
    #[case("max_age", "+1", ErrorCode::InvalidRequest)]
    #[case("max_age", "kemarin", ErrorCode::InvalidRequest)]
    #[case("max_age", "99999999999999999999", ErrorCode::InvalidRequest)]
    #[case("request", "eyJhbGciOiJub25lIn0.e30.", ErrorCode::RequestNotSupported)]
    #[case("request_uri", "https://jahat.example/minta", ErrorCode::RequestUriNotSupported)]
    #[case("registration", "{}", ErrorCode::RegistrationNotSupported)]
    #[case("state", "a\0b", ErrorCode::InvalidRequest)]
    #[case("login_hint", "a\r\nSet-Cookie: x", ErrorCode::InvalidRequest)]
    fn a_malformed_request_is_refused(#[case] name: &str, #[case] value: &str, #[case] expected: ErrorCode) {
        let refused = request(&[(name, value)]).unwrap_err();
        assert_eq!(refused.code, expected, "{refused}");
        let printable = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(refused.description.bytes().all(printable), "{refused}");
    }

    #[test]
    fn a_value_that_is_too_long_is_refused() {
        let value = "a".repeat(LONGEST_VALUE);
        assert_eq!(request(&[("state", value.as_str())]).unwrap().state.as_deref(), Some(value.as_str()));
        let longer = format!("{value}a");
        assert_eq!(request(&[("state", longer.as_str())]).unwrap_err().code, ErrorCode::InvalidRequest);
    }

    proptest! {
        #[test]
        fn any_request_is_answered_and_a_read_one_survives_storage(
            fields in proptest::collection::vec(
                ("(response_type|client_id|scope|state|nonce|prompt|max_age)", "(code|openid|none|5|.{0,12})"),
                0..8,
            ),
        ) {
            if let Ok(taken) = parameters(&fields) {
                for (name, value) in &fields {
                    prop_assert_eq!(only(&fields, name), taken.get(name));
                    prop_assert_eq!(taken.get(name).unwrap_or_default(), value.as_str());
                }
                if let Ok(request) = AuthorizationRequest::parse(&taken) {
                    let stored = serde_json::to_string(&request).unwrap();
                    prop_assert_eq!(serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(), request);
                }
            }
        }
    }
}
