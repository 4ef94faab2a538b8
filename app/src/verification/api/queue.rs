//! The queue and the history.

use domain::verification::{Cursor, DecidedCase, Queue};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// Reads a page of the queue. `query` is the query of the page's address, without `?`.
#[server(name = QueueFn, prefix = "/api", endpoint = "verifikasi/antrean", input = GetUrl)]
pub async fn queue(query: String, after: Option<Cursor>) -> Result<Queue, ApiError> {
    use backend::verification::{queue, queue_with_institutions};
    use domain::verification::QueueFilter;

    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&query).unwrap_or_default();
    let filter = QueueFilter::from_pairs(&pairs);
    // The list of institutions is long, so it is only sent to verifiers who choose one.
    let chooses = pairs.iter().any(|(name, value)| name == "pilih" && value == "instansi");
    Ok(match chooses || filter.institution.is_some() {
        true => queue_with_institutions(&caller.backend, actor, &filter, after).await?,
        false => queue(&caller.backend, actor, &filter, after).await?,
    })
}

/// Reads a page of the decided cases, latest first, with the cursor of the next page.
#[server(name = HistoryFn, prefix = "/api", endpoint = "verifikasi/riwayat", input = GetUrl)]
pub async fn history(
    words: String,
    mine: bool,
    after: Option<Cursor>,
) -> Result<(Vec<DecidedCase>, Option<Cursor>), ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::verification::history(&caller.backend, caller.actor()?, &words, mine, after).await?)
}
