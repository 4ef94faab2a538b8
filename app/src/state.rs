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
use domain::{
    issues::{Field, Problem},
    time::Timestamp,
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
    /// Set if the person has sent too much: until then, nothing that they send is done.
    pub throttled: Option<Timestamp>,
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
    /// [`ApiError::SignedOut`] if nobody is; [`ApiError::TooMany`] if they have sent too much.
    pub fn actor(&self) -> Result<&Actor, ApiError> {
        if let Some(until) = self.throttled {
            return Err(ApiError::from(backend::Error::Throttled(until)));
        }
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

    /// The caller of the running server function, with the secret of the mailed link that is open in the browser.
    ///
    /// # Errors
    /// As [`Caller::current`] and [`Caller::secret_of`].
    pub fn with_secret_of(link: MailedLink) -> Result<(Self, Token), ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::Unavailable)?;
        let caller = Self::current()?;
        let secret = caller.secret_of(link, &parts.headers)?;
        Ok((caller, secret))
    }

    /// The secret of the mailed link that is open in the browser that sent `headers`.
    ///
    /// # Errors
    /// [`Problem::LinkNotOpen`].
    pub fn secret_of(&self, link: MailedLink, headers: &HeaderMap) -> Result<Token, ApiError> {
        let none = || ApiError::from(backend::Error::invalid(Field::Form, Problem::LinkNotOpen));
        self.cookies.link(link, headers).ok_or_else(none)
    }
}

/// A page that is opened with a link from a mail. The link carries a secret as `?token=…`; the server moves it into a
/// cookie before the page is drawn, so that no address, `Referer` or log holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailedLink {
    Confirmation,
    Reset,
    Invitation,
}

impl MailedLink {
    pub const ALL: [Self; 3] = [Self::Confirmation, Self::Reset, Self::Invitation];

    /// The path of the page, and of its form.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Confirmation => "/daftar/konfirmasi",
            Self::Reset => "/atur-ulang-kata-sandi",
            Self::Invitation => "/undangan",
        }
    }

    const fn cookie_names(self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmation => ("__Host-gerbang-konfirmasi", "gerbang-konfirmasi"),
            Self::Reset => ("__Host-gerbang-atur-ulang", "gerbang-atur-ulang"),
            Self::Invitation => ("__Host-gerbang-undangan", "gerbang-undangan"),
        }
    }
}

/// How long a mailed link stays open in a browser, in seconds. The link itself holds longer and can be opened again.
const LINK_STAYS_OPEN: u64 = 30 * 60;
/// The longest secret that a cookie takes; ours have 43 characters.
const LONGEST_SECRET: usize = 128;

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

    const fn link_name(self, link: MailedLink) -> &'static str {
        let (secure, plain) = link.cookie_names();
        if self.secure { secure } else { plain }
    }

    /// The secret of a mailed link that was opened in this browser. Of two links of a kind, it is that of the later.
    pub fn link(self, link: MailedLink, headers: &HeaderMap) -> Option<Token> {
        cookie(headers, self.link_name(link)).filter(|secret| !secret.is_empty()).map(Token::presented)
    }

    /// Opens a mailed link. A secret that is none of ours counts as one that has expired.
    pub fn set_link(self, link: MailedLink, secret: &str) -> Option<HeaderValue> {
        let is_ours = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let plausible = !secret.is_empty() && secret.len() <= LONGEST_SECRET && is_ours(secret);
        self.set(self.link_name(link), if plausible { secret } else { "-" }, LINK_STAYS_OPEN, true)
    }

    /// Closes a mailed link that was used.
    pub fn clear_link(self, link: MailedLink) -> Option<HeaderValue> {
        self.set(self.link_name(link), "", 0, true)
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
    fn opened_link_is_bound_to_the_host_and_takes_no_foreign_characters() {
        let cookies = Cookies { secure: true };
        let set = cookies.set_link(MailedLink::Reset, "abc-_9").unwrap();
        let expected = "__Host-gerbang-atur-ulang=abc-_9; Path=/; Max-Age=1800; SameSite=Lax; HttpOnly; Secure";
        assert_eq!(set, expected);
        for strange in ["", "a; Domain=jahat.example", "a\r\nX: 1", &"a".repeat(129)] {
            let set = cookies.set_link(MailedLink::Invitation, strange).unwrap();
            assert!(set.to_str().unwrap().starts_with("__Host-gerbang-undangan=-; "), "{strange:?}");
        }
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
