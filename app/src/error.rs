//! The error of server functions: a code for the interface, never internal error text.

use domain::{
    issues::{Issue, Problem, conflict::Conflict},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// There is no session, or it ended.
    SignedOut,
    /// It does not exist, or the person may not see it.
    NotFound,
    Invalid(Vec<Issue>),
    Conflict(Conflict),
    /// Too many attempts; the next is allowed at this instant.
    TooMany(Timestamp),
    /// The server is busy; trying again after so many seconds may help.
    Busy {
        seconds: u32,
    },
    /// The server, or a service that it needs, does not respond.
    Unavailable,
}

impl ApiError {
    /// True if this is one of the issues.
    pub fn is(&self, problem: &Problem) -> bool {
        matches!(self, Self::Invalid(issues) if issues.iter().any(|issue| issue.problem == *problem))
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // Unreadable arguments are the client's fault. In the browser the same errors mean an unreadable answer.
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
            Self::Busy { .. } => "busy",
            Self::Unavailable => "unavailable",
        })
    }
}

#[cfg(feature = "ssr")]
pub use server::Unread;

#[cfg(feature = "ssr")]
mod server {
    use axum::http::StatusCode;
    use domain::issues::{Problem, letter::LetterProblem};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use super::ApiError;

    /// Why a post could not be read as a form.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Unread {
        /// The body exceeds the limit.
        TooLarge,
        /// The body is not a form, or lacks a field.
        NoForm,
        /// The upload ended early.
        BrokenOff,
    }

    impl Unread {
        pub const fn status(self) -> StatusCode {
            match self {
                Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Self::NoForm | Self::BrokenOff => StatusCode::BAD_REQUEST,
            }
        }
    }

    impl ApiError {
        pub fn status(&self) -> StatusCode {
            match self {
                Self::SignedOut => StatusCode::UNAUTHORIZED,
                Self::NotFound => StatusCode::NOT_FOUND,
                _ if self.is(&Problem::Letter(LetterProblem::NoRoom)) => StatusCode::INSUFFICIENT_STORAGE,
                Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Self::Conflict(_) => StatusCode::CONFLICT,
                Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                Self::Busy { .. } | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            }
        }
    }

    /// Logs internal errors, which the interface must not show. Inside a page or a server function, sets the status of
    /// the response.
    impl From<backend::Error> for ApiError {
        fn from(error: backend::Error) -> Self {
            use backend::Error;
            let error = match error {
                Error::SignedOut => Self::SignedOut,
                // Do not reveal what exists outside the person's scope.
                Error::Forbidden | Error::NotFound => Self::NotFound,
                Error::Invalid(issues) => Self::Invalid(issues),
                Error::Conflict(conflict) => Self::Conflict(conflict),
                Error::Throttled(until) => Self::TooMany(until),
                Error::Busy { seconds } => Self::Busy { seconds },
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
                response.set_status(error.status());
            }
            error
        }
    }
}
