//! What a platform asks of the provider, and how it is refused: the rules of OAuth 2.0 and OpenID Connect that need
//! neither a database nor a key.

use std::{borrow::Cow, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::UnknownText;

/// What a token tells, or is good for (OpenID Connect Core 1.0, sections 5.4 and 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Scope {
    /// That a person signed in; every request has it.
    Openid,
    /// Their name.
    Profile,
    /// Their e-mail address.
    Email,
    /// The access that they chose.
    Gerbang,
    /// A refresh token.
    OfflineAccess,
}

crate::text_enum!(Scope);

impl Scope {
    /// Every scope, in the order in which they are written.
    pub const ALL: [Self; 5] = [Self::Openid, Self::Profile, Self::Email, Self::Gerbang, Self::OfflineAccess];
}

/// A set of scopes, each once and in the order of [`Scope::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads words that spaces divide; those that are not known are ignored (OpenID Connect Core 1.0, section 3.1.2.1).
    pub fn parse(text: &str) -> Self {
        let named = |scope: &Scope| text.split(' ').any(|word| word == scope.as_str());
        Self(Scope::ALL.into_iter().filter(named).collect())
    }

    /// Whether a scope is among them.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether they go no further than others: refreshing gives nothing that was not granted (RFC 6749, section 6).
    pub fn within(&self, granted: &Self) -> bool {
        self.0.iter().all(|scope| granted.has(*scope))
    }

    /// These without one.
    #[must_use]
    pub fn without(&self, scope: Scope) -> Self {
        Self(self.0.iter().copied().filter(|other| *other != scope).collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, scope) in self.0.iter().enumerate() {
            let between = if nth > 0 { " " } else { "" };
            write!(f, "{between}{scope}")?;
        }
        Ok(())
    }
}

impl From<String> for Scopes {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

/// What a platform sends ahead of a secret that it will show: the SHA-256 of its verifier, in base64url (RFC 7636,
/// section 4.2). The method `plain` is not taken: it shows the secret to whoever sees the request (section 7.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

impl Challenge {
    /// Reads a challenge: 32 bytes in 43 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// As it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a verifier (43 to 128 characters, RFC 7636, section 4.1) is what the challenge was made of. The
    /// challenge is no secret, so that the time of the comparison tells nothing.
    pub fn verify(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(unreserved)
            && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == self.0
    }
}

impl TryFrom<String> for Challenge {
    type Error = UnknownText;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(UnknownText(text))
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}

/// What is wrong, in the word of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum ErrorCode {
    /// A parameter is missing, twice, or not of its form (RFC 6749, sections 4.1.2.1 and 5.2).
    InvalidRequest,
    /// The client may not ask this (RFC 6749, sections 4.1.2.1 and 5.2).
    UnauthorizedClient,
    /// The person, or what they may, says no (RFC 6749, section 4.1.2.1).
    AccessDenied,
    /// Something else than a code was asked for (RFC 6749, section 4.1.2.1).
    UnsupportedResponseType,
    /// A scope is missing, or goes further than what was granted (RFC 6749, sections 4.1.2.1 and 5.2).
    InvalidScope,
    /// A fault of ours (RFC 6749, section 4.1.2.1).
    ServerError,
    /// A part that is needed does not answer now (RFC 6749, section 4.1.2.1).
    TemporarilyUnavailable,
    /// The client did not show who it is (RFC 6749, section 5.2).
    InvalidClient,
    /// A code or a refresh token that does not hold, or not for this client (RFC 6749, section 5.2).
    InvalidGrant,
    /// Another grant than a code or a refresh token (RFC 6749, section 5.2).
    UnsupportedGrantType,
    /// A kind of token that cannot be revoked (RFC 7009, section 2.2.1).
    UnsupportedTokenType,
    /// An access token that does not hold (RFC 6750, section 3.1).
    InvalidToken,
    /// An access token that does not reach this far (RFC 6750, section 3.1).
    InsufficientScope,
    /// The person must sign in, and nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    LoginRequired,
    /// The person must do something, and nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    InteractionRequired,
    /// The person must choose, and nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    AccountSelectionRequired,
    /// The person must agree, and nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    ConsentRequired,
    /// A request in a token (OpenID Connect Core 1.0, section 3.1.2.6).
    RequestNotSupported,
    /// A request that is to be fetched (OpenID Connect Core 1.0, section 3.1.2.6).
    RequestUriNotSupported,
    /// A client that describes itself (OpenID Connect Core 1.0, section 3.1.2.6).
    RegistrationNotSupported,
}

