//! Data of a page: fetched before the page is drawn on the server, and again when it may have changed.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::ApiError;

/// A counter that page resources follow: they are fetched again when it grows.
#[derive(Clone, Copy)]
pub struct Refresh(pub RwSignal<u32>);

impl Refresh {
    pub fn current() -> Self {
        expect_context()
    }

    /// Fetches all data of the page again, while what is shown stays.
    pub fn request(self) {
        self.0.update(|count| *count += 1);
    }
}

/// JSON in a page, read with the same code as the answers of server functions: what reads a type is large, and needed
/// only once.
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

/// Data of a page.
pub type Data<T> = Resource<Result<T, ApiError>, PageJson>;

/// Asks for a page's data; follows `source` and [`Refresh`].
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
