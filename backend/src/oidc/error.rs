//! Why an endpoint of the provider refuses a request.

use domain::oidc::{ErrorCode, OAuthError};

use crate::error::Error;

/// An error of an endpoint.
#[derive(Debug)]
pub(crate) enum EndpointError {
    /// The request is at fault.
    OAuth(OAuthError),
    /// We are, or a dependency of ours.
    Internal(Error),
}

impl EndpointError {
    pub fn new(code: ErrorCode, description: &'static str) -> Self {
        Self::OAuth(OAuthError::new(code, description))
    }

    /// The error that the platform receives. An internal one is logged, and its text stays in the log.
    pub fn into_oauth(self) -> OAuthError {
        match self {
            Self::OAuth(error) => error,
            Self::Internal(Error::Unavailable(cause)) => {
                tracing::warn!(%cause, "a platform could not be answered");
                OAuthError::new(ErrorCode::TemporarilyUnavailable, "Try again shortly.")
            }
            Self::Internal(error) => {
                tracing::error!(%error, "a platform could not be answered");
                OAuthError::new(ErrorCode::ServerError, "The fault is ours and is in our log.")
            }
        }
    }
}

impl From<OAuthError> for EndpointError {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<Error> for EndpointError {
    fn from(error: Error) -> Self {
        Self::Internal(error)
    }
}

impl From<sqlx::Error> for EndpointError {
    fn from(error: sqlx::Error) -> Self {
        Self::Internal(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_is_not_sent_to_the_platform() {
        let sent = EndpointError::from(Error::internal("the table oidc_codes is gone")).into_oauth();
        assert_eq!(sent.code, ErrorCode::ServerError);
        assert!(!sent.description.contains("oidc_codes"));
        let sent = EndpointError::from(Error::Unavailable("no free connection".into())).into_oauth();
        assert_eq!(sent.code, ErrorCode::TemporarilyUnavailable);
    }
}
