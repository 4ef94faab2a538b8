//! Who is signed in, for the pages.

use domain::time::Zone;
use leptos::prelude::*;

use crate::{
    api::session::{Me, me},
    components::loaded::{Data, PageJson},
};

/// The person who is signed in, asked for once and again after signing in or out.
#[derive(Clone, Copy)]
pub struct Session {
    /// The answer.
    pub me: Data<Option<Me>>,
    zone: RwSignal<Zone>,
}

impl Session {
    /// Makes it; once, at the root of the app.
    pub fn provide() {
        let zone = SharedValue::<_, PageJson>::new_with_encoding(|| {
            #[cfg(feature = "ssr")]
            return crate::state::Caller::current()
                .ok()
                .and_then(|caller| Some(caller.actor?.zone))
                .unwrap_or_default();
            #[cfg(not(feature = "ssr"))]
            Zone::default()
        });
        let zone = RwSignal::new(zone.into_inner());
        let me = Resource::new_with_options(|| (), |()| me(), true);
        Effect::new(move |_| {
            if let Some(Ok(Some(me))) = me.get() {
                zone.set(me.zone);
            }
        });
        provide_context(Self { me, zone });
    }

    /// Asks again.
    pub fn refetch(self) {
        self.me.refetch();
    }
}

/// The time zone of the person, for times on screen; that of Jakarta while nobody is signed in.
pub fn zone() -> Zone {
    use_context::<Session>().map(|session| session.zone.get_untracked()).unwrap_or_default()
}
