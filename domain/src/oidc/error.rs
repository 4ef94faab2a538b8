//! Errors of OAuth 2.0 and OpenID Connect as platforms receive them.

use std::{borrow::Cow, fmt};

/// The `error` parameter of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum ErrorCode {
    /// A parameter is missing, repeated or malformed (RFC 6749, sections 4.1.2.1 and 5.2).
    InvalidRequest,
    /// The client may not make this request (RFC 6749, sections 4.1.2.1 and 5.2).
    UnauthorizedClient,
    /// The person declines, or has no right to it (RFC 6749, section 4.1.2.1).
    AccessDenied,
    /// The request asks for something other than a code (RFC 6749, section 4.1.2.1).
    UnsupportedResponseType,
    /// A scope is missing, or was not granted (RFC 6749, sections 4.1.2.1 and 5.2).
    InvalidScope,
    /// The fault is ours (RFC 6749, section 4.1.2.1).
    ServerError,
    /// A dependency of ours does not answer now (RFC 6749, section 4.1.2.1).
    TemporarilyUnavailable,
    /// Client authentication failed (RFC 6749, section 5.2).
    InvalidClient,
    /// The code or refresh token is invalid, or of another client (RFC 6749, section 5.2).
    InvalidGrant,
    /// The grant is neither a code nor a refresh token (RFC 6749, section 5.2).
    UnsupportedGrantType,
    /// This kind of token cannot be revoked (RFC 7009, section 2.2.1).
    UnsupportedTokenType,
    /// The access token is invalid (RFC 6750, section 3.1).
    InvalidToken,
    /// The access token lacks a scope (RFC 6750, section 3.1).
    InsufficientScope,
    /// The person must sign in, but nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    LoginRequired,
    /// The person must act, but nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    InteractionRequired,
    /// The person must choose, but nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    AccountSelectionRequired,
    /// The person must consent, but nothing may be shown (OpenID Connect Core 1.0, section 3.1.2.6).
    ConsentRequired,
    /// The request is inside a token (OpenID Connect Core 1.0, section 3.1.2.6).
    RequestNotSupported,
    /// The request has to be fetched (OpenID Connect Core 1.0, section 3.1.2.6).
    RequestUriNotSupported,
    /// The client registers itself with the request (OpenID Connect Core 1.0, section 3.1.2.6).
    RegistrationNotSupported,
}

crate::text_enum!(ErrorCode);

/// An error as a platform receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    pub code: ErrorCode,
    /// For the platform's developer, in English: printable ASCII without quotation marks and backslashes (RFC 6749,
    /// section 4.1.2.1).
    pub description: Cow<'static, str>,
}

impl OAuthError {
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into() }
    }

    /// An [`ErrorCode::InvalidRequest`].
    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// The HTTP status of an answer that is this error (RFC 6749, section 5.2; RFC 6750, section 3.1).
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(ErrorCode::InvalidClient, 401)]
    #[case(ErrorCode::InvalidToken, 401)]
    #[case(ErrorCode::InsufficientScope, 403)]
    #[case(ErrorCode::ServerError, 500)]
    #[case(ErrorCode::TemporarilyUnavailable, 503)]
    #[case(ErrorCode::InvalidGrant, 400)]
    #[case(ErrorCode::UnsupportedTokenType, 400)]
    fn each_error_has_its_status(#[case] code: ErrorCode, #[case] expected: u16) {
        assert_eq!(OAuthError::new(code, "x").status(), expected);
    }
}
