//! Answers that may overtake each other.

use leptos::prelude::*;

/// Numbers the requests for one thing, because answers may overtake each other. Holds the number of the last request, and
/// of the request whose answer is shown. An answer to an older request is shown too, unless a newer one is: notices may
/// come faster than answers.
#[derive(Clone, Copy)]
pub struct Order(StoredValue<(u32, u32)>);

impl Order {
    pub fn new() -> Self {
        Self(StoredValue::new((0, 0)))
    }

    /// The number of the next request; `None` once the page is gone.
    pub fn ask(self) -> Option<u32> {
        self.0.try_update_value(|(asked, _)| {
            *asked += 1;
            *asked
        })
    }

    /// True if the answer may be shown: no answer to a later request is.
    pub fn show(self, number: u32) -> bool {
        let is_newer = self.0.try_update_value(|(_, shown)| {
            let is_newer = number > *shown;
            *shown = number.max(*shown);
            is_newer
        });
        is_newer == Some(true)
    }
}
