//! State that the server shares with the pages and handlers of every request.

use std::sync::Arc;

use axum::{
    extract::FromRef,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use axum_extra::extract::cookie::Cookie;
use backend::{
    Actor, Backend, Origin,
    accounts::{devices, sessions},
    secrets::Token,
};
use leptos::{config::LeptosOptions, prelude::use_context};
use secrecy::{ExposeSecret, SecretString};

use crate::error::ApiError;

#[derive(Clone)]
pub struct AppState {
    pub backend: Arc<Backend>,
    pub leptos_options: LeptosOptions,
    pub cookies: Cookies,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

/// Who sends a request. The server's session layer adds it to the request's extensions.
#[derive(Clone)]
pub struct Caller {
    pub backend: Arc<Backend>,
    /// `None` unless signed in.
    pub actor: Option<Actor>,
    pub origin: Origin,
    pub cookies: Cookies,
}

impl Caller {
    /// The caller of the running page or server function.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`] outside a request.
    pub fn current() -> Result<Self, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::Unavailable)?;
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unavailable)
    }

    /// The person who is signed in.
    ///
    /// # Errors
    /// [`ApiError::SignedOut`] if nobody is.
    pub fn actor(&self) -> Result<&Actor, ApiError> {
        self.actor.as_ref().ok_or_else(|| ApiError::from(backend::Error::SignedOut))
    }

    /// Makes a new session the browser's: ends the one that it had, so that nobody stays or goes on under another name, and
    /// returns the cookies of the session and of the device. Whatever signs somebody in ends here.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn enter(&self, session: &Token) -> Result<Vec<HeaderValue>, ApiError> {
        if let Some(before) = &self.actor {
            sessions::replace(&self.backend, before, session).await?;
        }
        self.cookies_of(session).await
    }

    /// A new cookie of this device, for a person who is signed in.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn device_cookie(&self, actor: &Actor) -> Result<Option<HeaderValue>, ApiError> {
        let proof = devices::remember_again(&self.backend, actor, self.origin.device.as_ref()).await?;
        Ok(self.cookies.set_device(&proof))
    }

    /// The cookies of a session of this browser and of its device.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn cookies_of(&self, session: &Token) -> Result<Vec<HeaderValue>, ApiError> {
        let device = devices::remember(&self.backend, session, self.origin.device.as_ref()).await?;
        let device = device.and_then(|proof| self.cookies.set_device(&proof));
        Ok(self.cookies.set_session(session).into_iter().chain(device).collect())
    }
}

/// Reads and sets our cookies: in production only over HTTPS and bound to this host.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether people reach the product over HTTPS.
    pub secure: bool,
}

impl Cookies {
    /// The prefix `__Host-` makes browsers insist on Secure, no Domain and Path=/ (RFC 6265bis, section 4.1.3.2).
    const fn session_name(self) -> &'static str {
        if self.secure { "__Host-gerbang" } else { "gerbang" }
    }

    const fn device_name(self) -> &'static str {
        if self.secure { "__Host-gerbang-perangkat" } else { "gerbang-perangkat" }
    }

    pub fn session(self, headers: &HeaderMap) -> Option<Token> {
        cookie(headers, self.session_name()).map(Token::presented)
    }

    pub fn set_session(self, token: &Token) -> Option<HeaderValue> {
        self.set(self.session_name(), token.expose(), sessions::ABSOLUTE.as_secs(), true)
    }

    /// Makes the browser drop the session's cookie.
    pub fn clear_session(self) -> Option<HeaderValue> {
        self.set(self.session_name(), "", 0, true)
    }

    /// The cookie of a device that signed in before.
    pub fn device(self, headers: &HeaderMap) -> Option<SecretString> {
        cookie(headers, self.device_name()).map(SecretString::from)
    }

    fn set_device(self, proof: &SecretString) -> Option<HeaderValue> {
        let seconds = u64::from(devices::KNOWN_DAYS) * 24 * 3600;
        self.set(self.device_name(), proof.expose_secret(), seconds, true)
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

/// The value of the first cookie of this name.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = sent.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == name)?.value_raw()
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
        let set = Cookies { secure: true }.set_device(&"abc".into()).unwrap();
        assert_eq!(set, "__Host-gerbang-perangkat=abc; Path=/; Max-Age=34560000; SameSite=Lax; HttpOnly; Secure");
    }
}
