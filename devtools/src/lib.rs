//! The binary `gerbang-dev`: the product with development data and a page that shows its mail, a SiRUP simulator, and a
//! demo platform. Tests and measurements use it too. The production binary `gerbang` contains none of this
//! (`docs/adr/0014-devtools.md`).

pub mod commands;
pub mod demo_platform;
pub mod development;
mod mailbox;
mod misbehave;
pub mod sirup_simulator;

use server::application::Extras;
use url::Url;

/// The address at which the demo platform is expected by default.
pub const DEMO_URL: &str = "http://127.0.0.1:3002";

/// What a development server has beyond the product: the mailbox page, and [`development::fill`] with the demo platform
/// at `demo_url`.
pub fn extras(demo_url: Url) -> Extras {
    Extras {
        routes: mailbox::routes(),
        prepare: Some(Box::new(move |backend| {
            Box::pin(async move {
                if development::fill(&backend, &demo_url).await? {
                    tracing::info!("filled the empty database with development data");
                }
                Ok(())
            })
        })),
    }
}