crate::text_enum!(ErrorCode);

/// A refusal, as a platform is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// What is wrong.
    pub code: ErrorCode,
    /// For the developer of the platform, in English: printable ASCII without quotation marks and backslashes (RFC
    /// 6749, section 4.1.2.1).
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// A refusal with an explanation for developers.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
    }

    /// The status of HTTP, where the refusal is the answer itself (RFC 6749, section 5.2; RFC 6750, section 3.1).
    pub const fn status(&self) -> u16 {
        match self.code {
            ErrorCode::InvalidClient | ErrorCode::InvalidToken => 401,
            ErrorCode::InsufficientScope => 403,
            ErrorCode::ServerError => 500,
            ErrorCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl std::error::Error for OAuthError {}

/// What the person is to be asked, whatever is remembered (OpenID Connect Core 1.0, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Prompt {
    /// Nothing at all.
    None,
    /// To sign in again.
    Login,
    /// To agree again.
    Consent,
    /// Which access.
    SelectAccount,
}

crate::text_enum!(Prompt);

/// The most bytes of the value of a parameter: those of a request are stored while the person signs in.
const LONGEST_VALUE: usize = 4096;

/// A parameter as it is, before anything is checked: `None` if it is missing or empty, twice, or of a form that
/// [`parameters`] refuses. With it the client, its redirect and its state are found, before which no error may be sent
/// anywhere (RFC 6749, section 4.1.2.1).
pub fn only<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let value = values.next().filter(|value| !value.is_empty() && is_plain(value))?;
    values.next().is_none().then_some(value)
}

/// Without control characters, which no parameter needs and not every database keeps, and no longer than is stored.
pub fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_VALUE && !text.chars().any(char::is_control)
}

/// The parameters of a request, none of them twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

/// Takes the parameters of a request.
///
/// # Errors
/// [`ErrorCode::InvalidRequest`] for one that is there twice (RFC 6749, sections 3.1 and 3.2), has control characters
/// or is very long.
pub fn parameters(pairs: &[(String, String)]) -> Result<Parameters, OAuthError> {
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|two| two[0] == two[1]) {
        return Err(invalid("A parameter must not be included more than once."));
    }
    if !pairs.iter().all(|(name, value)| is_plain(name) && is_plain(value)) {
        return Err(invalid("A parameter has control characters or is too long."));
    }
    Ok(Parameters(pairs.to_vec()))
}

impl Parameters {
    /// A parameter; one without a value is as good as none (RFC 6749, sections 3.1 and 3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

/// A request to authorize, of the right form (RFC 6749, section 4.1.1; OpenID Connect Core 1.0, section 3.1.2.1).
/// Whether the client is known and the redirect its own, and whether it must prove possession, is decided by whoever
/// knows the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// Where it wants the answer.
    pub redirect_uri: Option<String>,
    /// What it wants back, to know its own request again.
    pub state: Option<String>,
    /// What it wants in the ID token.
    pub nonce: Option<String>,
    /// What it wants to be told.
    pub scopes: Scopes,
    /// What its code is bound to.
    pub challenge: Option<Challenge>,
    /// What the person is to be asked; [`Prompt::None`] stands alone.
    pub prompt: Vec<Prompt>,
    /// How many seconds ago the person may have signed in at most.
    pub max_age: Option<u64>,
    /// Of whom it thinks; from our launcher, the access that was chosen. Nothing that it says is believed.
    pub login_hint: Option<String>,
    /// How it would like the person to have signed in.
    pub acr_values: Option<String>,
}

