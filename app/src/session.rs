//! Who is signed in, for the pages.

use domain::time::Zone;
use leptos::prelude::*;

use crate::{
    api::session::{Me, me},
    components::loaded::Data,
};

/// The person who is signed in, asked for once and again after signing in or out.
#[derive(Clone, Copy)]
pub struct Session {
    /// The answer.
    pub me: Data<Option<Me>>,
}

impl Session {
    /// Makes it; once, at the root of the app.
    pub fn provide() -> Self {
        let session = Self { me: Resource::new_with_options(|| (), |()| me(), true) };
        provide_context(session);
        session
    }

    /// Asks again.
    pub fn refetch(self) {
        self.me.refetch();
    }
}

/// The time zone of the person, for times on screen; that of Jakarta while nobody is signed in.
pub fn zone() -> Zone {
    #[cfg(feature = "ssr")]
    if let Ok(caller) = crate::state::Caller::current() {
        return caller.actor.map(|actor| actor.zone).unwrap_or_default();
    }
    use_context::<Session>()
        .and_then(|session| session.me.try_get_untracked().flatten())
        .and_then(|me| me.ok().flatten().map(|me| me.zone))
        .unwrap_or_default()
}
