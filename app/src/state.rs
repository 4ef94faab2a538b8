//! What the server gives to every request.

use std::sync::Arc;

use axum::{
    extract::FromRef,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use backend::{Actor, Backend, Origin, accounts::sessions, secrets::Token};
use leptos::{config::LeptosOptions, prelude::use_context};

use crate::error::ApiError;

/// The state of the server.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub backend: Arc<Backend>,
    /// Where the built site lies.
    pub leptos_options: LeptosOptions,
    /// How cookies are set.
    pub cookies: Cookies,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

/// Who sends a request; put among its extensions by the server's session layer.
#[derive(Clone)]
pub struct Caller {
    /// The use cases.
    pub backend: Arc<Backend>,
    /// The person, if signed in.
    pub actor: Option<Actor>,
    /// Where from.
    pub origin: Origin,
    /// How cookies are set.
    pub cookies: Cookies,
}

impl Caller {
    /// The caller of the page or server function that runs.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`] outside a request.
    pub fn current() -> Result<Self, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::Unavailable)?;
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unavailable)
    }

    /// The person.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`].
    pub fn actor(&self) -> Result<&Actor, ApiError> {
        self.actor.as_ref().ok_or_else(|| ApiError::from(backend::Error::SignedOut))
    }
}

/// How cookies are set: in production only over HTTPS and bound to this very host.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether people reach the product over HTTPS.
    pub secure: bool,
}

impl Cookies {
    /// The name of the session's cookie; `__Host-` makes browsers insist on Secure, no Domain and Path=/ (RFC 6265bis).
    const fn session_name(self) -> &'static str {
        if self.secure { "__Host-gerbang" } else { "gerbang" }
    }

    /// The session's token in a request.
    pub fn session(self, headers: &HeaderMap) -> Option<Token> {
        cookie(headers, self.session_name()).map(Token::presented)
    }

    /// Sets the session's cookie.
    pub fn set_session(self, token: &Token) -> Option<HeaderValue> {
        self.set(self.session_name(), token.expose(), sessions::ABSOLUTE.as_secs(), true)
    }

    /// Takes the session's cookie away.
    pub fn clear_session(self) -> Option<HeaderValue> {
        self.set(self.session_name(), "", 0, true)
    }

    /// Remembers the colour scheme, `light` or `dark`, for a year.
    pub fn set_scheme(self, scheme: &str) -> Option<HeaderValue> {
        self.set("tema", scheme, 365 * 24 * 3600, false)
    }

    fn set(self, name: &str, value: &str, seconds: u64, http_only: bool) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let http_only = if http_only { "; HttpOnly" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{http_only}{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_told_apart() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("gerbangx=1; tema=dark; gerbang=abc"));
        assert_eq!(cookie(&headers, "gerbang"), Some("abc"));
        assert_eq!(cookie(&headers, "tema"), Some("dark"));
        assert_eq!(cookie(&headers, "lain"), None);
    }

    #[test]
    fn the_session_is_bound_to_the_host_in_production() {
        let token = Token::presented("abc");
        let set = Cookies { secure: true }.set_session(&token).unwrap();
        assert_eq!(set, "__Host-gerbang=abc; Path=/; Max-Age=604800; SameSite=Lax; HttpOnly; Secure");
    }
}
