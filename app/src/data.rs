//! The data of a page: fetched before the server renders the page, and again when it may have changed.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::ApiError;

/// A counter that all page data depends on: incrementing it fetches the data again.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

impl Refresh {
    pub fn current() -> Self {
        expect_context()
    }

    /// Fetches all data of the page again; until it arrives, the page shows the old data.
    pub fn request(self) {
        self.0.update(|count| *count += 1);
    }
}

/// Encodes data in the page as JSON. Server functions answer with JSON too, so that the download contains one decoder per
/// type.
pub struct PageJson;

impl<T: Serialize> codee::Encoder<T> for PageJson {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for PageJson {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

pub type Data<T> = Resource<Result<T, ApiError>, PageJson>;

/// Fetches the data of a page, and again when `source` or [`Refresh`] changes.
pub fn page_data<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Data<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let refresh = Refresh::current();
    Resource::new_with_options(move || (source(), refresh.0.get()), move |(source, _)| fetch(source), true)
}
