//! The client of SiRUP: one HTTP call, `POST /v1/credentials/verify`, described in `docs/sirup.openapi.yaml`.
//!
//! SiRUP has no public sign-in API, so the contract is ours and an operator provides an adapter. The password is never
//! stored.

mod breaker;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{applications::sirup::SirupAccount, time::Timestamp};
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};
use url::Url;

pub use self::breaker::Asker;
use self::breaker::Breaker;
use crate::{
    error::{Error, Result},
    world::World,
};

/// The time limit for all tries together.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time limit for opening a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Tries if no answer comes or the server reports an error.
const TRIES: u32 = 2;
/// The most bytes of an answer.
const MOST_BYTES: usize = 64 * 1024;

/// The answer of SiRUP.
#[derive(Debug)]
pub enum Answer {
    Account(SirupAccount),
    WrongCredentials,
    /// SiRUP cannot process this username or password (400, 413, 422): no account has them.
    BadInput,
    /// The request was rejected otherwise, or the answer breaks the contract. The log has the details.
    Refused,
    /// No answer came, or the server reported an error. The log has the details.
    Unavailable,
}

pub struct Sirup {
    client: Client,
    address: Url,
    token: SecretString,
    breaker: Mutex<Breaker>,
    world: World,
}

#[derive(Serialize)]
struct Question<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(Deserialize)]
struct Reply {
    username: String,
    name: String,
    role: String,
    kd_klpd: Option<String>,
    kd_satker: Option<String>,
    registered_at: String,
}

impl Sirup {
    /// A client of the SiRUP adapter at `base`, which identifies us by `token`.
    ///
    /// # Errors
    /// If no HTTPS client can be made on this machine.
    pub fn new(base: &Url, token: SecretString, world: World) -> Result<Self> {
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none()) // credentials must go to the operator's address only
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(Error::internal)?;
        let address = format!("{}/v1/credentials/verify", base.as_str().trim_end_matches('/'));
        let address = address.parse().map_err(|error: url::ParseError| Error::internal(error))?;
        Ok(Self { client, address, token, breaker: Mutex::default(), world })
    }

    /// Asks SiRUP for the account of these credentials. `asker` is who wants to know.
    pub async fn verify(&self, asker: &Asker, username: &str, password: &SecretString) -> Answer {
        if self.breaker().is_open(self.world.now()) {
            metrics::counter!("gerbang_sirup_total", "outcome" => "not_asked").increment(1);
            return Answer::Unavailable;
        }
        let answer = tokio::time::timeout(PATIENCE, self.ask(username, password)).await.unwrap_or_else(|_| {
            tracing::warn!("SiRUP did not answer within {} s", PATIENCE.as_secs());
            Answer::Unavailable
        });
        metrics::counter!("gerbang_sirup_total", "outcome" => match answer {
            Answer::Account(_) => "account",
            Answer::WrongCredentials => "wrong_credentials",
            Answer::BadInput => "bad_input",
            Answer::Refused | Answer::Unavailable => "unavailable",
        })
        .increment(1);
        match answer {
            Answer::Unavailable => self.breaker().failed(asker, self.world.now()),
            _ => self.breaker().answered(),
        }
        answer
    }

    async fn ask(&self, username: &str, password: &SecretString) -> Answer {
        for attempt in 1..=TRIES {
            match self.ask_once(username, password).await {
                Ok(answer) => return answer,
                Err(error) => tracing::warn!(attempt, %error, "SiRUP could not be asked"),
            }
        }
        Answer::Unavailable
    }

    /// One request. After an error, another try makes sense.
    async fn ask_once(&self, username: &str, password: &SecretString) -> Result<Answer, String> {
        let question = Question { username, password: password.expose_secret() };
        let request = self.client.post(self.address.clone()).bearer_auth(self.token.expose_secret()).json(&question);
        // The error names the address, never the body, so it may be logged.
        let mut response = request.send().await.map_err(|error| error.to_string())?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Ok(Answer::WrongCredentials),
            status @ (StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY) => {
                tracing::warn!(%status, "SiRUP cannot process this username or password");
                return Ok(Answer::BadInput);
            }
            status if status.is_server_error() => return Err(status.to_string()),
            status => {
                tracing::warn!(%status, "SiRUP refused the question");
                return Ok(Answer::Refused);
            }
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST_BYTES {
                tracing::warn!("SiRUP's answer does not end");
                return Ok(Answer::Refused);
            }
        }
        let account = serde_json::from_slice::<Reply>(&body).ok().and_then(Reply::account);
        if account.is_none() {
            tracing::warn!("SiRUP's answer does not follow the contract");
        }
        Ok(account.map_or(Answer::Refused, Answer::Account))
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reply {
    fn account(self) -> Option<SirupAccount> {
        let bounded = |text: String| {
            let plain = !text.trim().is_empty() && text.len() <= 300 && !text.contains(char::is_control);
            plain.then(|| text.trim().to_owned())
        };
        Some(SirupAccount {
            username: bounded(self.username)?,
            name: bounded(self.name)?,
            role: bounded(self.role)?,
            kd_klpd: self.kd_klpd.and_then(bounded),
            kd_satker: self.kd_satker.and_then(bounded),
            registered_at: instant(&self.registered_at)?,
        })
    }
}

/// Reads an instant: RFC 3339, or a date alone, which means midnight in Jakarta.
fn instant(text: &str) -> Option<Timestamp> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| {
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
        Some(date.midnight().assume_offset(time::UtcOffset::from_hms(7, 0, 0).ok()?))
    })?;
    Some(Timestamp::from_micros(i64::try_from(instant.unix_timestamp_nanos() / 1000).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_and_bare_date_are_read() {
        assert_eq!(instant("2024-08-01"), instant("2024-08-01T00:00:00+07:00"));
        assert_eq!(instant("2024-07-31T17:00:00Z"), instant("2024-08-01"));
        assert_eq!(instant("1 Agustus 2024"), None);
    }
}
