//! Server-sent events: hints that something changed.

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
use domain::staff::Permission;
use futures::{Stream, StreamExt};
use http::StatusCode;
use tokio::sync::watch;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use uuid::Uuid;

/// Turns true when the server is to stop; streams then end.
#[derive(Clone)]
pub struct Stopping(pub watch::Receiver<bool>);

/// Most streams that a person has open at a time, one a tab; each is a connection.
const MOST_STREAMS: usize = 10;

/// The streams that are open at this server, by person.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<Uuid, usize>>>);

/// The place of one stream; given back when it ends, however it ends.
struct Place {
    streams: Streams,
    person: Uuid,
}

impl Streams {
    /// A place for one more stream of a person, unless they have enough.
    fn place(&self, person: Uuid) -> Option<Place> {
        let mut open = self.open();
        let count = open.entry(person).or_default();
        if *count == MOST_STREAMS {
            return None;
        }
        *count += 1;
        Some(Place { streams: self.clone(), person })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

/// `GET /akses/peristiwa`: an event `application`, with its id, whenever one of the person's applications changes.
pub async fn applications(
    Extension(caller): Extension<Caller>,
    Extension(Stopping(stopping)): Extension<Stopping>,
    Extension(streams): Extension<Streams>,
) -> Response {
    let person = match caller.actor() {
        Ok(actor) => actor.user_id,
        Err(error) => return (ApiError::status(&error), "").into_response(),
    };
    stream(&caller, "application", stopping, &streams, person, move |notice| match notice {
        Notice::Application { id, user_id, .. } => (user_id == person).then_some(id),
        Notice::Person { .. } | Notice::Missed => None,
    })
}

/// `GET /verifikasi/peristiwa`: an event `case`, with its id, whenever a case in the verifier's scope changes.
pub async fn cases(
    Extension(caller): Extension<Caller>,
    Extension(Stopping(stopping)): Extension<Stopping>,
    Extension(streams): Extension<Streams>,
) -> Response {
    let refuse = |error: ApiError| (error.status(), "").into_response();
    let (person, scope) = match caller.actor() {
        Ok(actor) => match actor.require(Permission::Verify) {
            Ok(()) => (actor.user_id, actor.scope.clone()),
            Err(error) => return refuse(error.into()),
        },
        Err(error) => return refuse(error),
    };
    stream(&caller, "case", stopping, &streams, person, move |notice| match notice {
        Notice::Application { id, institution_id, .. } => scope.covers(institution_id).then_some(id),
        Notice::Person { .. } | Notice::Missed => None,
    })
}

/// A stream of hints: an event `name` for each notice that `pick` gives an id for. It ends when what the person may see
/// changed: who may still hear opens another, under what they may see now. It also ends when notices were missed, by the
/// server or by this page, which was too slow for some: a page that opens another asks for everything anew.
fn stream(
    caller: &Caller,
    name: &'static str,
    stopping: watch::Receiver<bool>,
    streams: &Streams,
    person: Uuid,
    pick: impl Fn(Notice) -> Option<Uuid> + Send + Sync + 'static,
) -> Response {
    let Some(place) = streams.place(person) else { return StatusCode::TOO_MANY_REQUESTS.into_response() };
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
        let _held = &place;
        Ok::<_, Infallible>(event)
    });
    Sse::new(until(events, stopping)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}

fn until<S: Stream>(stream: S, mut stopping: watch::Receiver<bool>) -> impl Stream<Item = S::Item> {
    stream.take_until(async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_streams_and_no_more() {
        let streams = Streams::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut places: Vec<_> = (0..MOST_STREAMS).map(|_| streams.place(one).unwrap()).collect();
        assert!(streams.place(one).is_none());
        assert!(streams.place(other).is_some());
        places.pop();
        places.push(streams.place(one).unwrap());
        assert!(streams.place(one).is_none());
        drop(places);
        assert!(streams.open().is_empty(), "nobody is remembered who has none");
    }
}
