//! One SMTP conversation (RFC 5321) over a connection of lettre, command by command: which command failed decides what
//! becomes of the mail.

use std::time::Duration;

use domain::mail::ParkedCause;
use lettre::{
    Address,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Tls, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, MailBodyParameter, MailParameter},
        response::{Response, Severity},
    },
};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use url::Url;

use super::failure::{Failure, Progress};
use crate::error::{Error, Result};

/// How long the answers of a mail server are awaited. The defaults are those of RFC 5321, section 4.5.3.2.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To connect to one address of the server.
    pub connect: Duration,
    /// To answer a command, and to greet.
    pub command: Duration,
    /// To answer `DATA`.
    pub data: Duration,
    /// To take the content.
    pub block: Duration,
    /// To answer the final dot. Giving up early here sends a second copy of a mail that was taken.
    pub end: Duration,
    /// A conversation that lasts longer than this is slow: it holds no place from others.
    pub slow: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            end: Duration::from_secs(600),
            slow: Duration::from_secs(10),
        }
    }
}

/// A server that does not answer within this time is not asked again over the same connection.
const RESET_WITHIN: Duration = Duration::from_secs(10);
/// How long a kept connection may be idle.
const IDLE: Duration = Duration::from_secs(30);
/// Mails over one connection.
const MOST_MAILS: u32 = 100;

/// The mail server, and how to speak to it.
pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    credentials: Option<Credentials>,
}

/// A connection that is ready for a mail.
pub(super) struct Conversation {
    conn: AsyncSmtpConnection,
    mails: u32,
    since: Instant,
}

/// What was wrong with an answer.
struct Fault {
    text: String,
    /// The reply code and the enhanced status code of a refusal for good.
    permanent: Option<String>,
}

impl Server {
    /// Reads `smtp://user:password@host:587?tls=required`, `smtps://host:465` or plain `smtp://host:25`. A path is the name
    /// to greet with.
    pub(super) fn parse(url: &SecretString) -> Result<Self> {
        let url = Url::parse(url.expose_secret()).map_err(Error::internal)?;
        let host = url.host_str().ok_or_else(|| Error::internal("the address names no mail server"))?;
        let tls = || TlsParameters::new(host.to_owned()).map_err(Error::internal);
        let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (port, tls) = match (url.scheme(), asked.as_deref()) {
            ("smtp", None) => (25, Tls::None),
            ("smtp", Some("required")) => (587, Tls::Required(tls()?)),
            ("smtp", Some("opportunistic")) => (587, Tls::Opportunistic(tls()?)),
            ("smtps", _) => (465, Tls::Wrapper(tls()?)),
            _ => {
                return Err(Error::internal(
                    "the address of a mail server is smtp://…, smtp://…?tls=required or smtps://…",
                ));
            }
        };
        let decoded =
            |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(Error::internal);
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        let name = url.path().trim_matches('/');
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            tls,
            hello: if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) },
            credentials,
        })
    }

    /// Connects, greets, encrypts and signs in.
    pub(super) async fn open(&self, limits: &Limits) -> Result<Conversation, Failure> {
        let wrapper = if let Tls::Wrapper(tls) = &self.tls { Some(tls.clone()) } else { None };
        let server = (self.host.as_str(), self.port);
        // The greeting and the answer to EHLO.
        let answers = limits.command * 2;
        let connect = AsyncSmtpConnection::connect_tokio1(server, Some(limits.connect), &self.hello, wrapper, None);
        let mut conn = within(limits.connect + answers, "connecting", connect).await.map_err(Fault::of_server)?;
        let encrypt = match &self.tls {
            Tls::Required(tls) => Some(tls),
            Tls::Opportunistic(tls) if conn.can_starttls() => Some(tls),
            _ => None,
        };
        if let Some(tls) = encrypt {
            let starttls = conn.starttls(tls.clone(), &self.hello);
            within(answers, "STARTTLS", starttls).await.map_err(Fault::of_server)?;
        }
        if let Some(credentials) = &self.credentials {
            let auth = conn.auth(DEFAULT_MECHANISMS, credentials);
            within(limits.command, "AUTH", auth).await.map_err(Fault::of_server)?;
        }
        Ok(Conversation { conn, mails: 0, since: Instant::now() })
    }
}

