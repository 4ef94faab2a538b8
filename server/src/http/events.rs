//! Server-sent events: hints that an application changed. They carry its id and no data.

use std::{convert::Infallible, ops::Range, time::Duration};

use app::{error::ApiError, state::Caller};
use axum::{
    Extension,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use backend::notice::Notice;
use domain::permission::Permission;
use futures::{Stream, StreamExt, stream as streams_of};
use http::{StatusCode, header};
use tokio::sync::watch;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use uuid::Uuid;

use super::per_person::{PerPerson, Permit};
use crate::connections::{self, Phase, Seat};

/// The life of the server; streams end when it closes.
#[derive(Clone)]
pub struct Life(pub watch::Receiver<Phase>);

/// Least and most milliseconds after which a browser reconnects when its server stops. Pages spread over them, so that
/// the other servers do not meet them all at once.
const RECONNECT: Range<u64> = 500..3_000;

/// Streams that one person may have open: each tab has one, and each is a connection.
const MAX_STREAMS: usize = 10;

/// Open streams of this server process, by person.
#[derive(Clone)]
pub struct OpenStreams(PerPerson);

impl Default for OpenStreams {
    fn default() -> Self {
        Self(PerPerson::new(MAX_STREAMS))
    }
}

/// `GET /akses/peristiwa`: sends an event `application` with the id when one of the person's applications changes.
pub async fn applications(
    Extension(caller): Extension<Caller>,
    Extension(Life(life)): Extension<Life>,
    Extension(streams): Extension<OpenStreams>,
    seat: Option<Extension<Seat>>,
) -> Response {
    let person = match caller.actor() {
        Ok(actor) => actor.user_id,
        Err(error) => return (ApiError::status(&error), "").into_response(),
    };
    let permits = match acquire(&streams, seat, person) {
        Ok(permits) => permits,
        Err(refusal) => return refusal,
    };
    stream(&caller, "application", life, permits, person, move |notice| match notice {
        Notice::Application { id, user_id, .. } => (user_id == person).then_some(id),
        Notice::Person { .. } | Notice::Missed => None,
    })
}

/// `GET /verifikasi/peristiwa`: sends an event `case` with the id when a case in the verifier's scope changes.
pub async fn cases(
    Extension(caller): Extension<Caller>,
    Extension(Life(life)): Extension<Life>,
    Extension(streams): Extension<OpenStreams>,
    seat: Option<Extension<Seat>>,
) -> Response {
    let refuse = |error: ApiError| (error.status(), "").into_response();
    let (person, scope) = match caller.actor() {
        Ok(actor) => match actor.require(Permission::Verify) {
            Ok(()) => (actor.user_id, actor.scope.clone()),
            Err(error) => return refuse(error.into()),
        },
        Err(error) => return refuse(error),
    };
    let permits = match acquire(&streams, seat, person) {
        Ok(permits) => permits,
        Err(refusal) => return refusal,
    };
    stream(&caller, "case", life, permits, person, move |notice| match notice {
        Notice::Application { id, institution_id, .. } => scope.covers(institution_id).then_some(id),
        Notice::Person { .. } | Notice::Missed => None,
    })
}

/// Sends an event `name` for each notice that `pick` returns an id for.
///
/// The stream ends when the rights of the person change: the browser reconnects under the new rights, or is refused. It
/// also ends when the server or this stream missed notices: a page that reconnects fetches all its data again.
fn stream(
    caller: &Caller,
    name: &'static str,
    life: watch::Receiver<Phase>,
    permits: Permits,
    person: Uuid,
    pick: impl Fn(Notice) -> Option<Uuid> + Send + Sync + 'static,
) -> Response {
    let notices = BroadcastStream::new(caller.backend.db.notices()).take_while(move |notice| {
        std::future::ready(match notice {
            Ok(Notice::Person { user_id }) => *user_id != person,
            Ok(Notice::Missed) | Err(BroadcastStreamRecvError::Lagged(_)) => false,
            Ok(Notice::Application { .. }) => true,
        })
    });
    let events = notices.filter_map(move |notice| {
        let event = notice.ok().and_then(&pick).map(|id| Event::default().event(name).data(id.to_string()));
        std::future::ready(event)
    });
    let events = events.map(move |event| {
        let _held = &permits;
        Ok::<_, Infallible>(event)
    });
    let farewell = farewell(life.clone(), person).map(Ok);
    let events = until(events, life).chain(farewell);
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}

/// What one open stream counts as: one of the person's, and one of the server's and the network's.
type Permits = (Permit, Option<connections::StreamPermit>);

/// # Errors
/// 429 if the person has too many streams, 503 if the server has. Pages work without, and ask again.
fn acquire(streams: &OpenStreams, seat: Option<Extension<Seat>>, person: Uuid) -> Result<Permits, Response> {
    let of_person = streams.0.acquire(person).ok_or_else(|| StatusCode::TOO_MANY_REQUESTS.into_response())?;
    let of_server = match seat {
        None => None,
        Some(Extension(seat)) => match seat.stream() {
            Some(permit) => Some(permit),
            None => {
                let retry = [(header::RETRY_AFTER, "30")];
                return Err((StatusCode::SERVICE_UNAVAILABLE, retry, "").into_response());
            }
        },
    };
    Ok((of_person, of_server))
}

fn until<S: Stream>(stream: S, mut life: watch::Receiver<Phase>) -> impl Stream<Item = S::Item> {
    stream.take_until(async move { Phase::is_closing(&mut life).await })
}

/// If the server closes, tells the browser when to reconnect, by then to another server.
fn farewell(life: watch::Receiver<Phase>, person: Uuid) -> impl Stream<Item = Event> {
    streams_of::once(async move {
        let is_closing = *life.borrow() == Phase::Closing;
        is_closing.then(|| Event::default().retry(reconnect_after(person)))
    })
    .filter_map(std::future::ready)
}

fn reconnect_after(person: Uuid) -> Duration {
    let spread = RECONNECT.end - RECONNECT.start;
    Duration::from_millis(RECONNECT.start + person.as_u64_pair().1 % spread)
}
