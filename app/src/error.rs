//! What a server function answers instead of its result: a code, never raw error text.

use domain::{
    issues::{Issue, conflict::Conflict},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};

/// Why a request was not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// Nobody is signed in (any more).
    SignedOut,
    /// There is no such thing, or it is not this person's to see.
    NotFound,
    /// The input is wrong.
    Invalid(Vec<Issue>),
    /// It does not fit what is stored.
    Conflict(Conflict),
    /// Too many attempts; the next is heard at this instant.
    TooMany(Timestamp),
    /// The server, or something it needs, does not answer.
    Unavailable,
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // What cannot be read is no fault of ours; in the browser, the same errors are answers that cannot be read.
        #[cfg(feature = "ssr")]
        if matches!(
            error,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_)
        ) && let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>()
        {
            response.set_status(axum::http::StatusCode::BAD_REQUEST);
        }
        #[cfg(not(feature = "ssr"))]
        let _ = error;
        Self::Unavailable
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SignedOut => "signed out",
            Self::NotFound => "not found",
            Self::Invalid(_) => "invalid",
            Self::Conflict(_) => "conflict",
            Self::TooMany(_) => "too many",
            Self::Unavailable => "unavailable",
        })
    }
}

#[cfg(feature = "ssr")]
mod server {
    use axum::http::StatusCode;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use super::ApiError;

    impl ApiError {
        /// The status that goes with it.
        pub const fn status(&self) -> StatusCode {
            match self {
                Self::SignedOut => StatusCode::UNAUTHORIZED,
                Self::NotFound => StatusCode::NOT_FOUND,
                Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Self::Conflict(_) => StatusCode::CONFLICT,
                Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            }
        }
    }

    /// What is a fault of ours is logged here, and nowhere told. Inside a page or a server function, the response gets
    /// the status that goes with the error.
    impl From<backend::Error> for ApiError {
        fn from(error: backend::Error) -> Self {
            use backend::Error;
            let told = match error {
                Error::SignedOut => Self::SignedOut,
                // Out of scope looks like not there.
                Error::Forbidden | Error::NotFound => Self::NotFound,
                Error::Invalid(issues) => Self::Invalid(issues),
                Error::Conflict(conflict) => Self::Conflict(conflict),
                Error::Throttled(until) => Self::TooMany(until),
                Error::Unavailable(what) => {
                    tracing::warn!(%what, "unavailable");
                    Self::Unavailable
                }
                Error::Internal(cause) => {
                    tracing::error!(error = %cause, "a request failed");
                    Self::Unavailable
                }
            };
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(told.status());
            }
            told
        }
    }
}
