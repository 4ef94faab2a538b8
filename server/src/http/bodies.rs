//! What a request body may be: how large, by route and sender, and how slow (`docs/adr/0023-connections.md`). Handlers keep
//! less than they may read; see `app::forms::server` and `app::applications::api`.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use app::{
    applications::api::{MOST_FORM_WITH_LETTER, MOST_LETTER},
    error::ApiError,
    state::Caller,
};
use axum::{
    Json,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body::{Frame, SizeHint};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep_until, timeout},
};
use uuid::Uuid;

use super::{
    per_person::{PerPerson, Permit},
    texts,
};

/// Bytes of a form without a letter that handlers keep.
pub const MOST_FORM: usize = 64 * 1024;
/// Bytes of a form that are read: a browser that is still sending would not receive the answer.
const MOST_READ: usize = 4 * MOST_FORM;
/// The path of server functions, which read a whole body.
const FUNCTIONS: &str = "/api/";

/// What a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowance {
    bytes: usize,
    /// Bodies whose size is announced above it are refused without being read.
    announced: usize,
    pace: Pace,
}

/// How slowly a body may arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pace {
    /// For the whole body.
    total: Duration,
    /// Before anything must have arrived, and between two pieces.
    pause: Duration,
    /// Time for each kibibyte that has arrived.
    per_kibibyte: Duration,
}

const FORM: Pace =
    Pace { total: Duration::from_secs(60), pause: Duration::from_secs(15), per_kibibyte: Duration::from_secs(1) };
const LETTER: Pace = Pace { total: Duration::from_secs(300), ..FORM };

impl Pace {
    /// How long after the first piece was waited for the body is late, if nothing more arrives.
    fn patience(self, received: usize, last_piece: Duration) -> Duration {
        let kibibytes = u32::try_from(received / 1024).unwrap_or(u32::MAX);
        let earned = self.pause.saturating_add(self.per_kibibyte.saturating_mul(kibibytes));
        earned.min(last_piece.saturating_add(self.pause)).min(self.total)
    }
}

/// Why a body was cut.
const LATE: u8 = 1;
const TOO_LARGE: u8 = 2;

/// Letters that one person may send at once, and all people: each is in memory until it is stored.
const LETTERS_EACH: usize = 3;
const LETTERS: usize = 64;
/// How long a letter waits to be read.
const LETTER_WAIT: Duration = Duration::from_secs(30);

/// The letters that arrive in this server process.
#[derive(Clone)]
pub struct Letters {
    of_person: PerPerson,
    of_all: Arc<Semaphore>,
}

impl Letters {
    pub fn new() -> Self {
        Self { of_person: PerPerson::new(LETTERS_EACH), of_all: Arc::new(Semaphore::new(LETTERS)) }
    }

    /// Waits until the letter may be read.
    ///
    /// # Errors
    /// 429 if the person sends too many at once, 503 if all people do.
    async fn acquire(&self, person: Uuid) -> Result<(Permit, OwnedSemaphorePermit), Response> {
        let retry = [(header::RETRY_AFTER, "30"), (header::CONNECTION, "close")];
        let busy = |status: StatusCode| (status, retry.clone(), texts::UNAVAILABLE).into_response();
        let of_person = self.of_person.acquire(person).ok_or_else(|| busy(StatusCode::TOO_MANY_REQUESTS))?;
        match timeout(LETTER_WAIT, self.of_all.clone().acquire_owned()).await {
            Ok(Ok(of_all)) => Ok((of_person, of_all)),
            _ => Err(busy(StatusCode::SERVICE_UNAVAILABLE)),
        }
    }
}

/// Limits the body of a request, and answers for handlers that could not read it.
pub async fn guard(State(letters): State<Letters>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let is_function = request.uri().path().starts_with(FUNCTIONS);
    let actor = request.extensions().get::<Caller>().and_then(|caller| caller.actor.as_ref());
    let person = actor.map(|actor| actor.user_id);
    // All server functions that are posted to need a session.
    if is_function && person.is_none() {
        return (ApiError::SignedOut.status(), Json(ApiError::SignedOut)).into_response();
    }
    let allowance = allowance(request.method(), request.uri().path(), request.headers(), person.is_some());
    let announced = request.body().size_hint().lower();
    if announced > allowance.announced as u64 {
        return too_large();
    }
    let _permits = match person {
        Some(person) if allowance.pace == LETTER => match letters.acquire(person).await {
            Ok(permits) => Some(permits),
            Err(refusal) => return refusal,
        },
        _ => None,
    };
    let cut = Arc::new(AtomicU8::new(0));
    let request = request.map(|body| Body::new(Guarded::new(body, allowance, cut.clone())));
    let response = next.run(request).await;
    match cut.load(Ordering::Relaxed) {
        LATE => (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], texts::BODY_LATE).into_response(),
        // Other handlers have answered it themselves.
        TOO_LARGE if is_function => too_large(),
        _ => response,
    }
}

fn too_large() -> Response {
    (StatusCode::PAYLOAD_TOO_LARGE, [(header::CONNECTION, "close")], texts::BODY_TOO_LARGE).into_response()
}