impl AuthorizationRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// The first thing that is wrong, in the words of RFC 6749, section 4.1.2.1, or OpenID Connect Core 1.0, section
    /// 3.1.2.6.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        refuse_other_forms(parameters)?;
        let client_id = parameters.owned("client_id").ok_or_else(|| invalid("client_id is missing."))?;
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
        })
    }
}

/// A code in the query is all that is given, never a token by way of the browser (RFC 9700, section 2.1.2); and no
/// request is taken but the one that is seen.
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
        None => return Err(invalid("response_type is missing.")),
        Some(_) => return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code.")),
    }
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(invalid("response_mode must be query.")),
    }
}

/// The challenge, whose method must be said: without it, it would be `plain` (RFC 7636, section 4.3).
fn challenge(parameters: &Parameters) -> Result<Option<Challenge>, OAuthError> {
    match (parameters.get("code_challenge"), parameters.get("code_challenge_method")) {
        (None, None) => Ok(None),
        (Some(text), Some("S256")) => {
            let malformed = || invalid("code_challenge must be a SHA-256 in base64url without padding.");
            Challenge::parse(text).ok_or_else(malformed).map(Some)
        }
        (Some(_), _) => Err(invalid("code_challenge_method must be S256.")),
        (None, Some(_)) => Err(invalid("code_challenge is missing.")),
    }
}

fn prompt(parameters: &Parameters) -> Result<Vec<Prompt>, OAuthError> {
    let words = parameters.get("prompt").unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let unknown = |_| invalid("prompt has a value that is not known.");
    let prompt = words.map(str::parse::<Prompt>).collect::<Result<Vec<_>, _>>().map_err(unknown)?;
    if prompt.contains(&Prompt::None) && prompt.len() > 1 {
        return Err(invalid("prompt=none must stand alone."));
    }
    Ok(prompt)
}