impl Conversation {
    /// Sends one mail. After an error the connection must not be used again: an answer may still be unread.
    pub(super) async fn send(
        &mut self,
        (from, to): (&Address, &Address),
        content: &[u8],
        limits: &Limits,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let conn = &mut self.conn;
        let eight_bit = (!content.is_ascii()).then_some(MailParameter::Body(MailBodyParameter::EightBitMime));
        let mail = Mail::new(Some(from.clone()), eight_bit.into_iter().collect());
        done(limits.command, "MAIL FROM", conn.command(mail)).await.map_err(Fault::of_server)?;
        progress.reach_recipient();
        let recipient = Rcpt::new(to.clone(), Vec::new());
        done(limits.command, "RCPT TO", conn.command(recipient))
            .await
            .map_err(|fault| fault.of_mail(ParkedCause::Recipient))?;
        // A refusal here concerns neither the recipient nor the content.
        let go = within(limits.data, "DATA", conn.command(Data))
            .await
            .and_then(|answer| expect("DATA", answer, Severity::PositiveIntermediate));
        go.map_err(Fault::later)?;
        if !progress.begin_content() {
            return Err(Failure::Abandoned);
        }
        done(limits.block + limits.end, "the content", conn.message(content))
            .await
            .map_err(|fault| fault.of_mail(ParkedCause::Content))?;
        self.mails += 1;
        self.since = Instant::now();
        Ok(())
    }

    /// True if the connection may serve another mail.
    pub(super) fn is_reusable(&self) -> bool {
        self.mails < MOST_MAILS && self.since.elapsed() < IDLE
    }

    /// Begins anew. Fails if the server closed the connection, or said anything unasked.
    pub(super) async fn reset(mut self) -> Option<Self> {
        done(RESET_WITHIN, "RSET", self.conn.command(Rset)).await.ok()?;
        Some(self)
    }

    /// Says goodbye without making anybody wait for it.
    pub(super) fn close(mut self) {
        tokio::spawn(async move {
            let _ = tokio::time::timeout(RESET_WITHIN, self.conn.quit()).await;
        });
    }
}

/// Awaits the answer to a command, or to what `what` names.
async fn within<T>(
    limit: Duration,
    what: &str,
    answer: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Fault { text: format!("{what}: {error}"), permanent: permanent(&error) }),
        Err(_) => Err(Fault { text: format!("{what}: no answer within {limit:?}"), permanent: None }),
    }
}

/// As [`within`]; the answer must say that the command is done (2yz).
async fn done(
    limit: Duration,
    what: &str,
    answer: impl Future<Output = Result<Response, SmtpError>>,
) -> Result<(), Fault> {
    let answer = within(limit, what, answer).await?;
    expect(what, answer, Severity::PositiveCompletion)
}

fn expect(what: &str, answer: Response, severity: Severity) -> Result<(), Fault> {
    if answer.code().severity == severity {
        return Ok(());
    }
    Err(Fault { text: format!("{what}: unexpected answer {}", answer.code()), permanent: None })
}

/// The codes of a refusal for good: `550`, or `550 5.1.1`.
fn permanent(error: &SmtpError) -> Option<String> {
    let code = error.status().filter(|_| error.is_permanent())?;
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let enhanced = said.split_whitespace().next().filter(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3
            && parts.iter().all(|part| matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit()))
    });
    Some(enhanced.map_or_else(|| code.to_string(), |enhanced| format!("{code} {enhanced}")))
}

impl Fault {
    fn of_server(self) -> Failure {
        Failure::Server(self.text)
    }

    fn later(self) -> Failure {
        Failure::Later(self.text)
    }

    fn of_mail(self, cause: impl FnOnce(String) -> ParkedCause) -> Failure {
        match self.permanent {
            Some(codes) => Failure::Refused(cause(codes), self.text),
            None => Failure::Later(self.text),
        }
    }
}
