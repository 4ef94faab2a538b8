//! The session of the person who is signed in, for all pages.

pub mod api;

use domain::{calendar::PROMISED_WORKING_DAYS, time::Zone};
use leptos::prelude::*;

use crate::{
    data::{Data, PageJson},
    session::api::{Me, me},
};

/// The person who is signed in. Loaded once, and again after signing in or out.
#[derive(Clone, Copy)]
pub struct Session {
    pub me: Data<Option<Me>>,
    zone: RwSignal<Zone>,
    promised: u32,
}

impl Session {
    /// Provides it as a context, once, at the root of the app.
    pub fn provide() {
        let known = SharedValue::<_, PageJson>::new_with_encoding(|| {
            #[cfg(feature = "ssr")]
            if let Ok(caller) = crate::state::Caller::current() {
                let zone = caller.actor.map(|actor| actor.zone).unwrap_or_default();
                return (zone, caller.backend.settings.promised_working_days);
            }
            (Zone::default(), PROMISED_WORKING_DAYS)
        });
        let (zone, promised) = known.into_inner();
        let zone = RwSignal::new(zone);
        let me = Resource::new_with_options(|| (), |()| me(), true);
        Effect::new(move |_| {
            if let Some(Ok(Some(me))) = me.get() {
                zone.set(me.zone);
            }
        });
        provide_context(Self { me, zone, promised });
    }

    pub fn refetch(self) {
        self.me.refetch();
    }
}

/// The person's time zone, for times on screen; WIB while nobody is signed in.
pub fn zone() -> Zone {
    use_context::<Session>().map(|session| session.zone.get_untracked()).unwrap_or_default()
}

/// Working days within which a decision is promised.
pub fn promised_working_days() -> u32 {
    use_context::<Session>().map_or(PROMISED_WORKING_DAYS, |session| session.promised)
}