fn max_age(parameters: &Parameters) -> Result<Option<u64>, OAuthError> {
    let Some(text) = parameters.get("max_age") else { return Ok(None) };
    // A sign before it would be read as well.
    let seconds = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    seconds.map(Some).ok_or_else(|| invalid("max_age must be a number of seconds."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// A request that is in order, with some parameters set otherwise; an empty value leaves one out.
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
    fn a_request_that_is_in_order_is_read() {
        let read = request(&[("prompt", "login select_account"), ("max_age", "0"), ("login_hint", "siti")]).unwrap();
        assert_eq!((read.client_id.as_str(), read.scopes.to_string().as_str()), ("daftar-hitam", "openid gerbang"));
        assert_eq!((read.state.as_deref(), read.nonce.as_deref()), (Some("keadaan"), Some("sekali")));
        assert_eq!(read.challenge.as_ref().map(Challenge::as_str), Some(CHALLENGE));
        assert_eq!(read.prompt, [Prompt::Login, Prompt::SelectAccount]);
        assert_eq!((read.max_age, read.login_hint.as_deref(), read.acr_values), (Some(0), Some("siti"), None));
    }

    #[test]
    fn what_may_be_left_out_may_be_empty() {
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
    fn a_request_of_another_form_is_refused(#[case] name: &str, #[case] value: &str, #[case] expected: ErrorCode) {
        let refused = request(&[(name, value)]).unwrap_err();
        assert_eq!(refused.code, expected, "{refused}");
        let printable = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(refused.description.bytes().all(printable), "{refused}");
    }

    #[test]
    fn nothing_is_there_twice() {
        let twice = pairs(&[("client_id", "a"), ("state", "s"), ("client_id", "a")]);
        assert_eq!(parameters(&twice).unwrap_err().code, ErrorCode::InvalidRequest);
        // Also what is not known, and what is empty: RFC 6749 makes no exception.
        assert!(parameters(&pairs(&[("x", ""), ("x", "")])).is_err());
        assert_eq!(only(&twice, "client_id"), None);
        assert_eq!(only(&twice, "state"), Some("s"));
        assert_eq!(only(&twice, "nonce"), None);
        assert_eq!(only(&pairs(&[("state", ""), ("state", "s")]), "state"), None);
        assert_eq!(only(&pairs(&[("client_id", "a\0")]), "client_id"), None);
    }

    #[test]
    fn what_is_very_long_is_refused() {
        let value = "a".repeat(LONGEST_VALUE);
        assert_eq!(request(&[("state", value.as_str())]).unwrap().state.as_deref(), Some(value.as_str()));
        let longer = format!("{value}a");
        assert_eq!(request(&[("state", longer.as_str())]).unwrap_err().code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn the_verifier_is_what_the_challenge_was_made_of() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert!(challenge.verify(VERIFIER));
        let (longer, upper) = (format!("{VERIFIER}a"), VERIFIER.to_uppercase());
        for wrong in ["", CHALLENGE, &VERIFIER[..42], longer.as_str(), upper.as_str()] {
            assert!(!challenge.verify(wrong), "{wrong}");
        }
    }

    #[rstest]
    #[case(42, false)]
    #[case(43, true)]
    #[case(128, true)]
    #[case(129, false)]
    fn a_verifier_has_43_to_128_characters(#[case] length: usize, #[case] expected: bool) {
        let verifier = "~".repeat(length);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        assert_eq!(Challenge::parse(&challenge).unwrap().verify(&verifier), expected);
    }

    #[test]
    fn a_verifier_has_no_other_characters() {
        for odd in ["é", " ", "+", "/", "="] {
            let verifier = format!("{}{odd}", "a".repeat(60));
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            assert!(!Challenge::parse(&challenge).unwrap().verify(&verifier), "{odd}");
        }
    }

    #[rstest]
    #[case(ErrorCode::InvalidClient, 401)]
    #[case(ErrorCode::InvalidToken, 401)]
    #[case(ErrorCode::InsufficientScope, 403)]
    #[case(ErrorCode::ServerError, 500)]
    #[case(ErrorCode::TemporarilyUnavailable, 503)]
    #[case(ErrorCode::InvalidGrant, 400)]
    #[case(ErrorCode::UnsupportedTokenType, 400)]
    fn statuses(#[case] code: ErrorCode, #[case] expected: u16) {
        assert_eq!(OAuthError::new(code, "x").status(), expected);
    }

    #[test]
    fn scopes_are_a_set() {
        let scopes = Scopes::parse("gerbang openid  openid telepon offline_access");
        assert_eq!(scopes.to_string(), "openid gerbang offline_access");
        assert_eq!(scopes.without(Scope::OfflineAccess), Scopes::parse("openid gerbang"));
        assert!(Scopes::parse("gerbang").within(&scopes) && !Scopes::parse("email").within(&scopes));
        assert!(Scopes::default().within(&scopes) && Scopes::default().to_string().is_empty());
    }

    proptest! {
        #[test]
        fn any_scope_asked_for_is_answered(text in ".{0,60}") {
            let scopes = Scopes::parse(&text);
            prop_assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
        }

        #[test]
        fn a_challenge_takes_its_own_verifier_and_no_other(
            verifier in "[A-Za-z0-9._~-]{43,128}",
            other in "[A-Za-z0-9._~-]{43,128}",
        ) {
            let text = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            let challenge = Challenge::parse(&text).unwrap();
            prop_assert!(challenge.verify(&verifier));
            prop_assert_eq!(challenge.verify(&other), verifier == other);
        }

        #[test]
        fn any_request_is_answered_and_one_that_is_read_is_stored_as_it_is(
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