/// Letters are for people with a session. Everything else is small.
fn allowance(method: &Method, path: &str, headers: &HeaderMap, signed_in: bool) -> Allowance {
    let step = path.strip_prefix("/akses/pengajuan/").and_then(|rest| rest.split_once('/')).map(|(_, step)| step);
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match step {
        // The handler answers without reading it.
        Some("surat") if !signed_in => Allowance { bytes: MOST_FORM, announced: usize::MAX, pace: FORM },
        // The handler refuses a letter that is too large, by what is announced or by what arrives.
        Some("surat") if method == Method::POST => {
            Allowance { bytes: 2 * MOST_LETTER, announced: usize::MAX, pace: LETTER }
        }
        // The handler draws the form again with all that was typed before the letter.
        Some("formulir") if signed_in && method == Method::POST && kind.starts_with("multipart/form-data") => {
            Allowance { bytes: MOST_FORM_WITH_LETTER, announced: usize::MAX, pace: LETTER }
        }
        Some("formulir") if method == Method::POST && kind.starts_with("multipart/form-data") => {
            Allowance { bytes: MOST_FORM, announced: usize::MAX, pace: FORM }
        }
        _ if path.starts_with(FUNCTIONS) => Allowance { bytes: MOST_FORM, announced: MOST_FORM, pace: FORM },
        _ => Allowance { bytes: MOST_READ, announced: MOST_READ, pace: FORM },
    }
}

/// A body that ends with an error once it is too large or too slow.
struct Guarded {
    body: Body,
    allowance: Allowance,
    cut: Arc<AtomicU8>,
    received: usize,
    /// Set when the first piece is waited for.
    began: Option<Instant>,
    late: Pin<Box<Sleep>>,
}

impl Guarded {
    fn new(body: Body, allowance: Allowance, cut: Arc<AtomicU8>) -> Self {
        Self { body, allowance, cut, received: 0, began: None, late: Box::pin(sleep_until(Instant::now())) }
    }

    fn cut(&mut self, why: u8) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.cut.store(why, Ordering::Relaxed);
        self.body = Body::empty();
        Poll::Ready(Some(Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut)))))
    }

    /// Sets the alarm for the time at which the body is late, if nothing more arrives.
    fn wait_on(&mut self) {
        let now = Instant::now();
        let began = *self.began.get_or_insert(now);
        let patience = self.allowance.pace.patience(self.received, now - began);
        self.late.as_mut().reset(began + patience);
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if this.began.is_none() {
            this.wait_on();
        }
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.received += frame.data_ref().map_or(0, Bytes::len);
                if this.received > this.allowance.bytes {
                    return this.cut(TOO_LARGE);
                }
                this.wait_on();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(other) => Poll::Ready(other),
            Poll::Pending => {
                ready!(this.late.as_mut().poll(context));
                this.cut(LATE)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    // Nothing arrived.
    #[case(0, 0, 15)]
    // A byte now and then earns nothing.
    #[case(14, 14, 15)]
    // At a kibibyte a second the wait goes on, but no pause may be long, and there is an end.
    #[case(20 * 1024, 20, 35)]
    #[case(64 * 1024, 2, 17)]
    #[case(64 * 1024, 59, 60)]
    fn a_body_must_make_progress_and_has_an_end(#[case] received: usize, #[case] last: u64, #[case] late: u64) {
        assert_eq!(FORM.patience(received, Duration::from_secs(last)), Duration::from_secs(late));
    }

    #[test]
    fn a_letter_may_take_five_minutes() {
        assert_eq!(LETTER.patience(2_000_000, Duration::from_secs(299)), Duration::from_secs(300));
    }

    #[rstest]
    #[case("POST", "/masuk", "", false, MOST_READ)]
    #[case("POST", "/profil", "multipart/form-data; boundary=x", true, MOST_READ)]
    #[case("POST", "/akses/pengajuan/1/surat", "application/pdf", false, MOST_FORM)]
    #[case("POST", "/akses/pengajuan/1/surat", "application/pdf", true, 2 * MOST_LETTER)]
    #[case("PUT", "/akses/pengajuan/1/surat", "application/pdf", true, MOST_READ)]
    #[case("POST", "/akses/pengajuan/1/formulir", "application/x-www-form-urlencoded", true, MOST_READ)]
    #[case("POST", "/akses/pengajuan/1/formulir", "multipart/form-data; boundary=x", true, MOST_FORM_WITH_LETTER)]
    #[case("POST", "/akses/pengajuan/1/formulir", "multipart/form-data; boundary=x", false, MOST_FORM)]
    #[case("POST", "/api/pengajuan/simpan", "application/json", true, MOST_FORM)]
    fn only_letters_of_people_with_a_session_are_large(
        #[case] method: Method,
        #[case] path: &str,
        #[case] kind: &str,
        #[case] signed_in: bool,
        #[case] bytes: usize,
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        assert_eq!(allowance(&method, path, &headers, signed_in).bytes, bytes);
    }
}
