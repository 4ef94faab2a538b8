//! Server-sent events: hints that something changed.

use std::{convert::Infallible, time::Duration};

use app::{api::ApiError, state::Caller};
use axum::{
    Extension,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use backend::notice::Notice;
use futures::{Stream, StreamExt};
use tokio::sync::watch;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

/// Turns true when the server is to stop; streams then end.
#[derive(Clone)]
pub struct Stopping(pub watch::Receiver<bool>);

/// `GET /akses/peristiwa`: an event `application`, with its id, whenever one of the person's applications changes.
pub async fn applications(
    Extension(caller): Extension<Caller>,
    Extension(Stopping(stopping)): Extension<Stopping>,
) -> Response {
    let person = match caller.actor() {
        Ok(actor) => actor.user_id,
        Err(error) => return (ApiError::status(&error), "").into_response(),
    };
    let notices = BroadcastStream::new(caller.backend.db.notices());
    let events = notices.filter_map(move |notice| async move {
        match notice {
            Ok(Notice::Application { id, user_id }) if user_id == person => {
                Some(Event::default().event("application").data(id.to_string()))
            }
            Ok(Notice::Application { .. }) => None,
            // This page was too slow for some; it is told once that anything may have changed.
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Event::default().event("application").data("")),
        }
    });
    Sse::new(until(events.map(Ok::<_, Infallible>), stopping))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

fn until<S: Stream>(stream: S, mut stopping: watch::Receiver<bool>) -> impl Stream<Item = S::Item> {
    stream.take_until(async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    })
}
