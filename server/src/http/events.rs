//! Server-sent events: hints that an application changed. They carry its id and no data.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

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
use futures::{Stream, StreamExt};
use http::StatusCode;
use tokio::sync::watch;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use uuid::Uuid;

/// Turns true when the server stops; streams then end.
#[derive(Clone)]
pub struct Shutdown(pub watch::Receiver<bool>);

/// Streams that one person may have open: each tab has one, and each is a connection.
const MAX_STREAMS: usize = 10;

/// Number of open streams of this server process, by person.
#[derive(Clone, Default)]
pub struct OpenStreams(Arc<Mutex<HashMap<Uuid, usize>>>);

/// Counts as one open stream until dropped.
struct StreamPermit {
    streams: OpenStreams,
    person: Uuid,
}

impl OpenStreams {
    /// `None` if the person has [`MAX_STREAMS`] already.
    fn acquire(&self, person: Uuid) -> Option<StreamPermit> {
        let mut open = self.counts();
        let count = open.entry(person).or_default();
        if *count == MAX_STREAMS {
            return None;
        }
        *count += 1;
        Some(StreamPermit { streams: self.clone(), person })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.streams.counts();
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

/// `GET /akses/peristiwa`: sends an event `application` with the id when one of the person's applications changes.
pub async fn applications(
    Extension(caller): Extension<Caller>,
    Extension(Shutdown(shutdown)): Extension<Shutdown>,
    Extension(streams): Extension<OpenStreams>,
) -> Response {
    let person = match caller.actor() {
        Ok(actor) => actor.user_id,
        Err(error) => return (ApiError::status(&error), "").into_response(),
    };
    stream(&caller, "application", shutdown, &streams, person, move |notice| match notice {
        Notice::Application { id, user_id, .. } => (user_id == person).then_some(id),
        Notice::Person { .. } | Notice::Missed => None,
    })
}

/// `GET /verifikasi/peristiwa`: sends an event `case` with the id when a case in the verifier's scope changes.
pub async fn cases(
    Extension(caller): Extension<Caller>,
    Extension(Shutdown(shutdown)): Extension<Shutdown>,
    Extension(streams): Extension<OpenStreams>,
) -> Response {
    let refuse = |error: ApiError| (error.status(), "").into_response();
    let (person, scope) = match caller.actor() {
        Ok(actor) => match actor.require(Permission::Verify) {
            Ok(()) => (actor.user_id, actor.scope.clone()),
            Err(error) => return refuse(error.into()),
        },
        Err(error) => return refuse(error),
    };
    stream(&caller, "case", shutdown, &streams, person, move |notice| match notice {
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
    shutdown: watch::Receiver<bool>,
    streams: &OpenStreams,
    person: Uuid,
    pick: impl Fn(Notice) -> Option<Uuid> + Send + Sync + 'static,
) -> Response {
    let Some(permit) = streams.acquire(person) else { return StatusCode::TOO_MANY_REQUESTS.into_response() };
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
        let _held = &permit;
        Ok::<_, Infallible>(event)
    });
    Sse::new(until(events, shutdown)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}

fn until<S: Stream>(stream: S, mut shutdown: watch::Receiver<bool>) -> impl Stream<Item = S::Item> {
    stream.take_until(async move {
        let _ = shutdown.wait_for(|stop| *stop).await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_streams_and_no_more() {
        let streams = OpenStreams::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut permits: Vec<_> = (0..MAX_STREAMS).map(|_| streams.acquire(one).unwrap()).collect();
        assert!(streams.acquire(one).is_none());
        assert!(streams.acquire(other).is_some());
        permits.pop();
        permits.push(streams.acquire(one).unwrap());
        assert!(streams.acquire(one).is_none());
        drop(permits);
        assert!(streams.counts().is_empty(), "a person without streams must not be remembered");
    }
}
